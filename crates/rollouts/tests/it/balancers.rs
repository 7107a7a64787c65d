//! A load balancer that takes its time: nothing goes on before it does what it was told.

use crate::routers::definition;
use crate::stage::{Stage, number, told};
use cluster::Part;
use rollouts::{Found, LoadBalancers, Settings};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use traffic::{LoadBalancer, Target, TargetGroup};

const ALB_TEN: &str = include_str!("../../../../examples/rollouts/canary-alb-ten.yaml");
const HOST: &str = "shop.elb.example.com";

/// What the load balancer does: the new version's share, or why it does not answer; and who is registered.
#[derive(Debug)]
struct Balancer {
    share: Mutex<Result<i32, String>>,
    targets: Mutex<Vec<Target>>,
}

impl Balancer {
    fn idle() -> Arc<Self> {
        Arc::new(Balancer { share: Mutex::new(Ok(0)), targets: Mutex::default() })
    }

    fn does(&self, answer: Result<i32, &str>) {
        *self.share.lock().expect("nobody panics here") = answer.map_err(str::to_owned);
    }

    fn registers(&self, targets: Vec<Target>) {
        *self.targets.lock().expect("nobody panics here") = targets;
    }
}

fn group_of(service: &str) -> String {
    format!("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/{service}/73e2d6bc24d8a067")
}

impl LoadBalancers for Balancer {
    fn load_balancer<'a>(&'a self, host: &'a str) -> Found<'a, Option<LoadBalancer>> {
        Box::pin(async move {
            assert_eq!(host, HOST);
            let weight = self.share.lock().expect("nobody panics here").clone()?;
            let group = |service: &str| TargetGroup {
                name: service.to_owned(),
                arn: group_of(service),
                resource: format!("shop/shop-front-{service}:80"),
            };
            let groups = vec![group("shop-front-canary"), group("shop-front-stable")];
            let forward = [(groups[0].arn.clone(), weight), (groups[1].arn.clone(), 100 - weight)].into();
            let arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
            let name = "shop".to_owned();
            Ok(Some(LoadBalancer { name, arn: arn.to_owned(), groups, forwards: vec![forward] }))
        })
    }

    fn targets<'a>(&'a self, group: &'a str) -> Found<'a, Vec<Target>> {
        Box::pin(async move {
            assert_eq!(group, group_of("shop-front-stable"));
            Ok(self.targets.lock().expect("nobody panics here").clone())
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
    let balancer = Balancer::idle();
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

/// Everything that is ready behind a Service.
async fn endpoints(stage: &Stage, service: &str) -> Vec<Target> {
    let mut slices = stage.list("discovery.k8s.io/v1", "EndpointSlice").await;
    slices.retain(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == service);
    let mut found = Vec::new();
    for slice in &slices {
        let port = slice["ports"][0]["port"].as_i64().unwrap_or_default();
        for endpoint in slice["endpoints"].as_array().into_iter().flatten() {
            let address = endpoint["addresses"][0].as_str().unwrap_or_default().to_owned();
            found.push(Target { address, port });
        }
    }
    found
}

/// After the stable Service was switched, no old pod goes before the load balancer has the new ones.
#[tokio::test(start_paused = true)]
async fn old_pods_stay_until_the_new_ones_are_registered() {
    let balancer = Balancer::idle();
    let stage = Stage::start_asking(Settings::default(), Some(balancer.clone())).await;
    stage.create(definition("elbv2.k8s.aws/v1beta1", "TargetGroupBinding")).await;
    stage.wait(2).await;
    stage.apply(ALB_TEN).await;
    let binding = json!({
        "apiVersion": "elbv2.k8s.aws/v1beta1", "kind": "TargetGroupBinding", "metadata": {"name": "stable"},
        "spec": {
            "targetType": "ip", "targetGroupARN": group_of("shop-front-stable"),
            "serviceRef": {"name": "shop-front-stable", "port": 80},
        },
    });
    stage.create(binding).await;
    let host = json!({"status": {"loadBalancer": {"ingress": [{"hostname": HOST}]}}});
    stage.patch("networking.k8s.io/v1", "Ingress", "shop-front", Part::Status, host).await;
    stage.until_phase("shop-front", "Healthy").await;
    let status = stage.rollout("shop-front").await["status"].clone();
    assert_eq!(status["alb"]["loadBalancer"]["fullName"], "shop/50dc6c495c0c9188");
    assert_eq!(status["albs"][0]["canaryTargetGroup"]["fullName"], "shop-front-canary/73e2d6bc24d8a067");
    balancer.registers(endpoints(&stage, "shop-front-stable").await);

    stage.set_image("shop-front", "nginx:1.28-alpine").await;
    for weight in [25, 50, 75, 100] {
        let stands = |rollout: &Value| recorded(rollout).0 == weight;
        stage.until("shop-front", &format!("at {weight}"), stands).await;
        balancer.does(Ok(i32::try_from(weight).expect("a share")));
        let goes_on = |rollout: &Value| recorded(rollout) != (weight, Some(false));
        stage.until("shop-front", &format!("past {weight}"), goes_on).await;
        if told(&stage.rollout("shop-front").await).starts_with("Paused") {
            stage.promote("shop-front").await;
        }
    }
    let is_told = || async {
        let events = stage.events("shop-front").await;
        events.iter().any(|it| it.starts_with("TargetGroupUnverified: ") && it.contains("0/10 endpoints registered"))
    };
    stage.eventually("people are told who is missing", is_told).await;
    stage.wait(120).await;
    let line = stage.line("shop-front").await;
    assert!(line.contains("nginx:1.27-alpine:10/10") && !line.contains("delay"), "{line}");
    balancer.registers(endpoints(&stage, "shop-front-stable").await);
    stage.wait(60).await;
    let line = stage.line("shop-front").await;
    assert!(line.contains("nginx:1.27-alpine:0/0") && line.contains("nginx:1.28-alpine*:10/10"), "{line}");
}
