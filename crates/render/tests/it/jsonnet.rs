//! Jsonnet files of a directory: what the evaluator is handed, what it may import, what becomes of its value.

use api::ApplicationSource;
use budget::Budget;
use render::{Imports, Input, Jsonnet, JsonnetError, Program, Rendered, Surroundings, VariableValue, render_in};
use serde_json::{Value, json};
use std::sync::Mutex;
use tree::{MemoryTree, TreePath};

/// Imports what the program's text names, line by line, and answers with what it was handed.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl Jsonnet for Recorder {
    fn evaluate(&self, program: &Program, imports: &mut dyn Imports) -> Result<Value, JsonnetError> {
        let mut log = self.0.lock().expect("one thread");
        for variable in program.external_variables.iter().chain(&program.top_level_arguments) {
            let (kind, text) = match &variable.value {
                VariableValue::Text(text) => ("text", text),
                VariableValue::Code(code) => ("code", code),
            };
            log.push(format!("{} = {kind} {text}", variable.name));
        }
        for name in std::str::from_utf8(&program.text).expect("text").lines() {
            log.push(match imports.import(&program.file, name) {
                Ok((path, content)) => format!("{name}: {path} {}", String::from_utf8_lossy(&content)),
                Err(why) => format!("{name}: ! {why}"),
            });
        }
        let pod = |name: &str| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}});
        Ok(json!([pod("one"), null, {"kind": "List", "items": [pod("two")]}]))
    }
}

fn run(tree: &MemoryTree, jsonnet: &Recorder) -> Rendered {
    let source: ApplicationSource = serde_json::from_value(json!({"repoURL": "r", "path": "apps/shop", "directory": {
        "recurse": true,
        "jsonnet": {
            "libs": ["vendor", "lib"],
            "extVars": [{"name": "path", "value": "$ARGOCD_APP_SOURCE_PATH"}],
            "tlas": [{"name": "commit", "value": "'${ARGOCD_APP_REVISION_SHORT}'", "code": true}],
        },
    }}))
    .expect("a source");
    let surroundings = Surroundings { jsonnet: Some(jsonnet), ..Surroundings::of(tree, "0123456789") };
    render_in(&Input::new(source), &surroundings, &mut Budget::default())
}

fn tree(imports: &'static str) -> MemoryTree {
    MemoryTree::from_files([
        ("apps/shop/deep/main.jsonnet", imports),
        ("apps/shop/deep/beside.libsonnet", "1"),
        ("apps/shop/own.libsonnet", "2"),
        ("lib/both.libsonnet", "3"),
        ("vendor/both.libsonnet", "4"),
    ])
}

#[test]
fn variables_are_substituted_and_libraries_searched_from_the_last() {
    let imports = "beside.libsonnet\nown.libsonnet\nboth.libsonnet\nnowhere\n/etc/passwd\n../../../../etc/passwd";
    let jsonnet = Recorder::default();
    let rendered = run(&tree(imports), &jsonnet);
    assert!(rendered.problems.is_empty(), "{:?}", rendered.problems);
    let names: Vec<&str> = rendered.objects.iter().map(|manifest| manifest.object.name()).collect();
    assert_eq!(names, ["one", "two"]);
    let expected = [
        "path = text apps/shop",
        "commit = code '0123456'",
        "beside.libsonnet: apps/shop/deep/beside.libsonnet 1",
        "own.libsonnet: apps/shop/own.libsonnet 2",
        "both.libsonnet: lib/both.libsonnet 3",
        "nowhere: ! \"nowhere\" is neither beside the importing file nor in a library directory",
        "/etc/passwd: ! \"/etc/passwd\" is an absolute path; imports stay inside the repository",
        "../../../../etc/passwd: ! path \"../../../../etc/passwd\" leads out of the repository",
    ];
    assert_eq!(*jsonnet.0.lock().expect("one thread"), expected);
}

#[test]
fn imports_and_where_they_were_not_found_are_what_the_result_depends_on() {
    let before = tree("both.libsonnet");
    let rendered = run(&before, &Recorder::default());
    let holds = |change: Option<&str>, revision: &str| {
        let mut after = before.clone();
        if let Some(path) = change {
            after.insert_file(TreePath::parse(path).expect("a path"), "new");
        }
        rendered.reads.hold_in(&Surroundings::of(&after, revision)).expect("memory does not fail")
    };
    assert!(holds(None, "0123456789"));
    assert!(!holds(None, "other"), "a variable named the commit");
    assert!(!holds(Some("lib/both.libsonnet"), "0123456789"));
    assert!(!holds(Some("apps/shop/deep/both.libsonnet"), "0123456789"), "it would be found there first");
    assert!(holds(Some("vendor/both.libsonnet"), "0123456789"), "shadowed, so never looked for");
}

#[test]
fn without_an_evaluator_the_file_is_named() {
    let tree = tree("");
    let rendered = render_in(&Input::at("apps/shop/deep"), &Surroundings::of(&tree, ""), &mut Budget::default());
    let problems: Vec<String> = rendered.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["apps/shop/deep/main.jsonnet: nothing here evaluates Jsonnet"]);
}
