//! Every schedule comes to an end that says what it is: Healthy, Paused for a reason, or Degraded with a cause.

use super::settle;
use crate::stage::Stage;
use strategy::counts::weight_max;

/// How often time may go on to when something is due.
const WAKES_MAX: usize = 400;

/// How often it is looked again at what nothing tells of.
const AGAIN_SECONDS: i64 = 30;

/// Lets everything that is due come, and looks at what is left.
pub fn come_to_an_end(stage: &mut Stage, story: &mut Vec<String>) {
    // Whoever measures comes to a verdict, and the load balancer answers.
    stage.command("balancer obeys");
    stage.targets = strategy::Targets::Unasked;
    let mut seen = String::new();
    for _ in 0..WAKES_MAX {
        settle(stage);
        if stage.is_measuring() {
            stage.command("analysis Successful");
            stage.command("experiment Successful");
            continue;
        }
        let line = stage.line();
        let is_at_rest = seen == line && matches!(stage.rollout.status.phase.as_str(), "Degraded" | "Paused");
        let Some(wake) = stage.plan().wake.filter(|_| !is_at_rest) else {
            story.push(format!("= {line}"));
            return is_an_end(stage);
        };
        // It may be looked at again and again whether something outside has changed.
        seen = if wake.duration_since(stage.now).as_secs() > AGAIN_SECONDS { String::new() } else { line };
        // A time that is over already would be looked at again at once.
        assert!(wake > stage.now, "it is woken for {wake}, and it is {}: {}", stage.now, stage.plan());
        stage.now = wake;
    }
    story.push(format!("= {}", stage.line()));
    unreachable!("something is due for ever: {}\n{}", stage.line(), stage.plan());
}

fn is_an_end(stage: &Stage) {
    let status = &stage.rollout.status;
    match status.phase.as_str() {
        "Healthy" => healthy(stage),
        "Paused" | "Degraded" => {
            assert!(!status.message.is_empty(), "no reason is shown: {}", stage.line());
            assert!(!stage.plan().waiting.is_empty() || status.phase == "Degraded", "no way on: {}", stage.line());
        }
        _ => unreachable!("it stands still: {}\n{}", stage.line(), stage.plan()),
    }
    if status.phase == "Degraded" && !status.message.starts_with("InvalidSpec") && status.is_fully_promoted() {
        let stable = stage.sets.iter().find(|set| set.hash == status.stable_rs).map_or(0, |set| set.size.available);
        let wanted = i64::from(stage.rollout.spec.replicas());
        assert!(stable < wanted || stage.rollout.spec.paused, "nothing is wrong: {}", stage.line());
    }
    if status.phase == "Degraded" && status.abort && !status.is_fully_promoted() {
        gone_back(stage);
    }
}

fn healthy(stage: &Stage) {
    let status = &stage.rollout.status;
    let wanted = i64::from(stage.rollout.spec.replicas());
    let stable = stage.sets.iter().find(|set| set.hash == status.stable_rs);
    let has = stable.map_or(0, |set| set.size.available);
    assert_eq!(has, wanted, "the stable version has its pods: {}", stage.line());
    assert!(status.is_fully_promoted(), "what is wanted is stable: {}", stage.line());
    leads_to_stable(stage);
}

/// After an abort everything leads to the stable version, if that has pods.
fn gone_back(stage: &Stage) {
    let stable = stage.sets.iter().find(|set| set.hash == stage.rollout.status.stable_rs);
    let wanted = i64::from(stage.rollout.spec.replicas());
    if stable.is_some_and(|set| set.size.available >= wanted && wanted > 0) && !stage.rollout.spec.paused {
        leads_to_stable(stage);
    }
}

fn leads_to_stable(stage: &Stage) {
    let status = &stage.rollout.status;
    if stage.rollout.spec.replicas() == 0 {
        return;
    }
    if let Some(weights) = &status.canary.weights {
        assert_eq!(weights.canary.weight, 0, "no share is left behind: {}", stage.line());
        assert_eq!(stage.balancer.current["stable"], weight_max(&stage.rollout), "{}", stage.line());
    }
    let is_blue_green = stage.rollout.spec.strategy.blue_green.is_some();
    for (name, service) in stage.services.iter().filter(|(name, _)| !is_blue_green || *name == "active") {
        let hash = service.known().and_then(|it| it.hash.clone()).unwrap_or_default();
        let is_other = stage.rollout.spec.strategy.canary.as_ref().is_some_and(|it| it.ping_pong.is_some());
        assert!(is_other || hash == status.stable_rs, "{name} leads elsewhere: {}", stage.line());
    }
}
