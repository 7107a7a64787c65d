//! Every field of a Rollout's status matters: where it says something else, something else is planned, if only to put it
//! right. What does not is named, with the reason.

use crate::leaves::leaves;
use crate::stage::{Stage, template};
use api::Shaped;
use api::rollouts::RolloutStatus;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Fields that are taken over as they are, whatever they say.
const TAKEN_OVER: [(&str, &str); 10] = [
    ("alb.", "written where load balancers are asked, and kept meanwhile"),
    ("albs[].", "written where load balancers are asked, and kept meanwhile"),
    ("canary.stepPluginStatuses[].", "plugins of steps are not run; what another controller noted is kept"),
    ("conditions[].lastTransitionTime", "kept as long as the condition holds or does not"),
    (
        "conditions[].lastUpdateTime",
        "that of Progressing is what the deadline counts from, as the timeline deadline shows",
    ),
    ("collisionCount", "part of the hash of new versions: the controller computes it before planning"),
    ("restartedAt", "kept when no restart is asked for; the timeline restart shows it read"),
    ("duration.", "kept once it is over; the timeline duration shows it read"),
    ("canary.stablePingPong", "read where two Services take turns; the timeline ping_pong shows it"),
    ("canary.currentExperiment", "read at the step of an experiment; the timeline step_experiment shows it"),
];

/// Worlds at rest, with as much in their status as there can be.
fn worlds() -> Vec<Stage> {
    let at_rest = |strategy: Value, commands: &[&str]| {
        let spec = json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template("v1"),
            "strategy": strategy});
        let mut stage = Stage::new(spec);
        stage.settle();
        for command in commands {
            stage.command(command);
            stage.settle();
        }
        stage
    };
    let analysis = json!({"templates": [{"templateName": "errors"}]});
    let routed = json!({"canary": {
        "canaryService": "canary", "stableService": "stable", "trafficRouting": {"nginx": {"stableIngress": "i"}},
        "steps": [{"setWeight": 50}, {"pause": {}}],
    }});
    let analysed = json!({"canary": {"analysis": analysis, "steps": [{"setWeight": 50}, {"analysis": analysis}]}});
    let blue_green = json!({"blueGreen": {
        "activeService": "active", "previewService": "preview", "autoPromotionEnabled": false,
        "prePromotionAnalysis": analysis, "postPromotionAnalysis": analysis,
    }});
    let workload = json!({"canary": {}});
    vec![
        at_rest(routed.clone(), &["image v2"]),
        at_rest(routed, &["image v2", "abort", "wait 40"]),
        at_rest(analysed, &["image v2"]),
        at_rest(blue_green.clone(), &["image v2"]),
        at_rest(blue_green, &["image v2", "analysis Successful"]),
        at_rest(workload, &[]),
    ]
}

/// Values of each kind, some of them wrong anywhere.
fn values() -> Vec<Value> {
    ["true", "false", "7", "\"x\"", "\"7\"", "\"2020-01-01T00:00:00Z\"", "{\"a\":\"b\"}"]
        .iter()
        .map(|text| serde_json::from_str(text).expect("JSON"))
        .collect()
}

/// Puts a value at a path, in the first item of each list on the way.
fn put(place: &mut Value, path: &str, value: &Value) {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let name = head.trim_end_matches("[]");
    if !place.is_object() {
        *place = json!({});
    }
    let mut child = &mut place[name];
    if head.ends_with("[]") {
        if child.as_array().is_none_or(Vec::is_empty) {
            *child = json!([{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z", "type": "Other",
                "status": "True", "lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}]);
        }
        child = &mut child[0];
    }
    match rest {
        Some(rest) => put(child, rest, value),
        None => *child = value.clone(),
    }
}

/// Whether something else is planned when the field says something else.
fn matters(world: &mut Stage, path: &str) -> bool {
    let before = world.rollout.status.clone();
    let planned = world.plan();
    let given = serde_json::to_value(&before).expect("a status");
    let found = values().iter().any(|value| {
        let mut other = given.clone();
        put(&mut other, path, value);
        let Ok(status) = serde_json::from_value::<RolloutStatus>(other) else { return false };
        if status == before {
            return false;
        }
        world.rollout.status = status;
        let is_other = world.plan() != planned;
        world.rollout.status = before.clone();
        is_other
    });
    world.rollout.status = before;
    found
}

#[test]
fn every_field_of_the_status_is_read_or_put_right_or_known_to_be_taken_over() {
    let mut all = BTreeSet::new();
    leaves("", &RolloutStatus::shape(), &mut all);
    let mut worlds = worlds();
    let known = |path: &str| TAKEN_OVER.iter().any(|(start, _)| path.starts_with(start));
    let mut wrong: Vec<String> = Vec::new();
    for path in &all {
        let is_read = worlds.iter_mut().any(|world| matters(world, path));
        if !is_read && !known(path) {
            wrong.push(format!("{path} changes nothing"));
        }
    }
    for (start, _) in TAKEN_OVER {
        if !all.iter().any(|path| path.starts_with(start)) {
            wrong.push(format!("{start} is no field"));
        }
    }
    assert!(all.len() > 50, "{all:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
