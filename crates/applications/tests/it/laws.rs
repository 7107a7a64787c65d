//! The laws every controller is put to: it may crash after any write, be refused any write, lose watches, read old
//! lists, share the world with another replica, and must end where it should; the same seed gives the same run.

use crate::stage::{application, automated, config_map, prepare, text};
use applications::{Options, Settings, start_cache};
use clock::Offload;
use cluster::{Change, Clusters, Excluded, ListQuery, Propagation, Target, Write};
use controller::{Elector, LeaseConfig, Silent};
use git::MemoryGit;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use testkit::laws::{self, Broken};
use testkit::{Replica, Subject, World};

const URL: &str = "file:///srv/git/shop.git";
const SEED: u64 = 7;

/// Two applications: one of two waves that prunes what its source once had, one that is asked for its sync.
struct Applications;

/// What the sources say now.
const DESIRED: [(&str, &str, &str); 4] =
    [("shop", "early", "2"), ("shop", "late", "2"), ("shop", "plain", "2"), ("tools", "only", "1")];

impl Subject for Applications {
    type Stage = MemoryGit;

    async fn stage(&self, world: &World) -> MemoryGit {
        let git = MemoryGit::new();
        let wave = |name: &str, wave: &str| {
            let annotated = format!("metadata:\n  annotations:\n    argocd.argoproj.io/sync-wave: \"{wave}\"\n");
            config_map(name, "2").replace("metadata:\n", &annotated)
        };
        let files = [
            ("shop/early.yaml", wave("early", "-1")),
            ("shop/late.yaml", wave("late", "2")),
            ("shop/plain.yaml", config_map("plain", "2")),
            ("tools/only.yaml", config_map("only", "1")),
        ];
        git.commit(URL, "main", "all", files);
        prepare(world.client()).await;
        let mut shop = application("shop", "shop", "shop", automated());
        // The world has no garbage collector, which a foreground deletion would wait for.
        shop["spec"]["syncPolicy"]["syncOptions"] =
            json!(["CreateNamespace=true", "PrunePropagationPolicy=background"]);
        let mut tools = application("tools", "tools", "tools", json!({"syncOptions": ["CreateNamespace=true"]}));
        tools["operation"] = json!({"sync": {"syncOptions": ["CreateNamespace=true"]}, "retry": {"limit": 5}});
        for app in [&mut shop, &mut tools] {
            app["spec"]["source"]["repoURL"] = json!(URL);
            crate::stage::create(world.client(), app.clone()).await;
        }
        // What an earlier revision left behind, to be pruned.
        crate::stage::create(
            world.client(),
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}),
        )
        .await;
        let mark = json!({"argocd.argoproj.io/tracking-id": "shop:/ConfigMap:shop/former"});
        let metadata = json!({"name": "former", "namespace": "shop", "annotations": mark});
        crate::stage::create(world.client(), json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}))
            .await;
        git
    }

    async fn process(self: Arc<Self>, _world: World, git: MemoryGit, replica: Replica) {
        let settings = Settings { excluded: excluded(), ..Settings::default() };
        let cache = start_cache(replica.client.clone(), &settings);
        let clusters = Clusters::home(replica.client.clone(), Some(cache));
        let config = LeaseConfig::new("argocd", "capstan-applications", &replica.name);
        let (elector, leadership) = Elector::new(replica.client.clone(), config);
        let environment = replica.environment(clusters, leadership, Arc::new(Silent));
        let options = Options { settings, ..Options::new(environment, Arc::new(git), Offload::Inline) };
        let run = applications::run(options, replica.shutdown.clone());
        let (ended, ()) = futures::future::join(run, elector.run(replica.shutdown.clone())).await;
        ended.expect("the cache is there");
    }

    async fn wrong(&self, world: &World, _git: &MemoryGit) -> Option<String> {
        let gvk = Gvk::new("", "v1", "ConfigMap");
        for (namespace, name, value) in DESIRED {
            let found = world.client().get(&gvk, Some(namespace), name).await.ok()?;
            let own = found.map(|found| text(&found.value(), "/data/value").to_owned());
            if own.as_deref() != Some(value) {
                let state = application_of(world, namespace).await.pointer("/status/operationState").cloned();
                return Some(format!("{namespace}/{name} is {own:?}, not {value}: {}", state.unwrap_or_default()));
            }
        }
        if world.client().get(&gvk, Some("shop"), "former").await.ok()?.is_some() {
            return Some("the former object was not pruned".to_owned());
        }
        for name in ["shop", "tools"] {
            if let Some(wrong) = wrong_with(&application_of(world, name).await) {
                return Some(format!("{name}: {wrong}"));
            }
        }
        None
    }

    fn disturbances(&self) -> Vec<&'static str> {
        vec!["an object is deleted", "an object is changed"]
    }

    async fn disturb(&self, world: &World, _git: &MemoryGit, disturbance: &'static str) {
        let target = Target::new(Gvk::new("", "v1", "ConfigMap"), Some("shop"), "plain");
        let change = match disturbance {
            "an object is deleted" => Change::Delete(Propagation::Background),
            _ => Change::Patch {
                kind: cluster::PatchKind::Merge,
                body: json!({"data": {"value": "by hand"}}),
                part: cluster::Part::Whole,
            },
        };
        // What is not there (yet) cannot be disturbed.
        let _ = world.client().write(&Write::new(target, change)).await;
    }

    /// Longer than the longest pause after failures.
    fn quiet(&self) -> Duration {
        Duration::from_secs(240)
    }

    fn listed(&self) -> Vec<&'static str> {
        vec!["configmaps", "applications", "appprojects", "namespaces"]
    }
}

