//! What a change costs: only what it concerns is evaluated.

use crate::post::{Office, Post};
use crate::stage::Stage;
use notifications::Product;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const APPLICATIONS: u64 = 40;

#[tokio::test(start_paused = true)]
async fn a_change_of_one_evaluates_one() {
    let mut stage = Stage::simulated().await;
    let post = Post::new();
    let data = json!({
        "service.slack": "token: x", "trigger.on-x": "- when: app.status.health.status == 'Degraded'\n  send: [told]\n",
        "template.told": "message: x", "subscriptions": "- recipients: [\"slack:ops\"]\n  triggers: [on-x]\n",
    });
    stage.configure(Product::Applications, data, json!({})).await;
    for number in 0..APPLICATIONS {
        stage.application(&format!("app-{number}"), json!({}), "Healthy").await;
    }
    stage.control(Product::Applications, Arc::new(Office(Arc::clone(&post))));
    stage.until("all evaluated", async || stage.metrics.evaluations() >= APPLICATIONS).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let before = stage.metrics.evaluations();
    stage.health("app-7", "Degraded").await;
    stage.until("recorded", async || !stage.notified("app-7").await.is_empty()).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(post.sent(), ["slack:ops x"]);
    // The change, the end of the delivery, and the record of it.
    let evaluated = stage.metrics.evaluations() - before;
    assert!((1..=4).contains(&evaluated), "{evaluated} evaluations of {APPLICATIONS} applications");
}
