//! A Rollout's controllers killed at every moment of an update: after each of their writes, before and after each
//! message. Whoever comes after tells what was not told; nothing is lost, and nothing told more than once too often.

use cluster::{Change, ClusterClient, Clusters, Part, PatchKind, Target, Write};
use controller::{Leadership, Silent};
use futures::future::BoxFuture;
use notifications::{Destination, Notification, Owner, Product, ServiceConfig};
use notifiers::SendError;
use notify::{Inbox, Metrics, NoLookups, Notify, Options, SelfService, Sender, Tap, start_settings_cache};
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::{Mishap, Process, Replica, Subject, World, simulate};
use tokio::sync::watch;
use tokio::time::sleep;

const ARGO: &str = "argoproj.io/v1alpha1";
const TRIGGERS: [&str; 5] = [
    "on-rollout-updated",
    "on-new-replica-set-created",
    "on-rollout-step-completed",
    "on-rollout-paused",
    "on-rollout-completed",
];

/// Where a process dies in the middle of sending.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Death {
    Never,
    /// The message of this number (from 1) never leaves.
    Before(usize),
    /// It is out, and nobody notes that.
    After(usize),
}

/// What one life's process tells, and where it dies.
#[derive(Clone)]
struct Office {
    told: Arc<Mutex<Vec<String>>>,
    death: Death,
    dead: watch::Sender<bool>,
}

impl Office {
    fn new(told: &Arc<Mutex<Vec<String>>>, death: Death) -> Self {
        Office { told: Arc::clone(told), death, dead: watch::Sender::new(false) }
    }
}

impl Sender for Office {
    fn send(
        &self,
        _: ServiceConfig,
        notification: Notification,
        _: Destination,
        _: Owner,
    ) -> BoxFuture<'static, Result<(), SendError>> {
        let office = self.clone();
        Box::pin(async move {
            let is_dying = {
                let mut told = office.told.lock().expect("no panic");
                let number = told.len() + 1;
                let is_dead = *office.dead.borrow();
                if !is_dead && office.death != Death::Before(number) {
                    told.push(notification.message);
                }
                is_dead || [Death::Before(number), Death::After(number)].contains(&office.death)
            };
            if is_dying {
                office.dead.send_replace(true);
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }
}

/// A Rollout that everything is told of, and its controllers in one process.
struct Told(Office);

impl Subject for Told {
    type Stage = ();

    async fn stage(&self, world: &World) {
        let client = world.client();
        for definition in api::crds() {
            create(client, definition).await;
        }
        while client.refresh_served().await.expect("kinds").resource(&gvk()).known().is_none() {
            sleep(Duration::from_millis(100)).await;
        }
        for name in ["shop", "argo-rollouts"] {
            create(client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})).await;
        }
        let mut data = json!({"service.slack": "token: x"});
        for trigger in TRIGGERS {
            data[format!("trigger.{trigger}")] = format!("- send: [{trigger}]\n").into();
            let text = format!(
                "message: \"{trigger} {{{{.rollout.spec.template.spec.containers | first | dig \\\"image\\\" \\\"\\\"}}}}\""
            );
            data[format!("template.{trigger}")] = text.into();
        }
        data["template.on-rollout-step-completed"] = "message: \"step {{.rollout.status.currentStepIndex}}\"".into();
        let metadata = json!({"name": Product::Rollouts.config_map(), "namespace": "argo-rollouts"});
        create(client, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
        let subscribed =
            format!("- trigger: [{}]\n  destinations: [{{service: slack, recipients: [ops]}}]\n", TRIGGERS.join(", "));
        create(client, json!({
            "apiVersion": ARGO, "kind": "Rollout",
            "metadata": {"name": "web", "namespace": "shop", "annotations": {"notifications.argoproj.io/subscriptions": subscribed}},
            "spec": {
                "replicas": 2, "selector": {"matchLabels": {"app": "web"}},
                "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:blue"}]}},
                "strategy": {"canary": {"steps": [{"setWeight": 50}, {"pause": {"duration": 5}}]}},
            },
        })).await;
    }

    async fn process(self: Arc<Self>, _: World, _: (), replica: Replica) {
        let inbox = Inbox::new(&replica.clock);
        let settings = rollouts::Settings::default();
        let cache = rollouts::start_cache(replica.client.clone(), &settings);
        let clusters = Clusters::home(replica.client.clone(), Some(cache));
        let tap = Tap::new(Arc::new(Silent), inbox.clone(), replica.clock.clone());
        let environment = |events| replica.environment(clusters.clone(), Leadership::always(), events);
        let listening = inbox.clone();
        let audience: rollouts::Audience = Arc::new(move |rollout| listening.listening(rollout));
        let rollouts = rollouts::Options {
            settings,
            audience: Some(audience),
            ..rollouts::Options::new(environment(Arc::new(tap)))
        };
        let options = Options {
            product: Product::Rollouts,
            environment: environment(Arc::new(Silent)),
            settings: start_settings_cache(replica.client.clone(), &["argo-rollouts"]),
            namespace: "argo-rollouts".to_owned(),
            self_service: SelfService::Off,
            sender: Arc::new(self.0.clone()),
            lookups: Arc::new(NoLookups),
            inbox,
            metrics: Metrics::default(),
        };
        let notify = Notify::new(options, replica.shutdown.clone()).expect("a cache is there");
        let mut dying = self.0.dead.subscribe();
        tokio::select! {
            _ = dying.wait_for(|dead| *dead) => {}
            _ = async { tokio::join!(rollouts::run(rollouts, replica.shutdown.clone()), notify.run()) } => {}
        }
    }

    async fn wrong(&self, _: &World, _: &()) -> Option<String> {
        None
    }

    fn disturbances(&self) -> Vec<&'static str> {
        Vec::new()
    }

    async fn disturb(&self, _: &World, _: &(), _: &'static str) {}

    fn listed(&self) -> Vec<&'static str> {
        Vec::new()
    }
}

