//! What a real cluster's controllers made of the same requests. What differs from run to run (names, times,
//! addresses, places) is masked on both sides; lists are compared without order, for their order follows from names.

use embedded::{Cluster, Node, PodDefaults};
use http_body_util::BodyExt;
use regex::Regex;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tower::ServiceExt;
use vectors::{Case, Step};

/// Cases that are not met, each with its reason.
const KNOWN: &[(&str, &str)] = &[];

/// How often a step that was polled is tried, and the pause in between.
const POLLS_MAX: usize = 600;
const POLL_EVERY: Duration = Duration::from_millis(100);

/// The nodes and the kubelet of the recorded cluster: two nodes in two zones, pods that take their time to end.
async fn cluster() -> Cluster {
    let zone = |number: u8| {
        let mut node = Node::numbered(&format!("fake-{number}"), number);
        node.labels.insert("topology.kubernetes.io/zone".to_owned(), format!("z{number}"));
        node
    };
    let pods = PodDefaults {
        start: Duration::from_millis(200),
        stop: Duration::from_millis(700),
        annotation_prefix: "fake".to_owned(),
        ..PodDefaults::default()
    };
    let start = "2026-01-01T00:00:00Z".parse().expect("a time");
    let clock = clock::Clock::simulated(start, 7);
    Cluster::builder().clock(clock).nodes(vec![zone(0), zone(1)]).pods(pods).start().await.expect("a cluster")
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    vectors::load(&root.join("tests/cases/controllers")).expect("the recorded cases")
}

