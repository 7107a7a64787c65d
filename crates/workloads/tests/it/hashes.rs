//! Pod-template hashes against those that Kubernetes' own code gives.

use serde_json::Value;
use workloads::pod_template_hash;

/// One case a line: name, template, hash.
const CASES: &str = include_str!("../cases/pod-template-hash.jsonl");

#[test]
fn hashes_are_the_real_ones() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let hash = pod_template_hash(&case["template"], None);
        if hash != case["hash"] {
            wrong.push(format!("{}: {hash}, expected {}", case["name"], case["hash"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_collision_gives_another_hash() {
    let template = serde_json::json!({"metadata": {"labels": {"app": "d"}}});
    assert_ne!(pod_template_hash(&template, None), pod_template_hash(&template, Some(1)));
}
