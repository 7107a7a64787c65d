//! `kustomize build` of the files of an input.

use crate::files::tree_of;
use crate::limits::budget;
use kustomize::{Options, build, to_yaml};
use tree::TreePath;

pub(crate) const TOKENS: &[&str] = &[
    "-- kustomization.yaml --\n",
    "-- base/kustomization.yaml --\n",
    "-- a.yaml --\n",
    "-- l -> .. --\n",
    "resources:\n- ",
    "bases:\n- base\n",
    "components:\n- c\n",
    "namePrefix: a-\n",
    "nameSuffix: -b\n",
    "namespace: n\n",
    "commonLabels: {a: b}\n",
    "labels:\n- pairs: {a: b}\n  includeSelectors: true\n",
    "commonAnnotations: {a: b}\n",
    "images:\n- name: nginx\n  newTag: '1'\n",
    "replicas:\n- name: a\n  count: 3\n",
    "configMapGenerator:\n- name: c\n  literals: [a=b]\n",
    "secretGenerator:\n- name: s\n  files: [a.yaml]\n  envs: [e]\n",
    "patches:\n- path: p.yaml\n",
    "patchesStrategicMerge:\n- p.yaml\n",
    "patchesJson6902:\n- target: {kind: Pod, name: a, version: v1}\n  path: p.yaml\n",
    "patch: |-\n    - op: replace\n      path: /a\n      value: 1\n",
    "target:\n    kind: .*\n",
    "replacements:\n- source: {kind: Pod, name: a, fieldPath: metadata.name}\n  targets:\n  - select: {kind: Pod}\n    fieldPaths: ['spec.x.[a=b].y']\n    options: {create: true, delimiter: '/', index: 1}\n",
    "vars:\n- name: V\n  objref: {kind: Pod, name: a, apiVersion: v1}\n",
    "$(V)",
    "configurations:\n- c.yaml\n",
    "openapi: {path: o.json}\n",
    "crds:\n- c.yaml\n",
    "helmCharts:\n- name: x\n  repo: https://e.x\n",
    "generators:\n- g.yaml\n",
    "transformers:\n- t.yaml\n",
    "validators:\n- v.yaml\n",
    "buildMetadata: [originAnnotations]\n",
    "sortOptions: {order: fifo}\n",
    "generatorOptions: {disableNameSuffixHash: true}\n",
    "$patch: delete\n",
    "$patch: replace\n",
    "behavior: merge\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
    "../",
    "/etc",
    "https://github.com/a/b?ref=c",
    "file://x",
    "&a ",
    "*a",
    "---\n",
    "- ",
    "kind: List\nitems: []\n",
    "annotations: {config.kubernetes.io/function: 'exec: {path: x}'}\n",
];

pub(crate) fn run(input: &[u8]) {
    let tree = tree_of(input);
    let built = build(&tree, &TreePath::root(), &Options::default(), &mut budget());
    if let Some(problem) = &built.problem {
        assert!(built.resources.is_empty(), "a build that failed gives nothing");
        assert!(!problem.to_string().is_empty());
    }
    let text = to_yaml(&built.resources);
    assert!(text.is_empty() == built.resources.is_empty());
}
