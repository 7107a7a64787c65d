//! What is wrong is said on the object, nothing else is touched, and other Rollouts go on.

use crate::stage::{Stage, rollout, service, told};
use serde_json::{Value, json};

/// A strategy or a part of the spec that is wrong, and what is said of it.
fn wrong() -> Vec<(&'static str, Value, &'static str)> {
    let canary = |steps: Value| json!({"strategy": {"canary": {"steps": steps}}});
    vec![
        (
            "contradicts-itself",
            json!({"strategy": {"canary": {"maxSurge": 0, "maxUnavailable": 0}}}),
            "MaxSurge and MaxUnavailable both can not be zero",
        ),
        ("step-out-of-range", canary(json!([{"setWeight": 110}])), "SetWeight needs to be between 0 and 100"),
        ("step-negative", canary(json!([{"setWeight": -5}])), "SetWeight needs to be between 0 and 100"),
        ("step-huge", canary(json!([{"setWeight": 2_147_483_647}])), "SetWeight needs to be between 0 and 100"),
        ("step-of-nothing", canary(json!([{}])), "Step must have one of the following set"),
        ("number-negative", json!({"replicas": -1}), "must be greater than or equal to 0"),
        ("history-negative", json!({"revisionHistoryLimit": -1}), "must be greater than or equal to 0"),
        ("deadline-too-short", json!({"minReadySeconds": 9, "progressDeadlineSeconds": 9}), "must be greater than"),
        ("no-duration", canary(json!([{"pause": {"duration": "soon"}}])), "Duration needs to be greater than 0"),
        (
            "no-such-service",
            json!({"strategy": {"blueGreen": {"activeService": "nowhere"}}}),
            "service \"nowhere\" not found",
        ),
        (
            "service-without-selector",
            json!({"strategy": {"blueGreen": {"activeService": "bare"}}}),
            "Service \"bare\" has no selector",
        ),
        (
            "same-service-twice",
            json!({"strategy": {"blueGreen": {"activeService": "one", "previewService": "one"}}}),
            "uses the same service for the active and preview services",
        ),
        (
            "no-such-template",
            canary(json!([{"analysis": {"templates": [{"templateName": "nowhere"}]}}])),
            "AnalysisTemplate 'nowhere' not found",
        ),
    ]
}

/// Each is told in the condition and an event that name the field, nothing is made for it, and its neighbour goes on.
#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_told_in_a_condition_and_an_event() {
    let stage = Stage::start().await;
    let mut bare = service("bare", "web");
    bare["spec"].as_object_mut().expect("a spec").remove("selector");
    stage.create(bare.clone()).await;
    stage.create(service("one", "same-service-twice")).await;
    for (name, patch, _) in wrong() {
        let mut object = rollout(name, 1, json!({"canary": {}}));
        for (field, value) in patch.as_object().expect("fields") {
            object["spec"][field] = value.clone();
        }
        stage.create(object).await;
    }
    stage.create(rollout("neighbour", 1, json!({"canary": {}}))).await;
    stage.until_phase("neighbour", "Healthy").await;
    for (name, _, said) in wrong() {
        let begins = format!("Degraded - InvalidSpec: The Rollout \"{name}\" is invalid: spec.");
        let is_said = |rollout: &Value| told(rollout).starts_with(&begins) && told(rollout).contains(said);
        stage.until(name, said, is_said).await;
        let events = stage.events(name).await;
        let is_event = |event: &&String| event.starts_with("InvalidSpec: ") && event.contains(said);
        assert_eq!(events.iter().filter(is_event).count(), 1, "{name}: {events:#?}");
    }
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    assert!(sets.iter().all(|set| set["metadata"]["labels"]["app"] == "neighbour"), "{sets:#?}");
    let after = stage.get("v1", "Service", "bare").await.expect("a Service");
    assert!(after["spec"].get("selector").is_none(), "{after}");
}

