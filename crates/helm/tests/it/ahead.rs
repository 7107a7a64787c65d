//! Templates parsed ahead by workers: a render gives, and counts, the same.

use budget::{Budget, Limits};
use helm::{Compiled, Piece, Profile, Template, Workers, template_with};
use tree::{MemoryTree, TreePath};

/// Does pieces one after the other, the last first; leaves the first out, as workers may.
struct Unreliable;

impl Workers for Unreliable {
    fn count(&self) -> usize {
        4
    }

    fn run<'p>(&self, pieces: Vec<Piece<'p>>) {
        assert!(pieces.len() > 2, "the chart is large enough to be shared");
        pieces.into_iter().skip(1).rev().for_each(|piece| piece());
    }
}

/// A chart of many templates, one of which is `special`.
fn chart(special: &str) -> MemoryTree {
    let mut files = vec![
        ("chart/Chart.yaml".to_owned(), "apiVersion: v2\nname: many\nversion: 1.0.0\n".to_owned()),
        ("chart/templates/special.yaml".to_owned(), special.to_owned()),
    ];
    for at in 0..40 {
        let lines = "# {{ .Release.Name }}: {{ `{{ not this }}` }} {{ \"nor this\" -}} \n".repeat(100);
        files.push((format!("chart/templates/t{at}.yaml"), format!("a: {at}\n{lines}")));
    }
    MemoryTree::from_files(files)
}

fn rendered(tree: &MemoryTree, limits: Limits, compiled: &mut Compiled) -> helm::Output {
    let path = TreePath::parse("chart").expect("a path");
    let flags = Template { profile: Profile::V4_2, ..Template::default() };
    template_with(tree, &path, &flags, compiled, &mut Budget::new(limits))
}

#[test]
fn output_errors_and_limits_are_those_of_one_thread() {
    let generous = Limits { fuel: 10_000_000, bytes: 40 << 20, depth: 128 };
    let specials = ["b: 1\n", "{{ if }}", "{{ fail \"no\" }}", "{{ define \"x\" }}"];
    for special in specials {
        let tree = chart(special);
        let limits = (0..8).map(|at| Limits { fuel: 3_000 * at, ..generous }).chain([generous]);
        for limits in limits {
            let alone = rendered(&tree, limits, &mut Compiled::new());
            let shared = rendered(&tree, limits, &mut Compiled::with_workers(Unreliable));
            assert_eq!(alone, shared, "{special} within {limits:?}");
        }
    }
}

#[test]
fn what_was_parsed_ahead_is_kept() {
    let (tree, limits) = (chart("b: 1\n"), Limits::default());
    let mut compiled = Compiled::with_workers(Unreliable);
    let first = rendered(&tree, limits, &mut compiled);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(rendered(&tree, limits, &mut compiled), first);
}
