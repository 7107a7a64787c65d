//! What is told to a Rollout, read back from the cluster.

use crate::stage::{Stage, canary};
use cluster::Part;
use serde_json::{Value, json};

const WEB: &str = "/rollouts/api/v1/rollouts/shop/web";

#[tokio::test(start_paused = true)]
async fn every_write_of_the_api_is_done_when_it_is_answered() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let put = async |path: &str, body: &str| {
        let answer = stage.ask("PUT", &format!("{WEB}{path}"), body).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"), "{path}");
        let rollout = answer.json().await;
        assert_eq!((&rollout["kind"], &rollout["metadata"]["name"]), (&json!("Rollout"), &json!("web")), "{path}");
        rollout
    };
    let image = |rollout: &Value| rollout["spec"]["template"]["spec"]["containers"][0]["image"].clone();

    let set = put("/set/web/registry.example/shop/web/2.0", "").await;
    assert_eq!(image(&set), "registry.example/shop/web:2.0");
    assert_eq!(image(&stage.rollout("web").await), "registry.example/shop/web:2.0");
    stage.until_phase("web", "Paused").await;

    put("/promote", "{}").await;
    stage.until("web", "at its second pause", |it| it["status"]["currentStepIndex"] == 3).await;
    stage.until_phase("web", "Paused").await;

    let aborted = put("/abort", "{}").await;
    assert_eq!(aborted["status"]["abort"], true);
    stage.until_phase("web", "Degraded").await;

    put("/retry", "{}").await;
    stage.until_phase("web", "Paused").await;
    assert_ne!(stage.rollout("web").await["status"]["abort"], true);

    put("/promote", r#"{"full": true, "name": "other", "namespace": "other"}"#).await;
    stage.until_phase("web", "Healthy").await;
    assert_eq!(stage.rollout("web").await["status"]["currentStepIndex"], 4);

    let undone = put("/undo/1", "{}").await;
    assert_eq!(image(&undone), "shop/web:1");
    stage.until_phase("web", "Paused").await;

    put("/undo/0", "{}").await;
    assert_eq!(image(&stage.rollout("web").await), "registry.example/shop/web:2.0");

    let restarted = put("/restart", "{}").await;
    assert!(restarted["spec"]["restartAt"].is_string());
    stage.until("web", "restarted", |it| it["status"]["restartedAt"] == restarted["spec"]["restartAt"]).await;
}

#[tokio::test(start_paused = true)]
async fn who_reads_after_a_write_sees_it() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    stage.read(&format!("{WEB}/info")).await;
    for tag in ["2", "3", "4"] {
        assert_eq!(stage.ask("PUT", &format!("{WEB}/set/web/shop/web/{tag}"), "").await.status, 200);
        let info = stage.read(&format!("{WEB}/info")).await;
        assert_eq!(info["containers"][0]["image"], format!("shop/web:{tag}"));
    }
}

#[tokio::test(start_paused = true)]
async fn every_button_does_what_it_says() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let press = async |action: &str, fields: &[(&str, &str)]| {
        let answer = stage.press("web", action, fields).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, "/rollouts/rollout/shop/web"),
            "{action}"
        );
    };
    press("set-image", &[("container", "web"), ("image", " shop/web:2 ")]).await;
    stage.until_phase("web", "Paused").await;
    press("promote", &[]).await;
    stage.until("web", "at its second pause", |it| it["status"]["currentStepIndex"] == 3).await;
    stage.until_phase("web", "Paused").await;
    press("abort", &[]).await;
    stage.until_phase("web", "Degraded").await;
    press("retry", &[]).await;
    stage.until_phase("web", "Paused").await;
    press("promote-full", &[]).await;
    stage.until_phase("web", "Healthy").await;
    press("pause", &[]).await;
    assert_eq!(stage.rollout("web").await["spec"]["paused"], true);
    stage.until_phase("web", "Paused").await;
    press("resume", &[]).await;
    assert_ne!(stage.rollout("web").await["spec"]["paused"], true);
    stage.until_phase("web", "Healthy").await;
    press("undo", &[("revision", "1")]).await;
    stage.until_phase("web", "Paused").await;
    press("restart", &[]).await;
    assert!(stage.rollout("web").await["spec"]["restartAt"].is_string());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_done_changes_nothing_and_says_why() {
    let stage = Stage::simulated().await;
    stage.create(canary("web")).await;
    stage.until_phase("web", "Healthy").await;
    let before = stage.rollout("web").await["spec"].clone();
    let cases = [
        (
            "/undo/x",
            400,
            3,
            "type mismatch, parameter: revision, error: strconv.ParseInt: parsing \"x\": invalid syntax",
        ),
        ("/undo/7", 400, 9, "unable to find specified revision 7 in history"),
        ("/undo/0", 400, 9, "no revision found for rollout \"web\""),
        ("/set/none/shop/web/2", 400, 9, "unable to find container named \"none\""),
        ("/set/web/onlyatag", 404, 5, "Not Found"),
    ];
    for (path, status, code, message) in cases {
        let answer = stage.ask("PUT", &format!("{WEB}{path}"), "").await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.json().await, json!({"code": code, "message": message}), "{path}");
    }
    for (body, part) in [("[1]", "no JSON object"), ("{", "no JSON"), (r#"{"full": "yes"}"#, "true or false")] {
        let answer = stage.ask("PUT", &format!("{WEB}/promote"), body).await;
        assert_eq!(answer.status, 400, "{body}");
        let told = answer.json().await;
        assert!(told["code"] == 3 && told["message"].as_str().is_some_and(|it| it.contains(part)), "{told}");
    }
    let none = stage.ask("PUT", "/rollouts/api/v1/rollouts/shop/none/abort", "").await;
    assert_eq!(none.status, 404);
    assert_eq!(none.json().await, json!({"code": 5, "message": "rollouts.argoproj.io \"none\" not found"}));
    assert_eq!(stage.rollout("web").await["spec"], before);
}

#[tokio::test(start_paused = true)]
async fn the_deployment_a_rollout_takes_its_pods_from_is_what_is_changed() {
    let stage = Stage::simulated().await;
    let template = canary("web")["spec"]["template"].clone();
    stage
        .create(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "source"},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "web"}}, "template": template}}))
        .await;
    let mut rollout = canary("web");
    let spec = rollout["spec"].as_object_mut().expect("a spec");
    spec.remove("template");
    spec.remove("selector");
    spec.insert("workloadRef".into(), json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "source"}));
    stage.create(rollout).await;
    stage.until_phase("web", "Healthy").await;
    assert_eq!(stage.ask("PUT", &format!("{WEB}/set/web/shop/web/2"), "").await.status, 200);
    stage.until_phase("web", "Paused").await;
    let info = stage.read(&format!("{WEB}/info")).await;
    assert_eq!(info["containers"], json!([{"name": "web", "image": "shop/web:2"}]));
    assert_eq!(stage.ask("PUT", &format!("{WEB}/undo/1"), "").await.status, 200);
    stage.until_phase("web", "Healthy").await;
    let info = stage.read(&format!("{WEB}/info")).await;
    assert_eq!(info["containers"], json!([{"name": "web", "image": "shop/web:1"}]));
    // Nothing but the workload was changed.
    stage.patch("web", Part::Whole, json!({})).await;
    assert!(stage.rollout("web").await["spec"].get("template").is_none());
}
