//! Options of Helm in an application: each row of a table is what the application says and what the chart was told.

use crate::options::source;
use api::ApplicationSource;
use budget::Budget;
use render::{ApplicationFacts, Capabilities, Input, Lent, Rendered, Surroundings, render_in};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tree::{MemoryTree, TreePath};

/// A chart that shows all it is told.
const TOLD: &str = r#"# what the chart is told
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  values: {{ toJson .Values | quote }}
  cluster: {{ printf "%s %v" .Capabilities.KubeVersion.Version (.Capabilities.APIVersions.Has "example.com/v1/Thing") }}
"#;

const CRD: &str =
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n";

const TEST: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: test\n  annotations: {helm.sh/hook: test}\n";

const SCHEMA: &str = r#"{"properties": {"replicas": {"type": "integer"}}}"#;

pub(crate) fn repository() -> MemoryTree {
    let mut tree = MemoryTree::from_files([
        ("apps/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("apps/shop/values.yaml", "color: red\n"),
        ("apps/shop/values.schema.json", SCHEMA),
        ("apps/shop/templates/told.yaml", TOLD),
        ("apps/shop/templates/test.yaml", TEST),
        ("apps/shop/crds/thing.yaml", CRD),
        ("apps/shop/blue.yaml", "color: blue\nonly: blue\n"),
        ("apps/shop/green.yaml", "color: green\n"),
        ("apps/shop/note.txt", "a, b"),
        ("env/prod/1.yaml", "env: one\n"),
        ("env/prod/2.yaml", "env: two\n"),
        ("env/prod/deep/3.yaml", "env: three\n"),
        ("env/shop.yaml", "env: mine\n"),
    ]);
    tree.insert_link(path("apps/shop/linked.yaml"), "../../env/shop.yaml");
    tree.insert_link(path("links/out.yaml"), "../../etc/passwd");
    tree
}

pub(crate) fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a path")
}

pub(crate) fn shop(helm: Value) -> Input {
    let declared: ApplicationSource =
        source(json!({"repoURL": "https://git.example/r.git", "path": "apps/shop", "helm": helm}));
    let application =
        ApplicationFacts { instance_name: "team_shop".into(), namespace: "shops".into(), project: "default".into() };
    Input { application, ..Input::new(declared) }
}

fn run(helm: Value) -> Rendered {
    let tree = repository();
    render_in(&shop(helm), &Surroundings::of(&tree, "0123456789"), &mut Budget::default())
}

/// Release, namespace, values and cluster as the chart was told them, or the problems.
fn told(rendered: &Rendered) -> String {
    if !rendered.problems.is_empty() {
        return rendered.problems.iter().map(|problem| format!("! {problem}")).collect::<Vec<_>>().join("\n");
    }
    let found = rendered.objects.iter().find(|found| &*found.object.gvk().kind == "ConfigMap").expect("a ConfigMap");
    let text = |pointer: &str| found.object.get(pointer).and_then(|value| value.as_str().map(str::to_owned));
    let value = |pointer| text(pointer).unwrap_or_default();
    format!(
        "{}/{} {} {}",
        value("/metadata/namespace"),
        value("/metadata/name"),
        value("/data/values"),
        value("/data/cluster")
    )
}

