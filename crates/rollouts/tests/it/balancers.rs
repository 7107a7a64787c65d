//! A load balancer that takes its time: nothing goes on before it does what it was told.

use crate::stage::{Stage, number, told};
use cluster::Part;
use rollouts::{Found, LoadBalancers, Settings};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use traffic::TargetGroup;

const ALB_TEN: &str = include_str!("../../../../examples/rollouts/canary-alb-ten.yaml");
const HOST: &str = "shop.elb.example.com";

/// What the load balancer does: the new version's share, or why it does not answer.
#[derive(Debug)]
struct Balancer(Mutex<Result<i32, String>>);

impl Balancer {
    fn does(&self, answer: Result<i32, &str>) {
        *self.0.lock().expect("nobody panics here") = answer.map_err(str::to_owned);
    }
}

impl LoadBalancers for Balancer {
    fn target_groups<'a>(&'a self, host: &'a str) -> Found<'a> {
        Box::pin(async move {
            assert_eq!(host, HOST);
            let weight = self.0.lock().expect("nobody panics here").clone()?;
            let group = |service: &str, weight| TargetGroup {
                resource: format!("shop/shop-front-{service}:80"),
                weight: Some(weight),
            };
            Ok(vec![group("shop-front-canary", weight), group("shop-front-stable", 100 - weight)])
        })
    }
}

/// What is recorded of the weight and whether it was seen.
fn recorded(rollout: &Value) -> (i64, Option<bool>) {
    let weights = &rollout["status"]["canary"]["weights"];
    (number(weights, "/canary/weight"), weights["verified"].as_bool())
}

#[tokio::test(start_paused = true)]
async fn a_step_waits_for_the_load_balancer() {
    let balancer = Arc::new(Balancer(Mutex::new(Ok(0))));
    let stage = Stage::start_asking(Settings::default(), Some(balancer.clone())).await;
    stage.apply(ALB_TEN).await;
    let host = json!({"status": {"loadBalancer": {"ingress": [{"hostname": HOST}]}}});
    stage.patch("networking.k8s.io/v1", "Ingress", "shop-front", Part::Status, host).await;
    stage.until_phase("shop-front", "Healthy").await;

    stage.set_image("shop-front", "nginx:1.28-alpine").await;
    stage.until("shop-front", "not seen yet", |rollout| recorded(rollout) == (25, Some(false))).await;
    stage.wait(60).await;
    assert_eq!(number(&stage.rollout("shop-front").await, "/status/currentStepIndex"), 0);
    balancer.does(Err("Throttling: Rate exceeded"));
    let is_told = || async {
        let events = stage.events("shop-front").await;
        events.iter().any(|it| it.starts_with("WeightVerifyError: ") && it.contains("`shop-front`"))
    };
    stage.eventually("people are told that it cannot be asked", is_told).await;
    assert_eq!(number(&stage.rollout("shop-front").await, "/status/currentStepIndex"), 0);
    balancer.does(Ok(25));
    stage.until_told("shop-front", "Paused - CanaryPauseStep").await;

    stage.promote("shop-front").await;
    for weight in [50, 75, 100] {
        let stands = |rollout: &Value| recorded(rollout) == (i64::from(weight), Some(false));
        stage.until("shop-front", &format!("waiting for {weight}"), stands).await;
        let line = stage.line("shop-front").await;
        assert!(line.contains("nginx:1.27-alpine*:10/10"), "{line}");
        balancer.does(Ok(weight));
        let goes_on = |rollout: &Value| recorded(rollout) != (i64::from(weight), Some(false));
        stage.until("shop-front", &format!("past {weight}"), goes_on).await;
        if told(&stage.rollout("shop-front").await).starts_with("Paused") {
            stage.promote("shop-front").await;
        }
    }
    stage.until_phase("shop-front", "Healthy").await;
    stage.wait(40).await;
    let line = stage.line("shop-front").await;
    assert!(line.contains("nginx:1.28-alpine*:10/10"), "{line}");
}
