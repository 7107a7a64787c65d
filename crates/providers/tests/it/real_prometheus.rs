//! The Prometheus server of this machine, scraping a server of the test. Where there is none each test says that it was
//! skipped.

use crate::server::{Request, Server, ok};
use crate::stage::{Stage, run};
use analysis::TaskKind;
use api::rollouts::Measurement;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// Until a server that was just started has scraped something.
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);

/// What is scraped: both versions' requests and those that ended badly.
const COUNTED: &str = "# TYPE shop_requests_total counter\n\
    shop_requests_total{hash=\"old\",code=\"200\"} 995\nshop_requests_total{hash=\"old\",code=\"500\"} 5\n\
    shop_requests_total{hash=\"new\",code=\"200\"} 900\nshop_requests_total{hash=\"new\",code=\"500\"} 100\n\
    # TYPE shop_seconds histogram\n\
    shop_seconds_bucket{hash=\"old\",le=\"0.5\"} 990\nshop_seconds_bucket{hash=\"old\",le=\"+Inf\"} 1000\n\
    shop_seconds_sum{hash=\"old\"} 250\nshop_seconds_count{hash=\"old\"} 1000\n\
    shop_seconds_bucket{hash=\"new\",le=\"0.5\"} 800\nshop_seconds_bucket{hash=\"new\",le=\"+Inf\"} 1000\n\
    shop_seconds_sum{hash=\"new\"} 450\nshop_seconds_count{hash=\"new\"} 1000\n";

struct Prometheus {
    url: String,
    // Ends with the test, before its folder goes.
    _process: Child,
    _folder: TempDir,
}

fn program() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|path| path.join("prometheus")).find(|path| path.is_file());
    if found.is_none() {
        writeln!(std::io::stdout(), "skipped: prometheus absent").expect("somebody reads");
    }
    found
}

impl Prometheus {
    /// One that scrapes a port of this machine every second; `None` where there is no Prometheus.
    async fn start(scraped: u16) -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!(
            "global: {{scrape_interval: 1s}}\n\
             scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['127.0.0.1:{scraped}']}}]}}]\n"
        );
        let (file, data) = (folder.path().join("prometheus.yml"), folder.path().join("data"));
        std::fs::write(&file, config).expect("written");
        let mut process = Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", data.display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it runs");
        let mut lines = BufReader::new(process.stderr.take().expect("its log")).lines();
        let (mut port, mut is_ready) = (None, false);
        let ready = timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.expect("readable") {
                if let Some((_, behind)) = line.split_once("\"Listening on\" address=127.0.0.1:") {
                    port = behind.trim().parse::<u16>().ok();
                }
                is_ready |= line.contains("ready to receive web requests");
                // In either order.
                if port.is_some() && is_ready {
                    return;
                }
            }
        });
        ready.await.expect("it is ready in time");
        // Its log goes on: it must not find its pipe full.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let port = port.expect("it says where it listens");
        Some(Prometheus { url: format!("http://127.0.0.1:{port}"), _process: process, _folder: folder })
    }

    fn query(&self, query: &str) -> Value {
        json!({"prometheus": {"address": self.url, "query": query}})
    }
}

#[tokio::test]
async fn its_answers_are_understood() {
    let scraped = Server::start(|_: &Request| ok(COUNTED)).await;
    let Some(prometheus) = Prometheus::start(scraped.port).await else { return };
    let stage = Stage::start().await;
    let good = "sum(shop_requests_total{hash=\"old\",code!~\"5..\"}) / sum(shop_requests_total{hash=\"old\"})";
    let scrapes = timeout(PATIENCE, async {
        while stage.line(prometheus.query(good), "result[0] >= 0.99").await != "Successful [0.995]" {
            sleep(POLL).await;
        }
    });
    scrapes.await.expect("it scrapes");
    let line = async |query: &str, condition: &str| stage.line(prometheus.query(query), condition).await;
    assert_eq!(line("up", "len(result) == 1 && result[0] == 1").await, "Successful [1]");
    assert_eq!(line("scalar(vector(0.25))", "result > 0.5").await, "Failed 0.25");
    assert_eq!(line("sum by (hash) (shop_requests_total)", "all(result, # == 1000)").await, "Successful [1000,1000]");
    let empty = line("nothing_of_that_name", "result[0] > 0").await;
    assert_eq!(empty, "Inconclusive [] - metric result is nil or empty: no data returned from the metric provider");
    assert_eq!(line("nothing_of_that_name", "len(result) == 0 || result[0] > 0").await, "Successful []");
    let none = line("vector(0) / vector(0)", "result[0] > 0").await;
    assert_eq!(none, "Inconclusive [NaN] - metric result is NaN: there was nothing to measure");
    assert_eq!(line("vector(1) / vector(0)", "isInf(result[0])").await, "Successful [+Inf]");
    let wrong = line("rate(", "true").await;
    assert!(wrong.starts_with("Error  - bad_data: "), "{wrong}");
}

