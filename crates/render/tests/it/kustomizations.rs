//! Options of Kustomize in an application: each row of a table is what the application says and what became of it.

use crate::charts::path;
use crate::options::source;
use budget::Budget;
use render::{ApplicationFacts, BuildOptions, Capabilities, Input, Rendered, Settings, Surroundings, render_in};
use serde_json::{Value, json};
use tree::MemoryTree;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  \
    selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      \
    containers: [{name: web, image: 'nginx:1.0'}]\n";

const KUSTOMIZATION: &str = "resources: [web.yaml]\ncommonLabels: {team: a}\ncommonAnnotations: {note: own}\n";

pub(crate) fn repository() -> MemoryTree {
    MemoryTree::from_files([
        ("app/kustomization.yaml", KUSTOMIZATION),
        ("app/web.yaml", DEPLOYMENT),
        (
            "app/component/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -c\n",
        ),
        ("app/patch.yaml", "- {op: replace, path: /spec/replicas, value: 7}\n"),
    ])
}

fn input(kustomize: Value) -> Input {
    let application = ApplicationFacts { instance_name: "shop".into(), ..ApplicationFacts::default() };
    let declared = source(json!({"repoURL": "r", "path": "app", "kustomize": kustomize}));
    Input { application, ..Input::new(declared) }
}

fn run(kustomize: Value) -> Rendered {
    render_in(&input(kustomize), &Surroundings::of(&repository(), "0123456789abcdef"), &mut Budget::default())
}

/// Namespace, name, labels, selector, annotations, replicas and image, as far as they differ from the file.
fn told(rendered: &Rendered) -> String {
    if !rendered.problems.is_empty() {
        return rendered.problems.iter().map(|problem| format!("! {problem}")).collect::<Vec<_>>().join("\n");
    }
    let object = &rendered.objects[0].object;
    let value = |pointer: &str| object.get(pointer).unwrap_or_default();
    let own = [
        ("name", "/metadata/name", json!("web")),
        ("namespace", "/metadata/namespace", Value::Null),
        ("labels", "/metadata/labels", json!({"team": "a"})),
        ("selector", "/spec/selector/matchLabels", json!({"app": "web", "team": "a"})),
        ("template", "/spec/template/metadata/labels", json!({"app": "web", "team": "a"})),
        ("annotations", "/metadata/annotations", json!({"note": "own"})),
        ("replicas", "/spec/replicas", json!(1)),
        ("image", "/spec/template/spec/containers/0/image", json!("nginx:1.0")),
    ];
    let differs = own.into_iter().filter(|(_, pointer, before)| value(pointer) != *before);
    differs.map(|(name, pointer, _)| format!("{name}={}", value(pointer))).collect::<Vec<_>>().join(" ")
}