#[tokio::test(start_paused = true)]
async fn controllers_do_what_real_ones_did() {
    let known: BTreeMap<&str, &str> = KNOWN.iter().copied().collect();
    let (mut broken, mut met) = (Vec::new(), Vec::new());
    for case in cases() {
        let cluster = cluster().await;
        let difference = replay(&cluster, &case).await;
        match (difference, known.get(case.name.as_str())) {
            (Some(difference), None) => broken.push(format!("{}: {difference}", case.name)),
            (None, Some(_)) => met.push(case.name),
            _ => {}
        }
        cluster.stop().await;
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(met.is_empty(), "met by now, take them off the list: {met:?}");
}

async fn replay(cluster: &Cluster, case: &Case) -> Option<String> {
    let mut names = BTreeMap::new();
    for (index, step) in case.steps.iter().enumerate() {
        let step = &named(step, &names);
        let polls = if step.method == "GET" { POLLS_MAX } else { 1 };
        let mut difference = None;
        if index == 1 {
            // The namespace gets its service account.
            tokio::time::sleep(POLL_EVERY).await;
        }
        for _ in 0..polls {
            let (status, answer) = request(cluster, step).await;
            learn(&step.response, &answer, &mut names);
            difference = judge(step, status, &answer);
            if difference.is_none() {
                break;
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
        if let Some(difference) = difference {
            return Some(format!("step {}: {} {}: {difference}", index + 1, step.method, step.path));
        }
    }
    None
}

/// Takes down what the names that the recording left open are here.
fn learn(expected: &Value, actual: &Value, names: &mut BTreeMap<String, String>) {
    match (expected, actual) {
        (Value::String(open), Value::String(name)) if open.starts_with("<name:") && open.ends_with('>') => {
            names.insert(open.clone(), name.clone());
        }
        (Value::Object(expected), Value::Object(actual)) => {
            for (key, expected) in expected {
                learn(expected, &actual.get(key).cloned().unwrap_or_default(), names);
            }
        }
        (Value::Array(expected), Value::Array(actual)) => {
            expected.iter().zip(actual).for_each(|(expected, actual)| learn(expected, actual, names));
        }
        _ => {}
    }
}

/// The step with the names that earlier answers showed.
fn named(step: &Step, names: &BTreeMap<String, String>) -> Step {
    let replaced = |text: &str| names.iter().fold(text.to_owned(), |text, (open, name)| text.replace(open, name));
    let body = step.body.as_ref().map(|body| serde_json::from_str(&replaced(&body.to_string())).expect("JSON"));
    Step { path: replaced(&step.path), body, ..step.clone() }
}

async fn request(cluster: &Cluster, step: &Step) -> (u16, Value) {
    let mut request = http::Request::builder().method(step.method.as_str()).uri(step.path.as_str());
    request = request.header("user-agent", "vector-recorder/1.0").header("accept", "application/json");
    for (name, value) in step.headers.iter().flatten() {
        request = request.header(name, value);
    }
    let body = step.body.as_ref().map(Value::to_string).unwrap_or_default();
    let request = request.body(http_body_util::Full::new(bytes::Bytes::from(body))).expect("a request");
    let response = cluster.service().oneshot(request).await.expect("an answer");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn judge(step: &Step, status: u16, answer: &Value) -> Option<String> {
    if status != step.status {
        return Some(format!("expected status {}, got {status}: {}", step.status, answer["message"]));
    }
    let mask = Mask::new();
    difference("", &mask.apply("", &step.response), &mask.apply("", answer))
}

/// Takes away what differs from run to run.
struct Mask {
    names: Regex,
}

/// Fields whose values are of the moment, or of the recorder's make of a kubelet.
const OF_THE_MOMENT: [&str; 29] = [
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "time",
    "lastUpdateTime",
    "lastTransitionTime",
    "lastProbeTime",
    "startTime",
    "completionTime",
    "startedAt",
    "finishedAt",
    "firstTimestamp",
    "lastTimestamp",
    "eventTime",
    "podIP",
    "podIPs",
    "hostIP",
    "hostIPs",
    "nodeName",
    "imageID",
    "containerID",
    "zone",
    "topology.kubernetes.io/zone",
    "endpoints.kubernetes.io/last-change-trigger-time",
    "ca.crt",
    "reportingInstance",
    "clusterIP",
    "clusterIPs",
];

impl Mask {
    fn new() -> Self {
        let random = "[bcdfghjklmnpqrstvwxz2456789]{5}";
        let names = format!(
            "<(name|uid|time|rv|node|podIP|clusterIP)[^>]*>(\\.[0-9a-f]{{13,}})?\
             |\\bs-[0-9]\\b|\\b(d-[0-9a-z]{{8,10}}|[rsdj]|j-[0-9])-{random}\\b(\\.[0-9a-f]{{13,}})?\
             |kube-api-access-{random}|\\b10\\.244\\.[0-9]+\\.[0-9]+|\\bfake-[01]\\b|\\.[0-9a-f]{{15,}}\
             |[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}"
        );
        Mask { names: Regex::new(&names).expect("an expression") }
    }

    fn apply(&self, key: &str, value: &Value) -> Value {
        match value {
            _ if OF_THE_MOMENT.contains(&key) => Value::from("*"),
            Value::Array(items) => self.list(key, items),
            Value::Object(map) => self.object(map),
            Value::String(text) => self.names.replace_all(text, "*").into_owned().into(),
            other => other.clone(),
        }
    }

    fn object(&self, map: &Map<String, Value>) -> Value {
        let entries = map.iter().filter(|(key, _)| *key != "hostIPs");
        let masked = entries.map(|(key, value)| {
            let shown = self.names.replace_all(key, "*");
            (shown.into_owned(), self.apply(key, value))
        });
        let mut masked: Map<String, Value> = masked.collect();
        // The message of a container that waits is the recorder's own.
        if masked.contains_key("reason") && masked.contains_key("message") && masked.len() == 2 {
            masked.insert("message".to_owned(), "*".into());
        }
        // How often a slice was written follows from how fast pods become ready.
        if masked.contains_key("addressType") {
            masked["metadata"]["generation"] = "*".into();
        }
        // Our kubelet tells which containers are not ready.
        if masked.get("reason") == Some(&json!("ContainersNotReady")) {
            masked.remove("message");
        }
        if masked.get("waiting").is_some() || masked.contains_key("imageID") {
            masked.remove("containerID");
        }
        Value::Object(masked)
    }

    fn list(&self, key: &str, items: &[Value]) -> Value {
        let openshift = |item: &&Value| item["configMap"]["name"] != "openshift-service-ca.crt";
        let kubelet = |item: &&Value| item["manager"] != "unknown" && item["manager"] != "kubelet";
        let mut masked: Vec<Value> =
            items.iter().filter(openshift).filter(kubelet).map(|item| self.apply("", item)).collect();
        // The order of managers follows from times, of which whole seconds count.
        if ["items", "endpoints", "addresses", "managedFields"].contains(&key) {
            masked.sort_by_key(Value::to_string);
        }
        masked.into()
    }
}

fn difference(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let mut keys: Vec<_> = expected.keys().chain(actual.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let path = format!("{path}/{key}");
                match (expected.get(key), actual.get(key)) {
                    (Some(expected), Some(actual)) => difference(&path, expected, actual),
                    (expected, actual) => Some(format!("{path}: expected {expected:?}, got {actual:?}")),
                }
            })
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let pairs = expected.iter().zip(actual).enumerate();
            pairs
                .into_iter()
                .find_map(|(index, (expected, actual))| difference(&format!("{path}/{index}"), expected, actual))
        }
        (expected, actual) => (expected != actual).then(|| format!("{path}: expected {expected}, got {actual}")),
    }
}

/// Garbage collection and the end of a namespace, recorded among the cases of the API server, which cannot meet them
/// alone.
#[tokio::test(start_paused = true)]
async fn garbage_is_collected_as_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases = vectors::load(&root.join("../vectors/cases")).expect("the recorded cases");
    let listed = vectors::Known::parse(include_str!("../../../vectors/needs-controllers.txt"));
    cases.retain(|case| listed.contains(&case.name));
    assert_eq!(cases.len(), 5);
    let running = std::cell::RefCell::new(Vec::new());
    let report = vectors::replay(&cases, async || {
        let cluster = cluster().await;
        let service = cluster.service();
        running.borrow_mut().push(cluster);
        service
    });
    let verdict = report.await.verdict(&vectors::Known::default());
    assert!(verdict.is_fine(), "{verdict:#?}");
}