#[tokio::test]
async fn a_span_of_time_is_asked_for() {
    let scraped = Server::start(|_: &Request| ok(COUNTED)).await;
    let Some(prometheus) = Prometheus::start(scraped.port).await else { return };
    let stage = Stage::start().await;
    let mut provider = prometheus.query("vector(3)");
    provider["prometheus"]["rangeQuery"] = json!({"start": "now() - duration('2m')", "end": "now()", "step": "1m"});
    assert_eq!(stage.line(provider, "len(result) == 3 && all(result, # == 3)").await, "Successful [3,3,3]");
}

/// What a comparison of what it counted comes to.
async fn verdict(prometheus: &Prometheus, counts: Value) -> Measurement {
    let stage = Stage::start().await;
    let scraped = timeout(PATIENCE, async {
        while stage.line(prometheus.query("up"), "result[0] == 1").await != "Successful [1]" {
            sleep(POLL).await;
        }
    });
    scraped.await.expect("it scrapes");
    let mut settings = counts;
    settings["prometheus"] = json!({"address": prometheus.url});
    let run = run(json!({"plugin": {"capstan/comparison": settings}}), "", json!([]));
    let mut measured = stage.ask(&run, TaskKind::Start, None).await.expect("arguments").measurement;
    let verdict = timeout(PATIENCE, async {
        while measured.finished_at.is_none() {
            sleep(POLL).await;
            let answer = stage.ask(&run, TaskKind::Resume, Some(measured.clone())).await;
            measured = answer.expect("arguments").measurement;
        }
    });
    verdict.await.expect("a verdict");
    measured
}

#[tokio::test]
async fn versions_are_compared_by_what_it_counted() {
    let scraped = Server::start(|_: &Request| ok(COUNTED)).await;
    let Some(prometheus) = Prometheus::start(scraped.port).await else { return };
    let grouped = json!({
        "total": "sum by (hash) (shop_requests_total)", "bad": "sum by (hash) (shop_requests_total{code=~'5..'})",
        "label": "hash", "stable": "old", "canary": "new",
    });
    let measured = verdict(&prometheus, json!({ "grouped": grouped })).await;
    assert_eq!(measured.phase_word, "Failed");
    assert!(measured.message.starts_with("the canary is worse: about "), "{}", measured.message);
    assert_eq!(measured.metadata["canary"], "100 of 1000 bad");
    assert_eq!(measured.metadata["stable"], "5 of 1000 bad");
}

#[tokio::test]
async fn latency_is_compared_at_a_bound_of_a_histogram() {
    let scraped = Server::start(|_: &Request| ok(COUNTED)).await;
    let Some(prometheus) = Prometheus::start(scraped.port).await else { return };
    let version = |hash: &str| {
        json!({
            "total": format!("sum(shop_seconds_count{{hash='{hash}'}})"),
            "good": format!("sum(shop_seconds_bucket{{hash='{hash}',le='0.5'}})"),
        })
    };
    let measured = verdict(&prometheus, json!({"stable": version("old"), "canary": version("new")})).await;
    assert_eq!(measured.phase_word, "Failed");
    assert_eq!(measured.metadata["canary"], "200 of 1000 bad");
    assert_eq!(measured.metadata["stable"], "10 of 1000 bad");
}
