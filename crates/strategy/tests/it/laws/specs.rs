//! Generated specs: every option of both strategies, alone and together.

use super::dice::Dice;
use crate::stage::template;
use serde_json::{Value, json};

/// What a generated canary is shared out by.
#[derive(Clone, Copy, PartialEq)]
enum Traffic {
    Pods,
    Nginx,
    Alb,
    PingPong,
}

/// A spec.
pub fn spec(dice: &mut Dice) -> Value {
    let traffic = match dice.roll(8) {
        0..=2 => Some(Traffic::Pods),
        3 => Some(Traffic::Nginx),
        4 => Some(Traffic::Alb),
        5 => Some(Traffic::PingPong),
        _ => None,
    };
    let strategy = match traffic {
        Some(traffic) => json!({"canary": canary(dice, traffic)}),
        None => json!({"blueGreen": blue_green(dice)}),
    };
    let mut spec = json!({
        "replicas": dice.pick(&[1, 2, 3, 5, 10]),
        "selector": {"matchLabels": {"app": "web"}},
        "template": template("v1"),
        "strategy": strategy,
        "progressDeadlineSeconds": dice.pick(&[30, 60, 600]),
    });
    let others = [
        ("revisionHistoryLimit", json!(dice.roll(4))),
        ("progressDeadlineAbort", json!(true)),
        ("rollbackWindow", json!({"revisions": 1 + dice.roll(3)})),
        ("analysis", json!({"successfulRunHistoryLimit": dice.roll(3), "unsuccessfulRunHistoryLimit": dice.roll(3)})),
    ];
    for (field, value) in others {
        if dice.once_in(3) {
            spec[field] = value;
        }
    }
    spec
}

fn analysis() -> Value {
    json!({"templates": [{"templateName": "errors"}]})
}

fn metadata(role: &str) -> Value {
    json!({"labels": {"role": role}, "annotations": {"note": role}})
}

fn anti_affinity(dice: &mut Dice) -> Value {
    dice.pick(&[
        json!({"requiredDuringSchedulingIgnoredDuringExecution": {}}),
        json!({"preferredDuringSchedulingIgnoredDuringExecution": {"weight": 5}}),
    ])
}

/// Adds each option once in so many times.
fn add(dice: &mut Dice, into: &mut Value, once_in: u64, options: &[(&str, Value)]) {
    for (field, value) in options {
        if dice.once_in(once_in) {
            into[*field] = value.clone();
        }
    }
}

fn canary(dice: &mut Dice, traffic: Traffic) -> Value {
    let mut canary = json!({});
    match traffic {
        Traffic::Pods => {
            canary["maxSurge"] = dice.pick(&[json!(0), json!(1), json!("25%"), json!("50%")]);
            canary["maxUnavailable"] = dice.pick(&[json!(1), json!("25%"), json!("50%")]);
            if dice.once_in(3) {
                canary["canaryService"] = json!("canary");
                canary["stableService"] = json!("stable");
            }
        }
        _ => routed(dice, traffic, &mut canary),
    }
    let options = [
        ("analysis", json!({"templates": [{"templateName": "errors"}], "startingStep": dice.roll(3)})),
        ("antiAffinity", anti_affinity(dice)),
        ("canaryMetadata", metadata("canary")),
        ("stableMetadata", metadata("stable")),
        ("replicaProgressThreshold", json!({"type": "Percent", "value": dice.pick(&[50, 90])})),
    ];
    add(dice, &mut canary, 6, &options);
    canary["steps"] = (0..dice.roll(6)).map(|_| step(dice, traffic)).collect();
    canary
}

fn routed(dice: &mut Dice, traffic: Traffic, canary: &mut Value) {
    canary["trafficRouting"] = match traffic {
        Traffic::Nginx => json!({"nginx": {"stableIngress": "i"}}),
        _ => {
            let alb = json!({"ingress": "i", "servicePort": 80, "rootService": "root"});
            json!({"alb": alb, "managedRoutes": [{"name": "by-header"}]})
        }
    };
    if traffic == Traffic::Nginx && dice.once_in(4) {
        canary["trafficRouting"]["maxTrafficWeight"] = json!(1000);
    }
    if traffic == Traffic::PingPong {
        canary["pingPong"] = json!({"pingService": "ping", "pongService": "pong"});
    } else {
        canary["canaryService"] = json!("canary");
        canary["stableService"] = json!("stable");
    }
    let is_dynamic = dice.once_in(3);
    if is_dynamic {
        canary["dynamicStableScale"] = json!(true);
    } else if dice.once_in(3) {
        canary["scaleDownDelaySeconds"] = dice.pick(&[json!(0), json!(5), json!(60)]);
    }
    let options = [
        ("abortScaleDownDelaySeconds", dice.pick(&[json!(0), json!(5), json!(60)])),
        ("minPodsPerReplicaSet", json!(2)),
        ("scaleDownDelayRevisionLimit", json!(dice.roll(3))),
    ];
    add(dice, canary, 3, &options);
}

fn step(dice: &mut Dice, traffic: Traffic) -> Value {
    let is_routed = traffic != Traffic::Pods;
    match dice.roll(if is_routed { 14 } else { 11 }) {
        0..=4 => json!({"setWeight": dice.pick(&[0, 5, 10, 25, 33, 50, 75, 100])}),
        5 | 6 => json!({"pause": {}}),
        7 => json!({"pause": {"duration": dice.pick(&[json!(10), json!("30"), json!("1m")])}}),
        8 => json!({"analysis": analysis()}),
        9 => {
            let mut template = json!({"name": "one", "specRef": "canary"});
            if matches!(traffic, Traffic::Alb | Traffic::PingPong) && dice.once_in(2) {
                template["weight"] = json!(5);
            }
            json!({"experiment": {"duration": "1m", "templates": [template]}})
        }
        10 if dice.once_in(3) => json!({"plugin": {"name": "example/none"}}),
        10 => json!({"setWeight": 20}),
        11 | 12 => {
            let scale =
                dice.pick(&[json!({"weight": 50}), json!({"replicas": 2}), json!({"matchTrafficWeight": true})]);
            json!({"setCanaryScale": scale})
        }
        _ if traffic == Traffic::Nginx => json!({"setCanaryScale": {"replicas": 0}}),
        _ if dice.once_in(2) => json!({"setHeaderRoute": {"name": "by-header"}}),
        _ => {
            let header = json!({"headerName": "agent", "headerValue": {"exact": "me"}});
            json!({"setHeaderRoute": {"name": "by-header", "match": [header]}})
        }
    }
}

fn blue_green(dice: &mut Dice) -> Value {
    let mut blue_green = json!({"activeService": "active"});
    if dice.roll(4) != 0 {
        blue_green["previewService"] = json!("preview");
    }
    let options = [
        ("autoPromotionEnabled", json!(false)),
        ("autoPromotionSeconds", json!(20)),
        ("previewReplicaCount", json!(1)),
        ("maxUnavailable", dice.pick(&[json!(1), json!("50%")])),
        ("scaleDownDelaySeconds", dice.pick(&[json!(0), json!(5), json!(60)])),
        ("abortScaleDownDelaySeconds", dice.pick(&[json!(0), json!(5), json!(60)])),
        ("scaleDownDelayRevisionLimit", json!(dice.roll(2))),
        ("antiAffinity", anti_affinity(dice)),
        ("previewMetadata", metadata("preview")),
        ("activeMetadata", metadata("active")),
        ("prePromotionAnalysis", analysis()),
        ("postPromotionAnalysis", analysis()),
    ];
    add(dice, &mut blue_green, 3, &options);
    blue_green
}