fn gvk() -> Gvk {
    Gvk::from_api_version(ARGO, "Rollout")
}

async fn create(client: &ClusterClient, value: Value) {
    let object = Object::from_value(&value).expect("an object");
    client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
}

async fn rollout(world: &World) -> Value {
    let found = world.client().get(&gvk(), Some("shop"), "web").await.expect("readable");
    found.expect("it is there").value()
}

/// Lives until it dies of its mishap, or has nothing left to do.
async fn live(world: &World, told: &Told, name: &str, mishap: Mishap) -> Life {
    let subject = Arc::new(Told(told.0.clone()));
    let process = world.start(&subject, &(), name, mishap);
    tokio::select! {
        () = process.gate.closed() => {}
        _ = quiet(world, &process) => {}
    }
    let (writes, is_running) = (process.gate.writes(), process.is_running());
    told.0.dead.send_replace(true);
    process.kill().await;
    // No two processes begin at one moment.
    sleep(Duration::from_millis(100)).await;
    Life { writes, is_running }
}

struct Life {
    writes: u64,
    is_running: bool,
}

async fn quiet(world: &World, process: &Process) {
    let limit = Duration::from_secs(600);
    let settled = async { world.settle(&[process], Duration::from_secs(40), limit).await.expect("an end") };
    let died = async {
        while process.is_running() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = settled => {}
        () = died => {}
    }
}

/// An update during which a process dies, and another one comes; what was told, and whether the first died at all.
fn update(mishap: Mishap, death: Death) -> (BTreeMap<String, usize>, bool) {
    simulate(7, async |world| {
        let told = Arc::new(Mutex::new(Vec::new()));
        let before = Told(Office::new(&told, Death::Never));
        before.stage(&world).await;
        live(&world, &before, "before", Mishap::default()).await;
        assert_eq!(rollout(&world).await["status"]["phase"], "Healthy");
        told.lock().expect("no panic").clear();
        let container = json!({"name": "web", "image": "web:yellow"});
        let body = json!({"spec": {"template": {"spec": {"containers": [container]}}}});
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        let target = Target::new(gvk(), Some("shop"), "web");
        world.client().write(&Write::new(target, change)).await.expect("patched");
        let first = live(&world, &Told(Office::new(&told, death)), "first", mishap).await;
        let died = !first.is_running || mishap.crash_after_write.is_some_and(|write| write <= first.writes);
        live(&world, &Told(Office::new(&told, Death::Never)), "second", Mishap::default()).await;
        let rollout = rollout(&world).await;
        assert_eq!(rollout["status"]["phase"], "Healthy");
        assert_eq!(rollout["metadata"]["annotations"].get("notifications.capstan.dev/waiting"), None, "all is told");
        let mut counts = BTreeMap::new();
        told.lock().expect("no panic").iter().for_each(|text| *counts.entry(text.clone()).or_default() += 1);
        (counts, died)
    })
}

fn usual() -> BTreeMap<String, usize> {
    let (usual, died) = update(Mishap::default(), Death::Never);
    assert!(!died);
    let texts: Vec<String> = usual.iter().map(|(text, times)| format!("{times} {text}")).collect();
    let expected = [
        "1 on-new-replica-set-created web:yellow",
        "1 on-rollout-completed web:yellow",
        "1 on-rollout-paused web:yellow",
        "1 on-rollout-updated web:yellow",
        "1 step 0",
        "1 step 1",
    ];
    assert_eq!(texts, expected);
    usual
}

/// Nothing is lost, and nothing told more than once too often.
fn check(told: &BTreeMap<String, usize>, usual: &BTreeMap<String, usize>, when: &str) {
    for (text, times) in usual {
        let found = told.get(text).copied().unwrap_or_default();
        assert!((*times..=times + 1).contains(&found), "{when}: {text} was told {found} times: {told:?}");
    }
    assert_eq!(told.len(), usual.len(), "{when}: {told:?}");
}

#[test]
fn a_process_killed_after_any_write_takes_no_message_along() {
    let usual = usual();
    for write in 1.. {
        assert!(write < 200, "an update has an end");
        let (told, died) = update(Mishap { crash_after_write: Some(write), ..Mishap::default() }, Death::Never);
        check(&told, &usual, &format!("killed after write {write}"));
        if !died {
            assert!(write > 10, "an update takes writes");
            break;
        }
    }
}

#[test]
fn a_process_killed_while_it_sends_costs_one_duplicate_at_most() {
    let usual = usual();
    let messages: usize = usual.values().sum();
    for number in 1..=messages {
        for death in [Death::Before(number), Death::After(number)] {
            let (told, died) = update(Mishap::default(), death);
            assert!(died, "{death:?}");
            check(&told, &usual, &format!("{death:?}"));
        }
    }
}