#[test]
fn each_option_reaches_the_chart() {
    let values = |text: &str| format!("shops/shop {text} v1.36.0 false");
    let cases: Vec<(Value, String)> = vec![
        (json!({}), values(r#"{"color":"red"}"#)),
        (json!({"releaseName": "web", "namespace": "other"}), r#"other/web {"color":"red"} v1.36.0 false"#.into()),
        (json!({"valueFiles": ["blue.yaml"]}), values(r#"{"color":"blue","only":"blue"}"#)),
        (json!({"valueFiles": ["blue.yaml", "green.yaml"]}), values(r#"{"color":"green","only":"blue"}"#)),
        // One that is named twice stands where it is named first.
        (
            json!({"valueFiles": ["blue.yaml", "green.yaml", "./blue.yaml"]}),
            values(r#"{"color":"green","only":"blue"}"#),
        ),
        (json!({"valueFiles": ["/env/shop.yaml"]}), values(r#"{"color":"red","env":"mine"}"#)),
        (json!({"valueFiles": ["../../env/shop.yaml"]}), values(r#"{"color":"red","env":"mine"}"#)),
        (json!({"valueFiles": ["linked.yaml"]}), values(r#"{"color":"red","env":"mine"}"#)),
        (json!({"valueFiles": ["/env/prod/*.yaml"]}), values(r#"{"color":"red","env":"two"}"#)),
        (json!({"valueFiles": ["/env/prod/**/*.yaml"]}), values(r#"{"color":"red","env":"three"}"#)),
        // One that is named itself stands where it is named.
        (json!({"valueFiles": ["/env/prod/1.yaml", "/env/prod/*.yaml"]}), values(r#"{"color":"red","env":"two"}"#)),
        (json!({"valueFiles": ["/env/prod/*.yaml", "/env/prod/1.yaml"]}), values(r#"{"color":"red","env":"one"}"#)),
        (
            json!({"valueFiles": ["no.yaml", "/env/no/*"], "ignoreMissingValueFiles": true}),
            values(r#"{"color":"red"}"#),
        ),
        (
            json!({"valueFiles": ["/env/${ARGOCD_APP_PROJECT_NAME}.yaml"], "ignoreMissingValueFiles": true}),
            values(r#"{"color":"red"}"#),
        ),
        (json!({"values": "color: text\n", "valueFiles": ["blue.yaml"]}), values(r#"{"color":"text","only":"blue"}"#)),
        (json!({"values": "color: text\n", "valuesObject": {"color": "object"}}), values(r#"{"color":"object"}"#)),
        // An object wins even when it says nothing.
        (json!({"values": "color: text\n", "valuesObject": {}}), values(r#"{"color":"red"}"#)),
        (
            json!({"valuesObject": {"color": "object"}, "parameters": [{"name": "color", "value": "parameter"}]}),
            values(r#"{"color":"parameter"}"#),
        ),
        (
            json!({"parameters": [{"name": "n", "value": "1"}, {"name": "s", "value": "1", "forceString": true}]}),
            values(r#"{"color":"red","n":1,"s":"1"}"#),
        ),
        (
            json!({"parameters": [{"name": "list", "value": "{a,b}"}, {"name": "text", "value": "a,b"}]}),
            values(r#"{"color":"red","list":["a","b"],"text":"a,b"}"#),
        ),
        (
            json!({"parameters": [{"name": "app", "value": "$ARGOCD_APP_NAME-${ARGOCD_APP_NAMESPACE}"}]}),
            values(r#"{"app":"team_shop-shops","color":"red"}"#),
        ),
        (json!({"fileParameters": [{"name": "note", "path": "note.txt"}]}), values(r#"{"color":"red","note":"a, b"}"#)),
        (
            json!({"kubeVersion": "v1.30.2-eks-1", "apiVersions": ["example.com/v1/Thing"]}),
            r#"shops/shop {"color":"red"} v1.30.2 true"#.into(),
        ),
        (
            json!({"valuesObject": {"replicas": "no"}, "skipSchemaValidation": true}),
            values(r#"{"color":"red","replicas":"no"}"#),
        ),
        (json!({"version": "v3", "kubeVersion": "1.30"}), r#"shops/shop {"color":"red"} v1.30.0 false"#.into()),
    ];
    for (helm, expected) in cases {
        assert_eq!(told(&run(helm.clone())), expected, "{helm}");
    }
}

#[test]
fn what_cannot_be_is_said_and_nothing_of_what_files_hold() {
    let cases = [
        (json!({"valueFiles": ["no.yaml"]}), "open apps/shop/no.yaml: no such file or directory"),
        (json!({"valueFiles": ["/env/no*.yaml"]}), "values file glob \"/env/no*.yaml\" matched no files"),
        (json!({"valueFiles": ["/env/prod"]}), "read env/prod: is a directory"),
        (json!({"valueFiles": ["../../../x"]}), "file '../../../x' resolved to outside repository root"),
        (json!({"valueFiles": ["/../x"]}), "file '/../x' resolved to outside repository root"),
        (json!({"valueFiles": ["/links/out.yaml"]}), "links/out.yaml: symbolic link leads out of the repository"),
        (json!({"valueFiles": ["/links/o*.yaml"]}), "links/out.yaml: symbolic link leads out of the repository"),
        (json!({"valueFiles": ["a\u{0}b"]}), "path contains a NUL character"),
        (json!({"valueFiles": ["%2e%2e/%2e%2e/%2e%2e/x"]}), "open apps/shop/%2e%2e/%2e%2e/%2e%2e/x: no such file"),
        (json!({"valueFiles": ["file:///etc/passwd"]}), "the URL scheme 'file' is not allowed"),
        (json!({"valueFiles": ["FILE:/etc/passwd"]}), "the URL scheme 'FILE' is not allowed"),
        (json!({"valueFiles": ["https://u:secret@host/v.yaml?t=secret"]}), "host/v.yaml: nothing is fetched here"),
        (json!({"valueFiles": ["[.yaml"]}), "\"apps/shop/[.yaml\" is not a valid pattern"),
        (json!({"valueFiles": ["note.txt"]}), "failed to parse apps/shop/note.txt"),
        (json!({"values": "- secret"}), "failed to parse spec.source.helm.values"),
        (json!({"fileParameters": [{"name": "a=blue.yaml,b", "path": "note.txt"}]}), "open blue.yaml: no such file"),
        (json!({"fileParameters": [{"name": "a", "path": "/../x"}]}), "resolved to outside repository root"),
        (json!({"parameters": [{"name": "a[", "value": "secret"}]}), "failed parsing --set data"),
        (json!({"version": "v2"}), "helm version 'v2' is not supported"),
        (json!({"kubeVersion": "latest"}), "could not parse kubernetes version latest"),
        (json!({"releaseName": "Not_A_Name"}), "release name"),
    ];
    for (helm, expected) in cases {
        let shown = told(&run(helm.clone()));
        assert!(shown.starts_with("! "), "{helm}: {shown}");
        assert!(shown.contains(expected), "{helm}: {shown}");
        assert!(!shown.contains("secret"), "{helm}: {shown}");
    }
}

#[test]
fn definitions_and_tests_come_as_asked() {
    let shown = |helm: Value| -> Vec<String> {
        let rendered = run(helm);
        rendered.objects.iter().map(|found| format!("{} {}", found.origin, found.object.name())).collect()
    };
    let [crd, told, test] = [
        "apps/shop/crds/thing.yaml:1 things.example.com",
        "apps/shop/templates/told.yaml:3 shop",
        "apps/shop/templates/test.yaml:2 test",
    ];
    assert_eq!(shown(json!({})), [crd, told, test]);
    assert_eq!(shown(json!({"skipCrds": true})), [told, test]);
    assert_eq!(shown(json!({"skipTests": true})), [crd, told]);
}

#[test]
fn files_of_other_sources_are_had_by_name() {
    let tree = repository();
    let lent = MemoryTree::from_files([("env/a.yaml", "env: lent\n"), ("env/b.yaml", "env: last\n")]);
    let run = |helm: Value, several: bool, refs: BTreeMap<String, Lent<'_>>| {
        let input = Input { is_one_of_several: several, ..shop(helm) };
        let surroundings = Surroundings { refs, ..Surroundings::of(&tree, "") };
        render_in(&input, &surroundings, &mut Budget::default())
    };
    let refs = || BTreeMap::from([("values".to_owned(), Lent::Files(&lent)), ("redis".to_owned(), Lent::Chart)]);
    let values = |text: &str| format!("shops/shop {text} v1.36.0 false");
    let lent_file = run(json!({"valueFiles": ["$values/env/a.yaml"]}), true, refs());
    assert_eq!(told(&lent_file), values(r#"{"color":"red","env":"lent"}"#));
    let pattern = run(json!({"valueFiles": ["$values/env/*.yaml"]}), true, refs());
    assert_eq!(told(&pattern), values(r#"{"color":"red","env":"last"}"#));
    let parameter = run(json!({"fileParameters": [{"name": "f", "path": "$values/env/a.yaml"}]}), true, refs());
    assert_eq!(told(&parameter), values(r#"{"color":"red","f":"env: lent\n"}"#));
    let problem = |file: &str, refs| told(&run(json!({"valueFiles": [file]}), true, refs));
    assert!(
        problem("$no/a.yaml", refs())
            .contains(r#"source referenced "$no", which is not one of the available sources ($values, $redis)"#)
    );
    assert!(
        problem("$no/a.yaml", BTreeMap::new())
            .contains(r#"source referenced "$no", but no source has a 'ref' field defined"#)
    );
    assert!(problem("$redis/a.yaml", refs()).contains("source \"$redis\" has a 'chart' field defined"));
    assert!(problem("$values/../a.yaml", refs()).contains("resolved to outside repository root"));
    // Of a single source it is a build variable.
    let single = run(json!({"valueFiles": ["$ARGOCD_APP_NAME/a.yaml"]}), false, BTreeMap::new());
    assert!(told(&single).contains("open apps/shop/team_shop/a.yaml: no such file"));

    let holds = |rendered: &Rendered, file: &str| {
        let mut after = lent.clone();
        after.insert_file(path(file), "env: new\n");
        let refs = BTreeMap::from([("values".to_owned(), Lent::Files(&after))]);
        rendered.reads.hold_in(&Surroundings { refs, ..Surroundings::of(&tree, "") }).expect("memory does not fail")
    };
    assert!(!holds(&lent_file, "env/a.yaml") && holds(&lent_file, "env/b.yaml") && holds(&lent_file, "env/c.yaml"));
    assert!(!holds(&pattern, "env/c.yaml"), "a new match");
    assert!(!parameter.reads.hold_in(&Surroundings::of(&tree, "")).expect("memory does not fail"), "it is gone");
}

#[test]
fn what_a_result_depends_on_is_remembered() {
    let tree = repository();
    let render = |helm: Value, capabilities: Option<&Capabilities>| {
        let surroundings = Surroundings { capabilities, ..Surroundings::of(&tree, "one") };
        render_in(&shop(helm), &surroundings, &mut Budget::default())
    };
    let old = Capabilities::new("v1.31.2", ["v1".to_owned()]);
    let new = Capabilities::new("v1.31.2", ["v1".to_owned(), "example.com/v1/Thing".to_owned()]);
    let holds = |rendered: &Rendered, capabilities: Option<&Capabilities>| {
        let surroundings = Surroundings { capabilities, ..Surroundings::of(&tree, "two") };
        rendered.reads.hold_in(&surroundings).expect("memory does not fail")
    };
    let asked = render(json!({}), Some(&old));
    assert!(told(&asked).ends_with("v1.31.2 false"));
    assert!(holds(&asked, Some(&old)) && !holds(&asked, Some(&new)) && !holds(&asked, None));
    assert!(told(&render(json!({}), Some(&new))).ends_with("v1.31.2 true"));
    let says_all = render(json!({"kubeVersion": "1.30.0", "apiVersions": ["v1"]}), Some(&old));
    assert!(holds(&says_all, Some(&new)), "it was not asked what the cluster can do");
    let missing = render(json!({"valueFiles": ["no.yaml"], "ignoreMissingValueFiles": true}), None);
    let mut after = tree.clone();
    after.insert_file(path("apps/shop/no.yaml"), "color: new\n");
    assert_eq!(missing.reads.unchanged_in(&after), Ok(false), "a file whose absence was read");
}

#[test]
fn what_templates_make_up_stays_and_is_nobody_elses() {
    let chart = |text: &'static str| {
        MemoryTree::from_files([
            ("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
            ("c/templates/a.yaml", text),
        ])
    };
    let made = |tree: &MemoryTree, app: &str, salt: u8, revision: &str, seconds: i64| {
        let application = ApplicationFacts { instance_name: app.into(), ..ApplicationFacts::default() };
        let input = Input { application, ..Input::at("c") };
        let surroundings =
            Surroundings { salt: [salt; 32], committed_seconds: seconds, ..Surroundings::of(tree, revision) };
        let rendered = render_in(&input, &surroundings, &mut Budget::default());
        let text = rendered.objects[0].object.get("/data/x").expect("a text").to_string();
        (text, rendered.reads.revision)
    };
    let password = chart("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {x: {{ randAlphaNum 20 }}}\n");
    let (first, revision) = made(&password, "shop", 1, "one", 5);
    assert_eq!(revision, None);
    assert_eq!(made(&password, "shop", 1, "two", 9).0, first, "the same from commit to commit");
    assert_ne!(made(&password, "other", 1, "one", 5).0, first);
    assert_ne!(made(&password, "shop", 2, "one", 5).0, first, "another installation's secret");
    let dated =
        chart("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: {{ now | unixEpoch | quote }}}\n");
    assert_eq!(made(&dated, "shop", 1, "one", 1_700_000_000), ("\"1700000000\"".into(), Some("one".into())));
}

#[test]
fn charts_of_the_same_repository_are_brought_to_those_that_declare_them() {
    let parent =
        "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n- {name: shop, version: 1.0.0, repository: PLACE}\n";
    let run = |place: &str| {
        let mut tree = repository();
        tree.insert_file(path("apps/parent/Chart.yaml"), parent.replace("PLACE", place));
        render_in(&Input::at("apps/parent"), &Surroundings::of(&tree, ""), &mut Budget::default())
    };
    assert!(told(&run("file://../shop")).starts_with("default/release-name"));
    let shown = told(&run("https://charts.example"));
    assert!(shown.contains("found in Chart.yaml, but missing in charts/ directory: shop"), "{shown}");
    assert!(told(&run("file://../../../x")).contains("resolved to outside repository root"));
}