#[tokio::test(start_paused = true)]
async fn a_template_that_can_never_become_ready_is_told_after_its_deadline() {
    let stage = Stage::start().await;
    let mut web = rollout("web", 2, json!({"canary": {"maxSurge": 1, "maxUnavailable": 0}}));
    web["spec"]["progressDeadlineSeconds"] = json!(30);
    stage.create(web).await;
    stage.create(rollout("neighbour", 1, json!({"canary": {}}))).await;
    stage.until_phase("web", "Healthy").await;
    stage.set_image("web", "does-not-exist").await;
    let cause = "has timed out progressing.";
    stage.until("web", cause, |rollout| told(rollout).starts_with("Degraded - ProgressDeadlineExceeded: ")).await;
    let events = stage.events("web").await;
    assert!(events.iter().any(|it| it.starts_with("ProgressDeadlineExceeded: ") && it.ends_with(cause)), "{events:#?}");
    stage.until_phase("neighbour", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_nobody_knows_is_told_by_name() {
    let stage = Stage::start().await;
    let mut web = rollout("web", 1, json!({"canary": {"steps": [{"plugin": {"name": "example/none"}}]}}));
    web["spec"]["progressDeadlineSeconds"] = json!(30);
    stage.create(web).await;
    stage.until_phase("web", "Healthy").await;
    stage.set_image("web", "web:yellow").await;
    stage.until("web", "over", |rollout| told(rollout).starts_with("Degraded - ProgressDeadlineExceeded: ")).await;
    let events = stage.events("web").await;
    let is_named = |it: &String| it.starts_with("ReconciliationError: ") && it.contains("example/none");
    assert!(events.iter().any(is_named), "{events:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_selector_that_matches_anothers_pods_takes_none_of_them() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 2, json!({"canary": {}}))).await;
    stage.until_phase("web", "Healthy").await;
    let mut second = rollout("second", 1, json!({"canary": {}}));
    second["spec"]["selector"] = json!({"matchLabels": {"app": "web"}});
    second["spec"]["template"]["metadata"]["labels"] = json!({"app": "web", "of": "second"});
    stage.create(second).await;
    stage.until_phase("second", "Healthy").await;
    assert!(stage.line("web").await.ends_with("web:blue*:2/2"), "{}", stage.line("web").await);
    assert!(stage.line("second").await.ends_with("web:blue*:1/1"), "{}", stage.line("second").await);
    // Both are told, and only them; the condition goes with its cause.
    stage.create(rollout("third", 1, json!({"canary": {}}))).await;
    stage.until_phase("third", "Healthy").await;
    let pairs = [("web", "second"), ("second", "web")];
    for (name, other) in pairs {
        let said = format!("spec.selector: it matches the pods of Rollout \"{other}\" too");
        let is_said = |rollout: &Value| warning(rollout).is_some_and(|it| it.starts_with(&said));
        stage.until(name, "warned", is_said).await;
        let whose = format!("Rollout \"{other}\"");
        let count = || async {
            let events = stage.events(name).await;
            events.iter().filter(|event| event.starts_with("SpecWarning: ") && event.contains(&whose)).count() == 1
        };
        stage.eventually("an event tells of it", count).await;
    }
    assert!(warning(&stage.rollout("third").await).is_none());
    stage.delete("argoproj.io/v1alpha1", "Rollout", "second").await;
    stage.until("web", "no longer warned", |rollout| warning(rollout).is_none()).await;
}

/// What the condition about fields that do not hold says.
fn warning(rollout: &Value) -> Option<&str> {
    let conditions = rollout["status"]["conditions"].as_array()?;
    conditions.iter().find(|it| it["type"] == "SpecWarning")?["message"].as_str()
}

#[tokio::test(start_paused = true)]
async fn a_spec_that_contradicts_itself_is_said_and_mended() {
    let stage = Stage::start().await;
    let mut web = rollout("web", 1, json!({"canary": {"maxSurge": 0, "maxUnavailable": 0}}));
    web["spec"]["minReadySeconds"] = json!(5);
    stage.create(web).await;
    stage.create(rollout("other", 1, json!({"canary": {}}))).await;
    let is_refused =
        |rollout: &Value| told(rollout).starts_with("Degraded - InvalidSpec: The Rollout \"web\" is invalid:");
    stage.until("web", "refused", is_refused).await;
    assert!(stage.list("apps/v1", "ReplicaSet").await.iter().all(|set| set["metadata"]["labels"]["app"] != "web"));
    stage.until_phase("other", "Healthy").await;
    stage.patch_spec("web", json!({"strategy": {"canary": {"maxSurge": 1}}})).await;
    stage.until_phase("web", "Healthy").await;
    let conditions = stage.rollout("web").await["status"]["conditions"].to_string();
    assert!(!conditions.contains("InvalidSpec"), "{conditions}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_comes_later_is_found() {
    let stage = Stage::start().await;
    stage.create(rollout("web", 1, json!({"blueGreen": {"activeService": "active"}}))).await;
    let missing = "Degraded - InvalidSpec: The Rollout \"web\" is invalid: spec.strategy.blueGreen.activeService: \
                   Invalid value: \"active\": service \"active\" not found";
    stage.until_told("web", missing).await;
    stage.create(service("active", "web")).await;
    stage.until_phase("web", "Healthy").await;
}

#[tokio::test(start_paused = true)]
async fn a_service_of_another_rollout_is_not_taken() {
    let stage = Stage::start().await;
    stage.create(service("active", "web")).await;
    stage.create(rollout("web", 1, json!({"blueGreen": {"activeService": "active"}}))).await;
    stage.until_phase("web", "Healthy").await;
    let before = stage.get("v1", "Service", "active").await.expect("a Service");
    let mut second = rollout("second", 1, json!({"blueGreen": {"activeService": "active"}}));
    second["spec"]["selector"] = json!({"matchLabels": {"app": "web", "of": "second"}});
    second["spec"]["template"]["metadata"]["labels"] = json!({"app": "web", "of": "second"});
    stage.create(second).await;
    stage.until("second", "refused", |rollout| told(rollout).contains("is managed by another Rollout")).await;
    let after = stage.get("v1", "Service", "active").await.expect("a Service");
    assert_eq!(after["spec"]["selector"], before["spec"]["selector"]);
    assert_eq!(told(&stage.rollout("web").await), "Healthy");
}

#[tokio::test(start_paused = true)]
async fn a_field_of_the_wrong_type_is_said_and_others_go_on() {
    let stage = Stage::start().await;
    // The definition lets this pass, as upstream's does: templates are checked by whoever uses them.
    let mut web = rollout("web", 1, json!({"canary": {"steps": [{"setCanaryScale": {"replicas": 1}}]}}));
    web["spec"]["template"]["spec"]["containers"] = json!("none");
    stage.create(web).await;
    stage.create(rollout("other", 1, json!({"canary": {}}))).await;
    stage.until_phase("other", "Healthy").await;
    stage.until("web", "refused", |rollout| told(rollout).starts_with("Degraded - InvalidSpec")).await;
}

#[tokio::test(start_paused = true)]
async fn rollouts_of_another_instance_are_left_alone() {
    let settings = rollouts::Settings { instance_id: "mine".into(), ..rollouts::Settings::default() };
    let stage = Stage::start_with(settings).await;
    let mut mine = rollout("mine", 1, json!({"canary": {}}));
    mine["metadata"]["labels"] = json!({"argo-rollouts.argoproj.io/controller-instance-id": "mine"});
    stage.create(mine).await;
    stage.create(rollout("other", 1, json!({"canary": {}}))).await;
    stage.until_phase("mine", "Healthy").await;
    stage.wait(5).await;
    assert!(stage.rollout("other").await.get("status").is_none());
}
