//! Options of the application: overrides from the repository, tools that are named, tools that are switched off.

use api::ApplicationSource;
use budget::Budget;
use render::{ApplicationFacts, Input, Rendered, Settings, SourceType, render};
use serde_json::json;
use tree::{MemoryTree, TreePath};

pub(crate) fn source(options: serde_json::Value) -> ApplicationSource {
    serde_json::from_value(options).expect("a source")
}

fn named(source: ApplicationSource, name: &str) -> Input {
    let application = ApplicationFacts { instance_name: name.into(), ..ApplicationFacts::default() };
    Input { application, ..Input::new(source) }
}

fn run(input: &Input, tree: &MemoryTree) -> Rendered {
    render(input, tree, &mut Budget::default())
}

fn files(rendered: &Rendered) -> Vec<&str> {
    assert!(rendered.problems.is_empty(), "{:?}", rendered.problems);
    rendered.objects.iter().map(|manifest| manifest.object.name()).collect()
}

fn pod(name: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n")
}

fn two_pods() -> MemoryTree {
    MemoryTree::from_files([("app/a.yaml", pod("a")), ("app/b.yaml", pod("b")), ("other/c.yaml", pod("c"))])
}

#[test]
fn the_repository_overrides_options_for_all_and_then_for_one() {
    let mut tree = two_pods();
    tree.insert_file(TreePath::parse("app/.argocd-source.yaml").expect("a path"), "directory: {include: a.yaml}\n");
    let one = "path: other\nrepoURL: elsewhere\ndirectory: {include: b.yaml}\n";
    tree.insert_file(TreePath::parse("app/.argocd-source-team_shop.yaml").expect("a path"), one);
    let declared = source(json!({"repoURL": "r", "path": "app", "directory": {"exclude": "*.txt"}}));
    assert_eq!(files(&run(&named(declared.clone(), "shop"), &tree)), ["a"]);
    assert_eq!(files(&run(&named(declared, "team_shop"), &tree)), ["b"], "its own file wins; the place stays");
}

/// As image updaters write their file: Go reads `forcestring` too, and without it `1.20` would be 1.2.
#[test]
fn the_file_of_an_image_updater_keeps_a_tag_text() {
    let template = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: tag-{{ .Values.image.tag }}\n";
    let tree = MemoryTree::from_files([
        ("app/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("app/templates/pod.yaml", template),
        (
            "app/.argocd-source-shop.yaml",
            "helm:\n  parameters:\n  - name: image.tag\n    value: \"1.20\"\n    forcestring: true\n",
        ),
    ]);
    let rendered = run(&named(source(json!({"repoURL": "r", "path": "app"})), "shop"), &tree);
    assert_eq!(files(&rendered), ["tag-1.20"]);
}

#[test]
fn an_override_that_did_not_stand_there_was_read_as_absent() {
    let tree = two_pods();
    let rendered = run(&named(source(json!({"repoURL": "r", "path": "app", "kustomize": null})), "shop"), &tree);
    let with = |file: &str| {
        let mut after = tree.clone();
        after.insert_file(TreePath::parse(file).expect("a path"), "{}");
        rendered.reads.unchanged_in(&after).expect("memory does not fail")
    };
    assert!(!with("app/.argocd-source-shop.yaml"));
    assert!(!with("app/kustomization.yml"));
    assert!(with("other/Chart.yaml"), "elsewhere nothing was looked for");
}

#[test]
fn an_override_of_another_shape_is_refused_without_its_content() {
    let check = |content: &'static str, expected: &str| {
        let mut tree = two_pods();
        tree.insert_file(TreePath::parse("app/.argocd-source.yaml").expect("a path"), content);
        let rendered = run(&Input::at("app"), &tree);
        let problems: Vec<String> = rendered.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with(expected), "{problems:?}");
    };
    check("- secret\n", "app/.argocd-source.yaml: error while parsing source parameters: it is no map");
    check(
        "directory: {recurse: {}}\n",
        "app/.argocd-source.yaml: error while parsing source parameters: field directory",
    );
    check("a: [\n", "app/.argocd-source.yaml: line ");
    check("kustomize: {}\nhelm: {}\n", "multiple application sources defined: Kustomize,Helm");
}

#[test]
fn tools_are_named_found_or_switched_off() {
    let tree = MemoryTree::from_files([("app/Chart.yaml", "name: c\n"), ("app/kustomization.yaml", "resources: []\n")]);
    let kind = |options: serde_json::Value, disabled: &[SourceType]| {
        let settings = Settings { disabled: disabled.to_vec(), ..Settings::default() };
        run(&Input { settings, ..Input::new(source(options)) }, &tree).source_type
    };
    let at = |tool: &str| json!({"repoURL": "r", "path": "app", tool: {}});
    assert_eq!(kind(json!({"repoURL": "r", "path": "app"}), &[]), Some(SourceType::Helm), "a chart comes first");
    assert_eq!(kind(json!({"repoURL": "r", "path": "app"}), &[SourceType::Helm]), Some(SourceType::Kustomize));
    assert_eq!(kind(at("kustomize"), &[]), Some(SourceType::Kustomize));
    assert_eq!(kind(at("kustomize"), &[SourceType::Kustomize]), Some(SourceType::Directory));
    assert_eq!(kind(at("directory"), &[]), Some(SourceType::Directory));
    assert_eq!(kind(at("plugin"), &[]), Some(SourceType::Plugin));
}

#[test]
fn lists_are_told_by_their_items_and_image_manifests_are_tolerated() {
    let list = "apiVersion: v1\nkind: Odd\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: x}}\n";
    let null = "apiVersion: v1\nkind: ConfigMapList\nitems: null\n";
    let image = r#"{"schemaVersion": 2, "layers": []}"#;
    let mut tree = MemoryTree::from_files([("app/1.yaml", list), ("app/2.yaml", null), ("app/3.json", image)]);
    tree.insert_file(TreePath::parse("shared/y.yaml").expect("a path"), pod("y"));
    tree.insert_link(TreePath::parse("app/folder.yaml").expect("a path"), "../shared");
    let declared = source(json!({"repoURL": "r", "path": "app", "directory": {"recurse": true}}));
    assert_eq!(files(&run(&Input::new(declared), &tree)), ["x"], "a link to a directory is not followed");
}