#[test]
fn each_option_changes_the_kustomization() {
    let cases: Vec<(Value, &str)> = vec![
        (json!({}), ""),
        (json!({"namePrefix": "a-", "nameSuffix": "-b"}), r#"name="a-web-b""#),
        (json!({"namespace": "shops"}), r#"namespace="shops""#),
        (json!({"images": ["nginx:2.0"]}), r#"image="nginx:2.0""#),
        (json!({"images": ["nginx=reg.example/n@sha256:0123"]}), r#"image="reg.example/n@sha256:0123""#),
        (json!({"images": ["nginx:$ARGOCD_APP_REVISION_SHORT"]}), r#"image="nginx:0123456""#),
        (json!({"replicas": [{"name": "web", "count": 3}]}), "replicas=3"),
        (json!({"replicas": [{"name": "web", "count": "4"}]}), "replicas=4"),
        (
            json!({"commonLabels": {"app.kubernetes.io/name": "${ARGOCD_APP_NAME}"}, "labelWithoutSelector": true}),
            r#"labels={"app.kubernetes.io/name":"shop","team":"a"}"#,
        ),
        (
            json!({"commonLabels": {"x": "y"}, "labelWithoutSelector": true, "labelIncludeTemplates": true}),
            r#"labels={"team":"a","x":"y"} template={"app":"web","team":"a","x":"y"}"#,
        ),
        (
            json!({"commonLabels": {"team": "b"}, "forceCommonLabels": true}),
            r#"labels={"team":"b"} selector={"app":"web","team":"b"} template={"app":"web","team":"b"}"#,
        ),
        (
            json!({"commonAnnotations": {"x": "$ARGOCD_APP_NAME"}}),
            r#"annotations={"note":"own","x":"$ARGOCD_APP_NAME"}"#,
        ),
        (
            json!({"commonAnnotations": {"x": "$ARGOCD_APP_NAME"}, "commonAnnotationsEnvsubst": true}),
            r#"annotations={"note":"own","x":"shop"}"#,
        ),
        (
            json!({"commonAnnotations": {"note": "new"}, "forceCommonAnnotations": true}),
            r#"annotations={"note":"new"}"#,
        ),
        (json!({"patches": [{"path": "patch.yaml", "target": {"kind": "Deployment"}}]}), "replicas=7"),
        (
            json!({"patches": [{"patch": "- {op: replace, path: /metadata/name, value: new}",
                "target": {"name": "web"}, "options": {"allowNameChange": true}}]}),
            r#"name="new""#,
        ),
        (json!({"patches": [{"patch": DEPLOYMENT.replace("replicas: 1", "replicas: 9")}]}), "replicas=9"),
        (json!({"components": ["component"]}), r#"name="web-c""#),
        (json!({"components": ["component", "no"], "ignoreMissingComponents": true}), r#"name="web-c""#),
    ];
    for (kustomize, expected) in cases {
        assert_eq!(told(&run(kustomize.clone())), expected, "{kustomize}");
    }
}

#[test]
fn what_cannot_be_is_said() {
    let cases = [
        (json!({"replicas": [{"name": "web", "count": "many"}]}), "expected integer value for count. Received: many"),
        (json!({"commonLabels": {"team": "b"}}), "label team already in kustomization file"),
        (json!({"commonAnnotations": {"note": "b"}}), "annotation note already in kustomization file"),
        (json!({"version": "v4.0.0"}), "kustomize version v4.0.0 is not registered"),
        (json!({"components": ["no"]}), "no"),
        (json!({"components": ["../../x"]}), "leads out of the repository"),
        (json!({"patches": [{"path": "/etc/passwd"}]}), "etc/passwd"),
        (json!({"patches": [{"path": "../../x"}]}), "leads out of the repository"),
    ];
    for (kustomize, expected) in cases {
        let shown = told(&run(kustomize.clone()));
        assert!(shown.starts_with("! app: ") && shown.contains(expected), "{kustomize}: {shown}");
    }
}

#[test]
fn an_administrators_build_options_hold_for_all() {
    let mut tree = MemoryTree::from_files([
        ("shared/web.yaml", DEPLOYMENT),
        ("app/kustomization.yaml", "resources: [../shared/web.yaml]\n"),
    ]);
    tree.insert_file(path("app/note"), "");
    let run = |options: &str| {
        let settings = Settings { build_options: BuildOptions::parse(options), ..Settings::default() };
        let input = Input { settings, ..Input::at("app") };
        render_in(&input, &Surroundings::of(&tree, ""), &mut Budget::default())
    };
    assert!(told(&run("")).contains("security; file 'shared/web.yaml' is not in or below 'app'"), "{}", told(&run("")));
    assert_eq!(run("--load-restrictor LoadRestrictionsNone").problems, []);
    assert!(told(&run("--enable-exec")).contains("kustomize.buildOptions: --enable-exec runs programs"));
}

#[test]
fn charts_of_a_kustomization_go_through_the_same_helm() {
    let mut tree = crate::charts::repository();
    let kustomization = "helmCharts:\n- {name: shop, releaseName: web, namespace: ns, valuesInline: {color: pink}}\nhelmGlobals: {chartHome: ../apps}\n";
    tree.insert_file(path("app/kustomization.yaml"), kustomization);
    let capabilities = Capabilities::new("v1.31.0", ["example.com/v1/Thing".to_owned()]);
    let surroundings = Surroundings { capabilities: Some(&capabilities), ..Surroundings::of(&tree, "") };
    let rendered = render_in(&Input::at("app"), &surroundings, &mut Budget::default());
    assert_eq!(rendered.problems, []);
    let data = rendered.objects.iter().find_map(|found| found.object.get("/data")).expect("a ConfigMap");
    assert_eq!(data, json!({"values": r#"{"color":"pink"}"#, "cluster": "v1.31.0 true"}));
    assert!(rendered.reads.capabilities.is_some());
    let options = json!({"kubeVersion": "v1.29.0", "apiVersions": ["other.example.com/v1/Thing"]});
    let told = render_in(&input(options), &surroundings, &mut Budget::default());
    let data = told.objects.iter().find_map(|found| found.object.get("/data")).expect("a ConfigMap");
    assert_eq!(data["cluster"], "v1.29.0 false", "the source's own versions stand for the cluster's");
    tree.insert_file(path("apps/shop/values.yaml"), "color: new\n");
    assert_eq!(rendered.reads.unchanged_in(&tree), Ok(false), "the chart's files were read");
    assert_eq!(run(json!({})).reads.capabilities, None, "without charts nobody asked");
}
