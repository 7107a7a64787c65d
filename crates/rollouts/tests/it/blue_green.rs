//! The blue-green strategy: the examples, all the way round.

use crate::stage::{Stage, text};
use serde_json::{Value, json};

const MANUAL: &str = include_str!("../../../../examples/rollouts/blue-green-manual.yaml");
const TIMED: &str = include_str!("../../../../examples/rollouts/blue-green-timed.yaml");
const NODE_TERMS: &str = include_str!("../../../../examples/rollouts/blue-green-node-terms.yaml");

/// The image of the version that a Service selects.
async fn selected(stage: &Stage, service: &str) -> String {
    let service = stage.get("v1", "Service", service).await.unwrap_or(Value::Null);
    let hash = text(&service, "/spec/selector/rollouts-pod-template-hash").to_owned();
    let sets = stage.list("apps/v1", "ReplicaSet").await;
    let set = sets.iter().find(|set| text(set, "/metadata/labels/rollouts-pod-template-hash") == hash);
    let image = set.map(|set| text(set, "/spec/template/spec/containers/0/image").to_owned()).unwrap_or_default();
    image.rsplit_once(':').map(|(_, version)| version.to_owned()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_preview_waits_to_be_promoted() {
    let stage = Stage::start().await;
    stage.apply(MANUAL).await;
    stage.until_phase("billing", "Healthy").await;
    assert_eq!(selected(&stage, "billing-active").await, "1.0.0");
    stage.set_image("billing", "registry.example.com/billing:2.0.0").await;
    stage.until_told("billing", "Paused - BlueGreenPause").await;
    assert_eq!(
        (selected(&stage, "billing-active").await, selected(&stage, "billing-preview").await),
        ("1.0.0".to_owned(), "2.0.0".to_owned())
    );
    stage.promote("billing").await;
    stage.until_phase("billing", "Healthy").await;
    assert_eq!(selected(&stage, "billing-active").await, "2.0.0");
    let line = stage.line("billing").await;
    assert!(line.contains("billing:1.0.0:2/2 delay"), "{line}");
    stage.wait(40).await;
    let line = stage.line("billing").await;
    assert!(line.contains("billing:1.0.0:0/0"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn an_aborted_preview_goes_and_an_undo_within_the_delay_is_at_once() {
    let stage = Stage::start().await;
    stage.apply(MANUAL).await;
    stage.until_phase("billing", "Healthy").await;
    stage.set_image("billing", "registry.example.com/billing:2.0.0").await;
    stage.until_told("billing", "Paused - BlueGreenPause").await;
    stage.patch_status("billing", json!({"abort": true})).await;
    stage.until_told("billing", "Degraded - RolloutAborted: Rollout aborted update to revision 2").await;
    stage.wait(40).await;
    assert!(stage.line("billing").await.contains("billing:2.0.0:0/0"));
    stage.patch_status("billing", json!({"abort": false})).await;
    stage.until_told("billing", "Paused - BlueGreenPause").await;
    stage.promote("billing").await;
    stage.until_phase("billing", "Healthy").await;

    stage.set_image("billing", "registry.example.com/billing:1.0.0").await;
    let took = stage.until_phase("billing", "Healthy").await;
    assert!(took.as_secs() < 3, "the pods were still there, and nothing is waited for: {took:?}");
    assert_eq!(selected(&stage, "billing-active").await, "1.0.0");
}

#[tokio::test(start_paused = true)]
async fn a_preview_promotes_itself_after_its_time() {
    let stage = Stage::start().await;
    stage.apply(TIMED).await;
    stage.until_phase("search", "Healthy").await;
    stage.set_image("search", "registry.example.com/search:2.0.0").await;
    stage.until_told("search", "Paused - BlueGreenPause").await;
    let took = stage.until_phase("search", "Healthy").await;
    assert!((29..=33).contains(&took.as_secs()), "{took:?}");
    assert_eq!(selected(&stage, "search-active").await, "2.0.0");
    stage.wait(30).await;
    assert!(stage.line("search").await.contains("search:1.0.0:2/2 delay"));
    stage.wait(40).await;
    assert!(stage.line("search").await.contains("search:1.0.0:0/0"));
}

#[tokio::test(start_paused = true)]
async fn terms_that_mean_nothing_are_accepted_and_reported() {
    let stage = Stage::start().await;
    stage.apply(NODE_TERMS).await;
    stage.until_phase("reports", "Healthy").await;
    stage.wait(1).await;
    let told = stage.events("reports").await;
    assert!(told.iter().any(|event| event.contains("nodeSelectorTerms")), "{told:#?}");
    stage.set_image("reports", "registry.example.com/reports:2.0.0").await;
    stage.until_phase("reports", "Healthy").await;
    assert_eq!(selected(&stage, "reports").await, "2.0.0");
}
