//! Every recorded answer of the original is ours too.

use crate::cases::{difference, environment};
use serde_json::Value as Json;

fn check(cases: &str) {
    let environment = environment();
    let cases: Vec<Json> = cases.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect();
    assert!(!cases.is_empty());
    let wrong: Vec<String> = cases.iter().filter_map(|case| difference(case, &environment)).collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_language_is_the_originals() {
    check(include_str!("../cases/language.jsonl"));
}

#[test]
fn conditions_are_those_of_rollouts() {
    check(include_str!("../cases/conditions.jsonl"));
}

#[test]
fn generated_expressions_come_to_the_same() {
    check(include_str!("../cases/generated.jsonl"));
}
