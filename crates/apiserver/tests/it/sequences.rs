//! Whatever is asked in whatever order: the store holds what was answered, every watcher learns every change once and
//! in order, and a restart changes nothing.

use crate::client::{MAPS, open, send};
use apiserver::{AnswerBody, ApiServer, OpenError};
use clock::Clock;
use http_body_util::BodyExt;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// One request about one of a few objects.
#[derive(Debug, Clone)]
enum Step {
    Create(u8, u8),
    Replace(u8, u8),
    Patch(u8, u8),
    Label(u8, bool),
    Delete(u8),
    /// Holds the object until it is let go.
    Hold(u8),
    LetGo(u8),
    DeleteAll,
    /// Another watcher begins here.
    Watch,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let name = 0_u8..4;
    let value = 0_u8..3;
    prop_oneof![
        4 => (name.clone(), value.clone()).prop_map(|(name, value)| Step::Create(name, value)),
        3 => (name.clone(), value.clone()).prop_map(|(name, value)| Step::Replace(name, value)),
        3 => (name.clone(), value).prop_map(|(name, value)| Step::Patch(name, value)),
        2 => (name.clone(), any::<bool>()).prop_map(|(name, on)| Step::Label(name, on)),
        3 => name.clone().prop_map(Step::Delete),
        1 => name.clone().prop_map(Step::Hold),
        1 => name.prop_map(Step::LetGo),
        1 => Just(Step::DeleteAll),
        2 => Just(Step::Watch),
        1 => Just(Step::Restart),
    ]
}

/// What somebody who lists and watches knows.
struct Observer {
    known: BTreeMap<String, Value>,
    seen: u64,
    body: AnswerBody,
}

fn revision(object: &Value) -> u64 {
    object["metadata"]["resourceVersion"].as_str().and_then(|text| text.parse().ok()).expect("a revision")
}

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().expect("a name").to_owned()
}

/// Objects by name, without their kind, which only single objects bear.
fn listed(list: &Value) -> BTreeMap<String, Value> {
    let items = list["items"].as_array().expect("items").iter();
    items.map(|item| (name(item), stripped(item.clone()))).collect()
}

fn stripped(mut object: Value) -> Value {
    object.as_object_mut().expect("an object").retain(|key, _| key != "kind" && key != "apiVersion");
    object
}

impl Observer {
    async fn begin(server: &ApiServer) -> Self {
        let (_, list) = send(server, "GET", MAPS, &Value::Null).await;
        let seen = revision(&list);
        let watch = format!("{MAPS}?watch=1&timeoutSeconds=3000&resourceVersion={seen}");
        let body = open(server, "GET", &watch, "application/json", "").await.expect("a watch").into_body();
        Observer { known: listed(&list), seen, body }
    }

    /// Takes in what has happened, up to the object `last`, whose creation ends the story.
    async fn learn(&mut self, last: &str) {
        loop {
            let frame = self.body.frame().await.expect("the watch lasts").expect("it does not break");
            let event: Value = serde_json::from_slice(frame.data_ref().expect("data")).expect("an event");
            let object = &event["object"];
            assert!(revision(object) > self.seen, "in order, and each once: {event}");
            self.seen = revision(object);
            let (name, was) = (name(object), self.known.contains_key(&name(object)));
            match event["type"].as_str() {
                Some("ADDED") => assert!(!was, "added once"),
                Some("MODIFIED" | "DELETED") => assert!(was, "known before"),
                other => assert_eq!(other, Some("a known type")),
            }
            match event["type"].as_str() {
                Some("DELETED") => drop(self.known.remove(&name)),
                _ => drop(self.known.insert(name.clone(), stripped(object.clone()))),
            }
            if name == last {
                return;
            }
        }
    }
}

async fn reopened(path: &Path) -> ApiServer {
    loop {
        match ApiServer::open(path, Clock::system()) {
            Ok(server) => return server,
            Err(OpenError::InUse { .. }) => tokio::task::yield_now().await,
            Err(other) => unreachable!("the file is whole: {other}"),
        }
    }
}

/// Does one step; gives the requests' status.
async fn take(server: &ApiServer, step: &Step) -> u16 {
    let map = |name: &u8, value: &u8| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("m{name}")}, "data": {"v": value.to_string()}});
    let at = |name: &u8| format!("{MAPS}/m{name}");
    let patch = async |name: &u8, patch: Value| send(server, "PATCH", &at(name), &patch).await.0;
    match step {
        Step::Create(name, value) => send(server, "POST", MAPS, &map(name, value)).await.0,
        Step::Replace(name, value) => send(server, "PUT", &at(name), &map(name, value)).await.0,
        Step::Patch(name, value) => patch(name, json!({"data": {"v": value.to_string()}})).await,
        Step::Label(name, on) => patch(name, json!({"metadata": {"labels": {"on": on.then_some("yes")}}})).await,
        Step::Delete(name) => send(server, "DELETE", &at(name), &Value::Null).await.0,
        Step::Hold(name) => patch(name, json!({"metadata": {"finalizers": ["x.io/hold"]}})).await,
        Step::LetGo(name) => patch(name, json!({"metadata": {"finalizers": null}})).await,
        Step::DeleteAll => send(server, "DELETE", MAPS, &Value::Null).await.0,
        Step::Watch | Step::Restart => 200,
    }
}

/// What a map holds is what the last answered write left.
async fn tell(steps: &[Step]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cluster.redb");
    let mut server = reopened(&path).await;
    let mut observers = vec![Observer::begin(&server).await];
    for (number, step) in steps.iter().enumerate() {
        let status = take(&server, step).await;
        assert!(status < 500, "{step:?}: {status}");
        match step {
            Step::Watch => observers.push(Observer::begin(&server).await),
            Step::Restart => {
                let last = format!("restart-{number}");
                end(&server, &mut observers, &last).await;
                let (_, before) = send(&server, "GET", MAPS, &Value::Null).await;
                observers.clear();
                drop(server);
                server = reopened(&path).await;
                let (_, after) = send(&server, "GET", MAPS, &Value::Null).await;
                assert_eq!(listed(&after), listed(&before), "a restart changes nothing");
                assert!(revision(&after) >= revision(&before));
                observers.push(Observer::begin(&server).await);
            }
            _ => {}
        }
    }
    end(&server, &mut observers, "the-end").await;
}

/// Makes one more object, by which observers know that they have learnt everything, and compares what they know.
async fn end(server: &ApiServer, observers: &mut [Observer], last: &str) {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": last}});
    assert_eq!(send(server, "POST", MAPS, &object).await.0, 201);
    let (_, list) = send(server, "GET", MAPS, &Value::Null).await;
    for observer in observers {
        observer.learn(last).await;
        assert_eq!(observer.known, listed(&list), "what it was told adds up to what there is");
    }
    for (name, item) in listed(&list) {
        let (status, one) = send(server, "GET", &format!("{MAPS}/{name}"), &Value::Null).await;
        assert_eq!((status, stripped(one)), (200, item), "lists and objects agree");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn watchers_learn_every_change_once_and_a_restart_changes_nothing(steps in prop::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(tell(&steps));
    }
}
