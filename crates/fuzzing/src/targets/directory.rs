//! The files of an input as the source of an application, whatever tool they are for.

use crate::files::tree_of;
use crate::limits::budget;
use render::{Imports, Input, Jsonnet, JsonnetError, Program, Surroundings, render_in};
use serde_json::Value;

pub(crate) const TOKENS: &[&str] = &[
    "-- a.yaml --\n",
    "-- b.jsonnet --\n",
    "-- c.json --\n",
    "-- lib/d.libsonnet --\n",
    "-- .argocd-source.yaml --\n",
    "-- Chart.yaml --\n",
    "-- values.yaml --\n",
    "-- templates/t.yaml --\n",
    "-- kustomization.yaml --\n",
    "-- l.yaml -> a.yaml --\n",
    "-- l -> l --\n",
    "-- up.yaml -> ../../x --\n",
    "+argocd:skip-file-rendering\n",
    "apiVersion: v1\nkind: List\nitems:\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "---\n",
    "directory: {recurse: true, include: '*', exclude: '{a,b}'}\n",
    "directory: {jsonnet: {libs: [lib], extVars: [{name: a, value: $ARGOCD_APP_NAME}]}}\n",
    "helm: {valueFiles: ['../x', '*.yaml']}\n",
    "helm: {parameters: [{name: a, value: b}]}\n",
    "kustomize: {namePrefix: a-}\n",
    "plugin: {}\n",
    "{\"kind\": \"Pod\"}",
    "name: a\nversion: 1.0.0\napiVersion: v2\n",
    "lib/d.libsonnet\n",
    "../../x\n",
    "/etc/passwd\n",
];

/// Imports each line of a program.
struct Lines;

impl Jsonnet for Lines {
    fn evaluate(&self, program: &Program, imports: &mut dyn Imports) -> Result<Value, JsonnetError> {
        let text = String::from_utf8_lossy(&program.text);
        for line in text.lines().take(100) {
            if let Ok((path, _)) = imports.import(&program.file, line) {
                assert!(!path.segments().any(|segment| segment == ".."), "an import from outside");
            }
        }
        serde_json::from_slice(&program.text).map_err(|_| JsonnetError::Elsewhere("not JSON".to_owned()))
    }
}

pub(crate) fn run(input: &[u8]) {
    let tree = tree_of(input);
    let surroundings = Surroundings { jsonnet: Some(&Lines), ..Surroundings::of(&tree, "0123456789abcdef") };
    let rendered = render_in(&Input::at("."), &surroundings, &mut budget());
    for problem in &rendered.problems {
        assert!(!problem.to_string().is_empty());
    }
    let same = rendered.reads.own.unchanged_in(&tree);
    assert_eq!(same, Ok(true), "what was read is still there");
}
