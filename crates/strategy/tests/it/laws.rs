//! What holds whatever the spec and whatever happens, on generated Rollouts and schedules.

use crate::stage::{Stage, template};
use serde_json::{Value, json};
use strategy::counts::fenceposts;

/// Numbers from a seed; the same seed gives the same run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        let index = usize::try_from(self.roll(values.len() as u64)).expect("small");
        values[index].clone()
    }
}

fn steps(dice: &mut Dice, routed: bool) -> Vec<Value> {
    let count = dice.roll(5);
    let mut one = || match dice.roll(if routed { 4 } else { 3 }) {
        0 => json!({"pause": {}}),
        1 => json!({"pause": {"duration": dice.pick(&[json!(10), json!("30s"), json!("1m")])}}),
        2 => json!({"setWeight": dice.pick(&[0, 5, 10, 25, 33, 50, 75, 100])}),
        _ => {
            json!({"setCanaryScale": dice.pick(&[json!({"weight": 50}), json!({"replicas": 2}), json!({"matchTrafficWeight": true})])})
        }
    };
    (0..count).map(|_| one()).collect()
}

fn spec(dice: &mut Dice) -> Value {
    let strategy = match dice.roll(3) {
        0 => {
            let mut canary = json!({
                "maxSurge": dice.pick(&[json!(0), json!(1), json!("25%"), json!("50%")]),
                "maxUnavailable": dice.pick(&[json!(1), json!("25%"), json!("50%")]),
            });
            canary["steps"] = json!(steps(dice, false));
            json!({"canary": canary})
        }
        1 => {
            let mut canary = json!({
                "canaryService": "canary", "stableService": "stable",
                "trafficRouting": {"nginx": {"stableIngress": "i"}},
                "dynamicStableScale": dice.roll(3) == 0,
            });
            canary["steps"] = json!(steps(dice, true));
            json!({"canary": canary})
        }
        _ => {
            let mut blue_green = json!({"activeService": "active", "previewService": "preview"});
            if dice.roll(2) == 0 {
                blue_green["autoPromotionEnabled"] = json!(false);
            } else if dice.roll(2) == 0 {
                blue_green["autoPromotionSeconds"] = json!(20);
            }
            if dice.roll(3) == 0 {
                blue_green["previewReplicaCount"] = json!(1);
            }
            json!({"blueGreen": blue_green})
        }
    };
    json!({
        "replicas": dice.pick(&[1, 2, 3, 5, 10]),
        "selector": {"matchLabels": {"app": "web"}},
        "template": template("v1"),
        "strategy": strategy,
    })
}

fn event(dice: &mut Dice, stage: &mut Stage) -> String {
    match dice.roll(10) {
        0..=2 => {
            let image = dice.pick(&["v1", "v2", "v3", "bad"]);
            stage.change(|rollout| rollout.spec.template = template(image));
            format!("image {image}")
        }
        3 | 4 => {
            stage.patch(|status| status.pause_conditions.clear());
            "promote".to_owned()
        }
        5 => {
            stage.patch(|status| status.abort = true);
            "abort".to_owned()
        }
        6 => {
            stage.patch(|status| status.abort = false);
            "retry".to_owned()
        }
        7 => {
            stage.patch(|status| status.promote_full = status.current_pod_hash != status.stable_rs);
            "promote-full".to_owned()
        }
        8 => {
            let replicas = dice.pick(&[1, 3, 6]);
            stage.change(|rollout| rollout.spec.replicas = Some(replicas));
            format!("scale {replicas}")
        }
        _ => {
            stage.pass_time(61);
            "wait".to_owned()
        }
    }
}

/// No Service that traffic reaches selects a version without pods that are available.
fn services_lead_to_pods(stage: &Stage) {
    for (name, service) in &stage.services {
        let hash = service.known().and_then(|service| service.hash.as_deref());
        let Some(set) = stage.sets.iter().find(|set| Some(set.hash.as_str()) == hash) else { continue };
        let weights = stage.rollout.status.canary.weights.as_ref();
        let matters = match name.as_str() {
            "stable" => weights.is_none_or(|weights| weights.stable.weight > 0),
            "canary" => weights.is_some_and(|weights| weights.canary.weight > 0),
            name => name == "active",
        };
        assert!(
            !matters
                || set.size.available > 0
                || stage.image_of(&set.hash) == "bad"
                || stage.rollout.spec.replicas() == 0,
            "{name} leads to {} without pods: {}",
            set.name,
            stage.line()
        );
    }
}

/// Shares add up, and none goes to the new version when it has no pods.
fn weights_add_up(stage: &Stage) {
    let Some(weights) = &stage.rollout.status.canary.weights else { return };
    assert_eq!(weights.canary.weight + weights.stable.weight, 100, "{}", stage.line());
    assert!((0..=100).contains(&weights.canary.weight), "{}", stage.line());
}

#[test]
fn laws_hold_whatever_happens() {
    for seed in 1..=300u64 {
        let mut dice = Dice(seed);
        let mut stage = Stage::new(spec(&mut dice));
        stage.broken.insert("bad".to_owned());
        let mut story = vec![format!("seed {seed}: {}", json!(stage.rollout.spec.strategy))];
        stage.settle(|_| {});
        for _ in 0..8 {
            story.push(event(&mut dice, &mut stage));
            let basic = stage.rollout.spec.strategy.canary.as_ref().is_some_and(|it| it.traffic_routing.is_none());
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let before: i64 = stage.sets.iter().map(|set| set.size.spec).sum();
                let wanted = i64::from(stage.rollout.spec.replicas());
                let most = before.max(wanted + fenceposts(&stage.rollout).surge);
                let least = wanted - fenceposts(&stage.rollout).unavailable;
                stage.settle(|stage| {
                    let asked: i64 = stage.sets.iter().map(|set| set.size.spec).sum();
                    assert!(!basic || asked <= most, "{asked} pods of {most}: {}", stage.line());
                    let available: i64 = stage.sets.iter().map(|set| set.size.available).sum();
                    let kept: i64 = stage.sets.iter().map(|set| set.size.available.min(set.size.spec)).sum();
                    assert!(
                        !basic || kept >= available.min(least),
                        "{kept} of {available} kept, {least} needed: {}",
                        stage.line()
                    );
                    services_lead_to_pods(stage);
                    weights_add_up(stage);
                });
                ends_with_a_reason(&stage);
            }));
            assert!(result.is_ok(), "{}\n{}\n{}", story.join("\n"), stage.line(), stage.plan());
        }
    }
}

/// Where nothing more happens, the phase or what is being waited for says why.
fn ends_with_a_reason(stage: &Stage) {
    let status = &stage.rollout.status;
    let plan = stage.plan();
    let is_told = !plan.waiting.is_empty() || plan.wake.is_some();
    assert!(status.phase == "Healthy" || is_told, "stands still without a reason: {}", stage.line());
    assert!(status.phase != "Paused" || !status.message.is_empty());
}

#[test]
fn the_same_world_gives_the_same_plan() {
    let mut dice = Dice(7);
    let stage = Stage::new(spec(&mut dice));
    assert_eq!(stage.plan().to_string(), stage.plan().to_string());
}
