//! Template hashes against what Argo Rollouts' function gives with k8s.io/api 0.34.1 for generated templates. Two lines a
//! case: what went in and the hash.

use serde_json::Value;
use strategy::identity::{Encoding, template_hash};

const CASES: &str = include_str!("../cases/hashes.jsonl");

#[test]
fn hashes_are_upstreams() {
    let lines: Vec<&str> = CASES.lines().collect();
    let mut wrong = Vec::new();
    for case in lines.chunks_exact(2) {
        let input: Value = serde_json::from_str(case[0]).expect("JSON");
        let collisions = input["collision"].as_i64().and_then(|count| i32::try_from(count).ok());
        let found = template_hash(&input["template"], collisions, Encoding::Current);
        if found != case[1] {
            wrong.push(format!("{}\n  expected {}, found {found}", case[0], case[1]));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        lines.len() / 2,
        wrong[..wrong.len().min(5)].join("\n")
    );
}
