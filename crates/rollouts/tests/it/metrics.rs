//! What is measured, in upstream's words.

use crate::stage::{NAMESPACE, create, phase, prepare, rollout};
use clock::Clock;
use cluster::{Cache, Change, ClusterClient, Clusters, Part, PatchKind, Target, Write};
use controller::{Environment, Leadership, Metrics, Shutdown, Silent, Views};
use object::Gvk;
use rollouts::{Options, Rollouts, Settings, start_cache};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// A cluster, and a controller whose counters can be read.
struct Measured {
    client: ClusterClient,
    cache: Cache,
    metrics: Metrics,
    // Held with the controller.
    _cluster: embedded::Cluster,
    _shutdown: Shutdown,
}

impl Measured {
    async fn start() -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().expect("a time"), 7);
        let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        prepare(&client).await;
        let (metrics, shutdown) = (Metrics::default(), Shutdown::new());
        let own = ClusterClient::from_service(cluster.service(), &clock);
        let cache = start_cache(own.clone(), &Settings::default());
        let environment = Environment {
            clock,
            clusters: Clusters::home(own, Some(cache.clone())),
            leadership: Leadership::always(),
            events: Arc::new(Silent),
            metrics: metrics.clone(),
            views: Views::default(),
        };
        let controller = Rollouts::new(Options::new(environment), shutdown.clone()).expect("a cache is there");
        tokio::spawn(controller.run());
        Measured { client, cache, metrics, _cluster: cluster, _shutdown: shutdown }
    }

    async fn until(&self, wanted: &str) {
        let gvk = Gvk::from_api_version("argoproj.io/v1alpha1", "Rollout");
        let looked = timeout(Duration::from_secs(300), async {
            loop {
                let found = self.client.get(&gvk, Some(NAMESPACE), "web").await.expect("readable");
                if found.is_some_and(|object| phase(&object.value()) == wanted) {
                    return;
                }
                sleep(Duration::from_millis(200)).await;
            }
        });
        looked.await.expect("it comes to that");
        // What is told is counted after the status is written, and the cache sees it later.
        sleep(Duration::from_secs(1)).await;
    }

    async fn patch(&self, body: Value) {
        let target = Target::new(Gvk::from_api_version("argoproj.io/v1alpha1", "Rollout"), Some(NAMESPACE), "web");
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.client.write(&Write::new(target, change)).await.expect("a patch");
    }
}

#[tokio::test(start_paused = true)]
async fn events_and_requests_are_counted_under_upstreams_names() {
    let measured = Measured::start().await;
    create(&measured.client, rollout("web", 1, json!({"canary": {}}))).await;
    measured.until("Healthy").await;
    measured.patch(json!({"spec": {"strategy": {"blueGreen": {"activeService": "nowhere"}, "canary": null}}})).await;
    measured.until("Degraded").await;
    let text = rollouts::metrics::exposition(&measured.cache, &measured.metrics);
    let has = |line: &str| assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
    let of_web = r#"namespace="shop",name="web""#;
    has("# TYPE rollout_events_total counter");
    has(&format!(r#"rollout_events_total{{{of_web},type="Normal",reason="RolloutCompleted"}} 1"#));
    has(&format!(r#"rollout_events_total{{{of_web},type="Warning",reason="InvalidSpec"}} 1"#));
    let requests = "controller_clientset_k8s_request_total";
    has(&format!("# TYPE {requests} counter"));
    let creation = r#"kind="replicasets",namespace="shop",name="N/A",verb="Create",status_code="201""#;
    has(&format!("{requests}{{{creation}}} 1"));
    let patches = format!(r#"{requests}{{kind="rollouts",{of_web},verb="Patch",status_code="200"}} "#);
    let patches = text.lines().find_map(|line| line.strip_prefix(&patches)).expect("patches of the status are counted");
    assert!(patches.parse::<u64>().expect("a number") > 0);
    has(&format!(r#"rollout_info{{{of_web},strategy="blueGreen",traffic_router="",phase="InvalidSpec"}} 1"#));
    has(&format!("argo_rollouts_controller_info{{version=\"capstan-{}\"}} 1", env!("CARGO_PKG_VERSION")));
}

#[tokio::test(start_paused = true)]
async fn analyses_and_experiments_are_told_with_their_metrics() {
    let measured = Measured::start().await;
    let meta = json!({"name": "errors"});
    let metrics = json!([{"name": "rate \"5xx\"", "provider": {"prometheus": {"query": "x"}}}]);
    let kinds = [
        ("AnalysisTemplate", json!({"metrics": metrics})),
        ("AnalysisRun", json!({"metrics": metrics})),
        ("Experiment", json!({"templates": []})),
    ];
    for (kind, spec) in kinds {
        let value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": meta, "spec": spec});
        create(&measured.client, value).await;
    }
    sleep(Duration::from_secs(1)).await;
    let text = rollouts::metrics::exposition(&measured.cache, &measured.metrics);
    let has = |line: &str| assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
    let at = r#"namespace="shop",name="errors""#;
    let metric = r#"metric="rate \"5xx\"",type="Prometheus""#;
    has(&format!(r#"analysis_run_info{{{at},phase=""}} 1"#));
    has(&format!(r#"analysis_run_phase{{{at},phase="Pending"}} 1"#));
    has(&format!(r#"analysis_run_phase{{{at},phase="Failed"}} 0"#));
    has(&format!("analysis_run_metric_type{{{at},{metric}}} 1"));
    has(&format!(r#"analysis_run_metric_phase{{{at},{metric},dry_run="false",phase="Pending"}} 1"#));
    has(&format!("analysis_template_info{{{at}}} 1"));
    has(&format!(r#"experiment_phase{{{at},phase="Pending"}} 1"#));
    assert!(!text.contains(r#"experiment_phase{namespace="shop",name="errors",phase="Failed"}"#));
}
