//! `examples/canary-analysis` as it stands: a bad version goes back by itself, a good one goes on by itself, judged by a
//! Prometheus server that scrapes the program where this machine has one, and by the Web provider everywhere.

use crate::prometheus_server::Prometheus;
use crate::stage::Stage;
use budget::Budget;
use object::Gvk;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use yaml::Dialect;

const ROLLOUT: &str = include_str!("../../../../examples/canary-analysis/rollout.yaml");
const WITH_PROMETHEUS: &str = include_str!("../../../../examples/canary-analysis/with-prometheus.yaml");
const PROMETHEUS: &str = include_str!("../../../../examples/canary-analysis/prometheus.yml");

/// Longer than any machine takes; nothing waits that long where all is well.
const PATIENCE: Duration = Duration::from_secs(900);
const POLL: Duration = Duration::from_millis(20);

/// Where the ingress of the examples is.
const INGRESS: &str = "127.0.0.1:8080";
/// Where their Prometheus server is.
const SERVER: &str = "127.0.0.1:9090";

fn documents(text: &str) -> Vec<Value> {
    let documents = yaml::parse_all(text.as_bytes(), Dialect::V2, &mut Budget::default()).expect("YAML");
    let mut values: Vec<Value> = documents.into_iter().map(|document| document.value).collect();
    for value in &mut values {
        value["metadata"]["namespace"] = json!("default");
    }
    values
}

/// The example on a cluster of its own, with somebody who asks the shop all the time.
struct Shop {
    stage: Stage,
    rollout: Value,
    asking: Vec<tokio::task::JoinHandle<()>>,
    // Ends with it.
    _prometheus: Option<Prometheus>,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.asking.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Shop {
    /// Judged by the Web provider.
    async fn by_web() -> Self {
        let mut stage = Stage::start("up --api 127.0.0.1:0 --ingress 127.0.0.1:0").await;
        let address = stage.noted("ingress on http://", ',');
        let objects = documents(&ROLLOUT.replace(INGRESS, &address).replace("hold: 5m", "hold: 24h"));
        Shop::open(stage, &address, objects, None).await
    }

    /// Judged by Prometheus; `None` where there is none.
    async fn by_prometheus() -> Option<Self> {
        Prometheus::program()?;
        let mut stage = Stage::start("up --api 127.0.0.1:0 --ingress 127.0.0.1:0").await;
        let address = stage.noted("ingress on http://", ',');
        let prometheus = Prometheus::start(&PROMETHEUS.replace(INGRESS, &address))?;
        let template = WITH_PROMETHEUS.replace(SERVER, &prometheus.address).replace("hold: 5m", "hold: 24h");
        let mut objects = documents(&ROLLOUT.replace(INGRESS, &address));
        objects.retain(|object| object["kind"] != "AnalysisTemplate");
        objects.extend(documents(&template));
        Some(Shop::open(stage, &address, objects, Some(prometheus)).await)
    }

    async fn open(stage: Stage, address: &str, objects: Vec<Value>, prometheus: Option<Prometheus>) -> Self {
        for object in &objects {
            stage.create(object).await;
        }
        let rollout = objects.into_iter().find(|object| object["kind"] == "Rollout").expect("a Rollout");
        let asking = (0..4).map(|_| tokio::spawn(ask_for_ever(address.to_owned()))).collect();
        let shop = Shop { stage, rollout, asking, _prometheus: prometheus };
        shop.until("the first version is there", |rollout| rollout["status"]["phase"] == "Healthy").await;
        shop
    }

    async fn get(&self) -> Value {
        let gvk = Gvk::new("argoproj.io", "v1alpha1", "Rollout");
        self.stage.client.get(&gvk, Some("default"), "shop").await.expect("readable").expect("there").value()
    }

    async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let waited = timeout(PATIENCE, async {
            loop {
                let rollout = self.get().await;
                if holds(&rollout) {
                    return rollout;
                }
                sleep(POLL).await;
            }
        });
        match waited.await {
            Ok(rollout) => rollout,
            Err(_) => panic!("never: {what}: {:#}", self.get().await["status"]),
        }
    }

    /// A version with so many errors.
    async fn bring_out(&self, image: &str, errors: &str) {
        let template = json!({
            "metadata": {"annotations": {"sim.capstan.dev/errors": errors}},
            "spec": {"containers": [{"name": "shop", "image": image}]},
        });
        self.stage.patch(&self.rollout, json!({"spec": {"template": template}})).await;
    }

    /// The AnalysisRun of the version that was brought out last.
    async fn run(&self, of: &Value) -> Value {
        let hash = of["status"]["currentPodHash"].as_str().expect("a hash");
        let gvk = Gvk::new("argoproj.io", "v1alpha1", "AnalysisRun");
        let query = cluster::ListQuery::in_namespace("default");
        let runs = self.stage.client.list(&gvk, &query).await.expect("readable");
        let own = runs
            .iter()
            .map(object::Object::value)
            .filter(|run| run["metadata"]["labels"]["rollouts-pod-template-hash"] == hash);
        own.last().expect("a run")
    }

    async fn judges(&self) {
        self.bring_out("shop:bad", "5%").await;
        let aborted = self
            .until("the bad version goes back", |rollout| {
                rollout["status"]["abort"] == true && rollout["status"]["canary"]["weights"]["canary"]["weight"] == 0
            })
            .await;
        let run = self.run(&aborted).await;
        assert_eq!(run["status"]["phase"], "Failed", "{run:#}");
        let measured = &run["status"]["metricResults"][0]["measurements"][0];
        let told = measured["message"].as_str().unwrap_or_default();
        assert!(told.starts_with("the canary is worse: about "), "{measured:#}");
        assert_eq!(aborted["status"]["canary"]["weights"]["stable"]["weight"], 100);
        let message = aborted["status"]["message"].as_str().unwrap_or_default();
        assert!(message.starts_with("RolloutAborted: Rollout aborted update to revision 2: "), "{message}");

        self.bring_out("shop:good", "0.1%").await;
        let there = self
            .until("the good version goes on", |rollout| {
                let status = &rollout["status"];
                let is_new = status["currentPodHash"] != aborted["status"]["currentPodHash"];
                is_new && status["phase"] == "Healthy" && status["stableRS"] == status["currentPodHash"]
            })
            .await;
        let run = self.run(&there).await;
        assert_eq!(run["status"]["phase"], "Successful", "{run:#}");
    }
}

/// Requests over one connection after the other, until the test ends.
async fn ask_for_ever(address: String) {
    loop {
        if ask_many(&address).await.is_err() {
            sleep(POLL).await;
        }
    }
}

async fn ask_many(address: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut answer = [0; 4096];
    loop {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").await?;
        if stream.read(&mut answer).await? == 0 {
            return Ok(());
        }
    }
}

#[tokio::test]
async fn the_example_judges_by_the_web_provider() {
    Shop::by_web().await.judges().await;
}

mod prometheus {
    use super::Shop;

    #[tokio::test]
    async fn the_example_judges_by_a_server_that_scrapes_the_program() {
        let Some(shop) = Shop::by_prometheus().await else { return };
        shop.judges().await;
    }
}
