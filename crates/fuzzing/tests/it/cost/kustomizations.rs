//! Kustomizations that reach outside, go round in circles, or run things.

use super::{aliases, refused, tree};
use budget::{Budget, Limits};
use kustomize::{Options, build};
use tree::TreePath;

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn built(files: &[(&str, &str)]) -> String {
    built_within(Limits::default(), files)
}

fn built_within(limits: Limits, files: &[(&str, &str)]) -> String {
    let built = build(&tree(files), &TreePath::root(), &Options::default(), &mut Budget::new(limits));
    match built.problem {
        Some(problem) => problem.to_string(),
        None => format!("{} resources", built.resources.len()),
    }
}

#[test]
fn nothing_outside_is_read_and_nothing_is_run() {
    let _turn = super::turn();
    let cases = [
        ("a resource above", "../x.yaml", "resources: [../x.yaml]"),
        ("an absolute resource", "/etc/passwd", "resources: [/etc/passwd]"),
        ("a link outside", "link.yaml", "resources: [link.yaml]"),
        ("a link to itself", "self.yaml", "resources: [self.yaml]"),
        ("a generator above", "../x", "configMapGenerator: [{name: a, files: [../x]}]"),
        ("an absolute generator", "/etc/passwd", "secretGenerator: [{name: a, files: [k=/etc/passwd]}]"),
        ("a patch above", "../p.yaml", "resources: [a.yaml]\npatches: [{path: ../p.yaml}]"),
        ("itself", ".", "resources: [.]"),
        ("a circle", "b", "resources: [b]"),
        ("metadata of a cloud", "169.254.169.254", "resources: ['http://169.254.169.254/latest?ref=x']"),
        ("this machine", "localhost", "resources: ['https://localhost/x.yaml']"),
        ("a repository by ssh", "10.0.0.1", "resources: ['ssh://git@10.0.0.1/x.git']"),
        ("an exec plugin", "", "transformers: [exec.yaml]"),
        ("a container", "", "transformers: [container.yaml]"),
        (
            "a patch of nothing",
            "",
            "resources: [a.yaml]\npatches: [{patch: '- {op: remove, path: /spec/x}', target: {kind: ConfigMap}}]",
        ),
    ];
    for (name, expected, kustomization) in cases {
        let files = [
            ("kustomization.yaml", kustomization),
            ("a.yaml", MAP),
            ("link.yaml -> ../../etc/passwd", ""),
            ("self.yaml -> self.yaml", ""),
            ("b/kustomization.yaml", "resources: [../c]"),
            ("c/kustomization.yaml", "resources: [../b]"),
            (
                "exec.yaml",
                "apiVersion: x\nkind: X\nmetadata: {name: x, annotations: {config.kubernetes.io/function: 'exec: {path: /bin/sh}'}}",
            ),
            (
                "container.yaml",
                "apiVersion: x\nkind: X\nmetadata: {name: x, annotations: {config.kubernetes.io/function: 'container: {image: x}'}}",
            ),
        ];
        refused(name, expected, || {
            let message = built(&files);
            assert!(!message.ends_with(" resources"), "{name}: {message}");
            message
        });
    }
}

#[test]
fn what_grows_is_stopped_by_counted_limits() {
    let _turn = super::turn();
    let bomb = MAP.to_owned() + &aliases(12);
    let deep = MAP.to_owned() + "data: " + &"{a: ".repeat(100_000);
    let cases = [
        ("aliases that explode", "limit: ", "resources: [r.yaml]", bomb.as_str()),
        ("a kustomization of aliases", "limit: ", bomb.as_str(), ""),
        ("deep nesting", "limit: depth", "resources: [r.yaml]", deep.as_str()),
        ("a deep patch", "limit: depth", "resources: [a.yaml]\npatches: [{path: r.yaml}]", deep.as_str()),
    ];
    for (name, expected, kustomization, content) in cases {
        refused(name, expected, || {
            built(&[("kustomization.yaml", kustomization), ("r.yaml", content), ("a.yaml", MAP)])
        });
    }
}

#[test]
fn a_hundred_thousand_of_anything_stay_within_memory() {
    let _turn = super::turn();
    let many = |piece: &str| piece.repeat(100_000);
    let counted =
        |count: usize, piece: &str| (0..count).map(|at| piece.replace('@', &at.to_string())).collect::<String>();
    let numbered = |piece: &str| counted(100_000, piece);
    // Keys are few everywhere else, and looked up one after another.
    let keys = counted(15_000, "k@: v,");
    let patched = "resources: [a.yaml]\npatches: [{path: r.yaml}]";
    let operations = "resources: [a.yaml]\npatches: [{path: r.yaml, target: {kind: ConfigMap}}]";
    let resources = "resources: [r.yaml]";
    let cases = [
        ("a million maps", resources, format!("{MAP}data: [{}]", "{a: 1},".repeat(1_000_000))),
        ("a million maps line by line", resources, format!("{MAP}data:\n{}", "- a: 1\n".repeat(1_000_000))),
        ("a million texts", resources, format!("{MAP}data: [{}]", "a,".repeat(1_000_000))),
        ("a hundred thousand maps", resources, format!("{MAP}data: [{}]", many("{a: 1},"))),
        ("thousands of keys", resources, format!("{MAP}data: {{{keys}}}")),
        ("a hundred thousand documents", resources, numbered("---\napiVersion: v1\nkind: A\nmetadata: {name: a@}\n")),
        ("a patch of thousands of keys", patched, format!("{MAP}data: {{{keys}}}")),
        ("a patch of a hundred thousand items", patched, format!("{MAP}data: {{a: [{}]}}", many("x,"))),
        ("a hundred thousand patches", patched, many(&format!("---\n{MAP}data: {{a: b}}\n"))),
        ("a hundred thousand operations", operations, many("- {op: add, path: /data, value: {a: b}}\n")),
        ("a patch of aliases", patched, MAP.to_owned() + &aliases(12)),
    ];
    for (name, kustomization, content) in cases {
        refused(name, "", || built(&[("kustomization.yaml", kustomization), ("r.yaml", &content), ("a.yaml", MAP)]));
    }
    let lists = [
        ("resources", numbered("r@.yaml,")),
        ("patches", many("{patch: '{}'},")),
        ("images", numbered("{name: a@, newTag: b},")),
        ("configMapGenerator", numbered("{name: a@, literals: [a=b]},")),
        ("generators", numbered("g@.yaml,")),
    ];
    for (field, items) in lists {
        let kustomization = format!("{field}: [{items}]\n");
        refused(field, "", || built(&[("kustomization.yaml", &kustomization), ("a.yaml", MAP)]));
    }
}

#[test]
fn bases_that_double_are_stopped() {
    let _turn = super::turn();
    // Every level takes the level below twice, under two names: 2^30 objects.
    let mut files = vec![("l0/kustomization.yaml".to_owned(), "resources: [a.yaml]".to_owned())];
    files.push(("l0/a.yaml".to_owned(), MAP.to_owned()));
    for level in 1..=30 {
        let below = level - 1;
        for side in ["left", "right"] {
            let text = format!("namePrefix: {side}-\nresources: [../../l{below}]");
            files.push((format!("l{level}/{side}/kustomization.yaml"), text));
        }
        files.push((format!("l{level}/kustomization.yaml"), "resources: [left, right]".to_owned()));
    }
    files.push(("kustomization.yaml".to_owned(), "resources: [l30]".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    // A build without optimisation would take minutes for all the steps that a budget has.
    let limits = Limits { fuel: 300_000, ..Limits::default() };
    refused("bases that double", "limit: ", || built_within(limits, &files));
}
