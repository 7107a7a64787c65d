//! Directories of manifests as the source of an application.

use super::{aliases, refused, tree};
use budget::Budget;
use render::{Input, render};

fn rendered(files: &[(&str, &str)]) -> String {
    let mut input = Input::at("app");
    input.settings.manifest_bytes_max = 1 << 20;
    let rendered = render(&input, &tree(files), &mut Budget::default());
    let problems: Vec<String> = rendered.problems.iter().map(ToString::to_string).collect();
    problems.join("\n")
}

#[test]
fn directories_are_bounded_and_stay_inside() {
    let _turn = super::turn();
    let marks = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let bomb = marks.to_owned() + &aliases(12);
    let deep = marks.to_owned() + "data: " + &"[".repeat(100_000);
    let json = "[".repeat(100_000);
    let large = marks.to_owned() + "data: {a: " + &"x".repeat(2 << 20) + "}";
    let cases = [
        ("aliases that explode", "limit: ", "app/a.yaml", bomb.as_str()),
        ("deep nesting", "limit: depth", "app/a.yaml", deep.as_str()),
        ("deep JSON", "a.json", "app/a.json", json.as_str()),
        ("too large together", "limit: combined manifest size", "app/a.yaml", large.as_str()),
        ("a link outside", "leads out of the repository", "app/a.yaml -> ../../etc/passwd", ""),
        ("a link to itself", "symbolic links in a row", "app/a.yaml -> a.yaml", ""),
        ("overrides of aliases", "limit: ", "app/.argocd-source.yaml", bomb.as_str()),
        (
            "values outside",
            "leads out of the repository",
            "app/.argocd-source.yaml",
            "helm: {valueFiles: [../../../etc/passwd]}",
        ),
    ];
    for (name, expected, path, content) in cases {
        let chart = ("app/Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\n");
        let mut files = vec![("app/x.txt", ""), (path, content)];
        if content.contains("helm:") {
            files.push(chart);
        }
        refused(name, expected, || rendered(&files));
    }
}
