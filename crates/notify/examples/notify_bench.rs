//! Measures notifications: what a change of one of many Applications costs, and how quickly many are told while one service
//! hangs. `cargo xtask bench notifications` builds and runs it.
//!
//! Everything is in this process: the embedded cluster, the controller, and two servers on this machine, one of which never
//! answers.

use clock::Clock;
use cluster::{
    Cache, Change, ClusterClient, Clusters, Followed, GroupKind, Instance, Keep, Ownership, Part, PatchKind,
};
use cluster::{Selection, Target, Write};
use controller::{Environment, KubeEvents, Leadership, Metrics as Counts, Reporter, Shutdown, Views};
use futures::stream::{self, StreamExt};
use notifications::Product;
use notifiers::{Network, Notifiers};
use notify::{Inbox, Metrics, NoLookups, Notify, Options, SelfService, start_settings_cache};
use object::{Gvk, Meta, Object};
use serde_json::{Value, json};
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

const APPLICATIONS: usize = 10_000;
const TOLD: usize = 1_000;
const ARGO: &str = "argoproj.io/v1alpha1";

struct KeepAll;

impl Ownership for KeepAll {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, _: &Meta) -> Keep {
        Keep::WithoutManagedFields
    }
}

fn note(text: &str) {
    // Nothing can be told to somebody who has closed standard output.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn figure(name: &str, value: f64, unit: &str) {
    note(&format!("figure: {name} = {value:.3} {unit}"));
}

/// A server that counts what it is asked and answers at once, or never.
async fn server(heard: Option<Arc<AtomicUsize>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let heard = heard.clone();
            tokio::spawn(async move {
                let mut bytes = [0; 16 << 10];
                while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {
                    let Some(heard) = &heard else { continue };
                    heard.fetch_add(1, Ordering::SeqCst);
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
                }
            });
        }
    });
    port
}

async fn create(client: &ClusterClient, value: Value) {
    let object = Object::from_value(&value).expect("an object");
    client.write(&Write::new(Target::of(&object), Change::Create(object))).await.expect("made");
}

async fn degrade(client: &ClusterClient, name: &str) {
    let target = Target::new(Gvk::from_api_version(ARGO, "Application"), Some("argocd"), name);
    let body = json!({"status": {"health": {"status": "Degraded"}}});
    let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
    client.write(&Write::new(target, change)).await.expect("patched");
}

async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        sleep(Duration::from_millis(1)).await;
    }
}

async fn prepare(client: &ClusterClient, live: u16, hanging: u16) {
    for definition in api::crds() {
        create(client, definition).await;
    }
    create(client, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}})).await;
    let gvk = Gvk::from_api_version(ARGO, "Application");
    while client.refresh_served().await.expect("kinds").resource(&gvk).known().is_none() {
        sleep(Duration::from_millis(50)).await;
    }
    let data = json!({
        "service.webhook.live": format!("url: http://127.0.0.1:{live}/"),
        "service.webhook.hanging": format!("url: http://127.0.0.1:{hanging}/"),
        "trigger.on-health-degraded": "- when: app.status.health.status == 'Degraded'\n  send: [told]\n",
        "template.told": "message: \"{{.app.metadata.name}} is degraded\"\nwebhook:\n  live: {method: POST, body: \"{{.app.metadata.name}}\"}\n  hanging: {method: POST}\n",
        "subscriptions": "- recipients: [live, hanging]\n  triggers: [on-health-degraded]\n",
    });
    let metadata = json!({"name": "argocd-notifications-cm", "namespace": "argocd"});
    create(client, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})).await;
    let make = |number: usize| {
        create(
            client,
            json!({
                "apiVersion": ARGO, "kind": "Application", "metadata": {"name": format!("app-{number}"), "namespace": "argocd"},
                "spec": {"project": "default", "destination": {"server": "x"}, "source": {"repoURL": "https://git.example/a", "path": "."}},
                "status": {"health": {"status": "Healthy"}, "sync": {"status": "Synced"}},
            }),
        )
    };
    stream::iter(0..APPLICATIONS).for_each_concurrent(64, make).await;
}

fn control(cluster: &embedded::Cluster, clock: &Clock, metrics: &Metrics) {
    let own = || ClusterClient::from_service(cluster.service(), clock);
    let kinds = ["Application", "AppProject"];
    let only = kinds.map(|kind| Followed { kind: GroupKind::new("argoproj.io", kind), labels: None });
    let selection = Selection { only: only.to_vec(), ..Selection::default() };
    let clusters = Clusters::home(own(), Some(Cache::start(own(), selection, Arc::new(KeepAll))));
    let reporter = Reporter { component: "notifications".into(), instance: "one".into() };
    let (counts, views, leadership) = (Counts::default(), Views::default(), Leadership::always());
    let events = Arc::new(KubeEvents::start(clusters.clone(), clock.clone(), reporter, counts.clone()));
    let environment = Environment { clock: clock.clone(), events, clusters, leadership, metrics: counts, views };
    let sending =
        notifiers::Options { network: Network::Anywhere, ..notifiers::Options::of_process(Network::Anywhere) };
    let options = Options {
        product: Product::Applications,
        environment,
        settings: start_settings_cache(own(), &["argocd"]),
        namespace: "argocd".to_owned(),
        self_service: SelfService::Off,
        sender: Arc::new(Arc::new(Notifiers::new(own(), sending))),
        lookups: Arc::new(NoLookups),
        inbox: Inbox::default(),
        metrics: metrics.clone(),
    };
    tokio::spawn(Notify::new(options, Shutdown::new()).expect("a cache is there").run());
}

#[tokio::main]
async fn main() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    note(&format!("{cores} cores; {APPLICATIONS} Applications, {TOLD} of which change at once; all in this process"));
    let clock = Clock::system();
    let cluster = embedded::Cluster::builder().clock(clock.clone()).start().await.expect("a cluster");
    let client = ClusterClient::from_service(cluster.service(), &clock);
    let heard = Arc::new(AtomicUsize::new(0));
    let (live, hanging) = (server(Some(Arc::clone(&heard))).await, server(None).await);
    prepare(&client, live, hanging).await;
    let (metrics, began) = (Metrics::default(), Instant::now());
    control(&cluster, &clock, &metrics);
    until(|| metrics.evaluations() >= APPLICATIONS as u64).await;
    figure("evaluated_after_start", began.elapsed().as_secs_f64(), "s");
    let (before, began) = (metrics.evaluations(), Instant::now());
    degrade(&client, "app-5000").await;
    until(|| heard.load(Ordering::SeqCst) >= 1).await;
    let told = began.elapsed();
    sleep(Duration::from_secs(1)).await;
    let evaluations = metrics.evaluations() - before;
    figure("one_change_told_after", told.as_secs_f64(), "s");
    figure("one_change_evaluations", f64::from(u32::try_from(evaluations).expect("few")), "evaluations");
    let began = Instant::now();
    let names: Vec<String> = (0..TOLD).map(|number| format!("app-{number}")).collect();
    stream::iter(&names).for_each_concurrent(64, |name| degrade(&client, name)).await;
    until(|| heard.load(Ordering::SeqCst) > TOLD).await;
    figure("all_told_beside_one_that_hangs", began.elapsed().as_secs_f64(), "s");
}
