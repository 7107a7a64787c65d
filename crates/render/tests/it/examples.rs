//! The repositories under `examples/` give what they say, through their own Applications.

use api::Application;
use budget::Budget;
use object::Object;
use render::{ApplicationFacts, Input, Rendered, Surroundings, render_in};
use std::fs;
use std::path::{Path, PathBuf};
use tree::{MemoryTree, TreePath};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// The files below a folder as a repository.
fn repository(folder: &Path) -> MemoryTree {
    let mut tree = MemoryTree::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(folder).expect("below it").to_str().expect("UTF-8");
            tree.insert_file(TreePath::parse(below).expect("a path"), fs::read(&path).expect("a file"));
        }
    }
    tree
}

fn application(folder: &Path, name: &str) -> Rendered {
    let text = fs::read(folder.join("applications").join(name)).expect("an Application");
    let value = yaml::parse_one(&text, yaml::Dialect::V2, &mut Budget::default()).expect("YAML");
    let application = Application::read(&Object::from_value(&value).expect("an object")).expect("an Application");
    let facts = ApplicationFacts {
        instance_name: application.instance_name("argocd"),
        namespace: application.spec.destination.namespace.clone(),
        project: application.spec.project_name().to_owned(),
    };
    let source = application.spec.source.clone().expect("one source");
    let input = Input { application: facts, ..Input::new(source) };
    let surroundings = repository(folder);
    render_in(&input, &Surroundings::of(&surroundings, "0123456789"), &mut Budget::default())
}

/// Each object with where it comes from, then the whole objects.
fn told(rendered: &Rendered) -> String {
    assert_eq!(rendered.problems, []);
    let one = |found: &render::Manifest| format!("# {}\n{}---\n", found.origin, yaml::emit(&found.object.value()));
    rendered.objects.iter().map(one).collect()
}

/// Holds an environment to what was recorded of it; `UPDATE_CASES=1` records anew.
fn check(example_name: &str, environment: &str) {
    let rendered = told(&application(&example(example_name), &format!("{environment}.yaml")));
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(example_name);
    let case = cases.join(format!("{environment}.yaml"));
    if std::env::var_os("UPDATE_CASES").is_some() {
        fs::create_dir_all(&cases).expect("a folder");
        fs::write(&case, &rendered).expect("written");
    }
    assert_eq!(rendered, fs::read_to_string(&case).expect("a recorded case"), "{environment}");
}

#[test]
fn each_environment_of_the_kustomizations_gives_its_own() {
    for environment in ["dev", "staging", "production"] {
        check("kustomize-environments", environment);
    }
}

#[test]
fn each_application_of_the_charts_gives_its_own() {
    check("helm-monorepo", "web-prod");
}