/// Kinds that play no part here: following them is what such a simulation spends its time on.
fn excluded() -> Vec<Excluded> {
    const GROUPS: [&str; 14] = [
        "admissionregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
    ];
    let others = ["scheduling.k8s.io", "storage.k8s.io", "apiregistration.k8s.io"];
    GROUPS.iter().chain(&others).map(|group| Excluded::new(group, "*")).chain(Excluded::usual()).collect()
}

async fn application_of(world: &World, name: &str) -> Value {
    let gvk = Gvk::from_api_version("argoproj.io/v1alpha1", "Application");
    let listed = world.client().list(&gvk, &ListQuery::in_namespace("argocd")).await.unwrap_or_default();
    listed.iter().find(|object| object.name() == name).map(Object::value).unwrap_or_default()
}

fn wrong_with(app: &Value) -> Option<String> {
    let (sync, phase) = (text(app, "/status/sync/status"), text(app, "/status/operationState/phase"));
    if (sync, phase) != ("Synced", "Succeeded") {
        return Some(format!("{sync}, {phase}: {}", text(app, "/status/operationState/message")));
    }
    if app.get("operation").is_some() {
        return Some("the operation is still there".to_owned());
    }
    let history = app["status"]["history"].as_array().cloned().unwrap_or_default();
    let revision = text(app, "/status/sync/revision");
    if !history.iter().any(|entry| text(entry, "/revision") == revision) {
        return Some(format!("{revision} is not in the history"));
    }
    let ids: BTreeSet<Option<i64>> = history.iter().map(|entry| entry["id"].as_i64()).collect();
    (ids.len() != history.len()).then(|| "two deployments have one number".to_owned())
}

/// Fails with the whole story when the law is broken.
fn keeps(law: fn(&Arc<Applications>, u64) -> Result<(), Broken>) {
    if let Err(broken) = law(&Arc::new(Applications), SEED) {
        panic!("{broken}");
    }
}

#[test]
fn they_converge() {
    keeps(laws::converges);
}

#[test]
fn they_heal_from_a_stop_after_any_write() {
    keeps(laws::heals);
}

#[test]
fn they_undo_what_others_do() {
    keeps(laws::drift_proof);
}

#[test]
fn old_reads_do_no_harm() {
    keeps(laws::stale_safe);
}

#[test]
fn what_cannot_be_listed_is_not_taken_for_absent() {
    keeps(laws::unknown_is_not_absent);
}

#[test]
fn they_weather_bad_watches() {
    keeps(|subject, seed| laws::weathers(subject, seed..seed + 5));
}

#[test]
fn only_one_of_two_writes() {
    keeps(laws::one_leader);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    keeps(laws::repeats);
}
