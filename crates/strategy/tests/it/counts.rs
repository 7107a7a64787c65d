//! Numbers of pods against what Argo Rollouts (9f8d111d) computes for generated Rollouts. Two lines a case: what went in
//! and what came out.

use api::rollouts::{Rollout, RolloutSpec, RolloutStatus};
use serde_json::Value;
use strategy::Size;
use strategy::counts::{Desired, Versions, at_desired, basic, desired_weight, fenceposts, routed, set_weight};

const CASES: &str = include_str!("../cases/counts.jsonl");

fn size(value: &Value) -> Option<Size> {
    let number = |field: &str| value[field].as_i64().unwrap_or(0);
    value.is_object().then(|| Size {
        spec: number("Spec"),
        actual: number("Replicas"),
        ready: number("Available"),
        available: number("Available"),
    })
}

fn answer(case: &Value) -> Value {
    let read = |part: &str| case["Rollout"][part].clone();
    let rollout = Rollout {
        spec: serde_json::from_value::<RolloutSpec>(read("spec")).expect("a spec"),
        status: serde_json::from_value::<RolloutStatus>(read("status")).expect("a status"),
        ..Rollout::default()
    };
    let versions = Versions {
        new: size(&case["New"]),
        stable: size(&case["Stable"]),
        is_new_stable: case["Stable"]["Name"] == case["New"]["Name"],
        older: case["Older"].as_array().into_iter().flatten().filter_map(size).collect(),
    };
    let pair = |desired: Desired| [desired.new, desired.stable];
    let weights = rollout.status.canary.weights.as_ref();
    let fenceposts = fenceposts(&rollout);
    let (phase, message) = strategy::phase(&rollout.spec, &rollout.status);
    serde_json::json!({
        "at": at_desired(&rollout, &versions, weights),
        "basic": pair(basic(&rollout, &versions)),
        "desiredWeight": desired_weight(&rollout, &versions),
        "phase": format!("{phase} - {message}"),
        "routed": pair(routed(&rollout, &versions, weights)),
        "setWeight": set_weight(&rollout),
        "surge": fenceposts.surge,
        "unavailable": fenceposts.unavailable,
    })
}

#[test]
fn numbers_are_upstreams() {
    let lines: Vec<&str> = CASES.lines().collect();
    let mut wrong = Vec::new();
    for case in lines.chunks_exact(2) {
        let [input, output] = [case[0], case[1]].map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let found = answer(&input);
        if found != output {
            wrong.push(format!("{}\n  expected {output}\n  found    {found}", case[0]));
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
