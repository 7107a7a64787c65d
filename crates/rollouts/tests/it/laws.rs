//! The laws every controller is put to: it may crash after any write, be refused any write, lose watches, read old
//! lists, share the world with another replica, and must end where it should; the same seed gives the same run.

use crate::stage::{NAMESPACE, create, number, phase, prepare, rollout, service, text};
use cluster::{Change, Clusters, ListQuery, Part, PatchKind, Propagation, Target, Write};
use controller::{Elector, Leadership, LeaseConfig, Silent};
use object::{Gvk, Object};
use rollouts::{Options, Settings, start_cache};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use testkit::laws::{self, Broken};
use testkit::{Replica, Subject, World};

const SEED: u64 = 7;

/// A canary behind a load balancer and a blue-green Rollout, both in the middle of an update when a process begins.
struct Both {
    replicas: Replicas,
    /// The Rollouts there are.
    names: &'static [&'static str],
}

const BOTH: &[&str] = &["web", "shop"];

/// Whether processes contend for a Lease, which costs a simulation more than all their work.
#[derive(Clone, Copy, PartialEq)]
enum Replicas {
    One,
    Many,
}

impl Subject for Both {
    type Stage = ();

    async fn stage(&self, world: &World) {
        let client = world.client();
        prepare(client).await;
        for name in ["stable", "canary", "active", "preview"] {
            let app = if matches!(name, "stable" | "canary") { "web" } else { "shop" };
            create(client, service(name, app)).await;
        }
        let path = json!({"path": "/*", "pathType": "ImplementationSpecific",
            "backend": {"service": {"name": "stable", "port": {"name": "use-annotation"}}}});
        create(
            client,
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web"},
                "spec": {"rules": [{"http": {"paths": [path]}}]}}),
        )
        .await;
        let canary = json!({"canary": {
            "stableService": "stable", "canaryService": "canary", "scaleDownDelaySeconds": 5,
            "trafficRouting": {"alb": {"ingress": "web", "servicePort": 80}},
            "steps": [{"setWeight": 50}, {"pause": {"duration": 5}}],
        }});
        let blue_green = json!({"blueGreen": {
            "activeService": "active", "previewService": "preview", "autoPromotionSeconds": 5,
            "scaleDownDelaySeconds": 5,
        }});
        for (name, strategy) in [("web", canary), ("shop", blue_green)] {
            if !self.names.contains(&name) {
                continue;
            }
            create(client, rollout(name, 2, strategy)).await;
        }
        // A process of its own brings the first version up, and the second begins.
        let one = Arc::new(Both { replicas: Replicas::One, names: self.names });
        let first = world.start(&one, &(), "first", testkit::Mishap::default());
        world.settle(&[&first], Duration::from_secs(40), Duration::from_secs(600)).await.expect("an end");
        first.stop().await.expect("no panic");
        for name in self.names {
            let target = Target::new(Gvk::new("argoproj.io", "v1alpha1", "Rollout"), Some(NAMESPACE), name);
            let container = json!({"name": "web", "image": "web:yellow"});
            let body = json!({"spec": {"template": {"spec": {"containers": [container]}}}});
            let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
            client.write(&Write::new(target, change)).await.expect("a patch");
        }
    }

    async fn process(self: Arc<Self>, _world: World, _stage: (), replica: Replica) {
        let settings = Settings::default();
        let clusters = Clusters::home(replica.client.clone(), Some(start_cache(replica.client.clone(), &settings)));
        let run = |leadership| {
            let environment = replica.environment(clusters, leadership, Arc::new(Silent));
            let options = Options { settings, ..Options::new(environment) };
            rollouts::run(options, replica.shutdown.clone())
        };
        let ended = match self.replicas {
            Replicas::One => run(Leadership::always()).await,
            Replicas::Many => {
                let config = LeaseConfig::new(NAMESPACE, "argo-rollouts-controller-lock", &replica.name);
                let (elector, leadership) = Elector::new(replica.client.clone(), config);
                tokio::join!(run(leadership), elector.run(replica.shutdown.clone())).0
            }
        };
        ended.expect("the cache is there");
    }

    async fn wrong(&self, world: &World, _stage: &()) -> Option<String> {
        let mut wrong = Vec::new();
        let sets = list(world, "apps/v1", "ReplicaSet").await;
        for name in self.names.iter().copied() {
            let rollout = get(world, "argoproj.io/v1alpha1", "Rollout", name).await;
            if phase(&rollout) != "Healthy" {
                wrong.push(format!("{name} is {}", crate::stage::told(&rollout)));
            }
            let own = sets.iter().filter(|set| set["metadata"]["labels"]["app"] == name);
            let mut pods: Vec<String> = own
                .map(|set| {
                    let image = text(set, "/spec/template/spec/containers/0/image");
                    format!("{image}:{}/{}", number(set, "/status/availableReplicas"), number(set, "/spec/replicas"))
                })
                .collect();
            pods.sort();
            if pods != ["web:blue:0/0", "web:yellow:2/2"] {
                wrong.push(format!("{name} has {pods:?}"));
            }
            let hash = text(&rollout, "/status/stableRS").to_owned();
            let services = if name == "web" { ["stable", "canary"] } else { ["active", "preview"] };
            for service in services {
                let found = get(world, "v1", "Service", service).await;
                let selected = text(&found, "/spec/selector/rollouts-pod-template-hash");
                if selected != hash {
                    wrong.push(format!("{service} selects {selected:?}, not {hash:?}"));
                }
            }
        }
        if !self.names.contains(&"web") {
            return (!wrong.is_empty()).then(|| wrong.join("; "));
        }
        let ingress = get(world, "networking.k8s.io/v1", "Ingress", "web").await;
        let action = text(&ingress, "/metadata/annotations/alb.ingress.kubernetes.io~1actions.stable");
        if !action.contains(r#""ServiceName":"stable","ServicePort":"80","Weight":100"#) {
            wrong.push(format!("the load balancer does {action:?}"));
        }
        (!wrong.is_empty()).then(|| wrong.join("; "))
    }

    fn disturbances(&self) -> Vec<&'static str> {
        vec!["a ReplicaSet is scaled by hand", "a Service is switched by hand", "a ReplicaSet is deleted"]
    }

    async fn disturb(&self, world: &World, _stage: &(), disturbance: &'static str) {
        let sets = list(world, "apps/v1", "ReplicaSet").await;
        let current =
            sets.iter().find(|set| set["metadata"]["labels"]["app"] == "web" && number(set, "/spec/replicas") > 0);
        let name = current.map(|set| text(set, "/metadata/name").to_owned()).unwrap_or_default();
        let set = Target::new(Gvk::new("apps", "v1", "ReplicaSet"), Some(NAMESPACE), &name);
        let merge = |body: Value| Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        let write = match disturbance {
            "a ReplicaSet is scaled by hand" => Write::new(set, merge(json!({"spec": {"replicas": 7}}))),
            "a Service is switched by hand" => {
                let service = Target::new(Gvk::new("", "v1", "Service"), Some(NAMESPACE), "active");
                Write::new(service, merge(json!({"spec": {"selector": {"rollouts-pod-template-hash": "none"}}})))
            }
            _ => Write::new(set, Change::Delete(Propagation::Background)),
        };
        world.client().write(&write).await.expect("a disturbance");
    }

    fn listed(&self) -> Vec<&'static str> {
        vec!["replicasets", "services", "ingresses"]
    }

    /// Longer than the longest pause after failures.
    fn quiet(&self) -> Duration {
        Duration::from_secs(240)
    }
}

async fn get(world: &World, api_version: &str, kind: &str, name: &str) -> Value {
    let gvk = Gvk::from_api_version(api_version, kind);
    let found = world.client().get(&gvk, Some(NAMESPACE), name).await.expect("a readable object");
    found.map(|object| object.value()).unwrap_or_default()
}

async fn list(world: &World, api_version: &str, kind: &str) -> Vec<Value> {
    let gvk = Gvk::from_api_version(api_version, kind);
    let objects = world.client().list(&gvk, &ListQuery::in_namespace(NAMESPACE)).await.expect("a list");
    objects.iter().map(Object::value).collect()
}

fn holds(law: impl FnOnce(&Arc<Both>) -> Result<(), Broken>) {
    holds_for(Both { replicas: Replicas::One, names: BOTH }, law);
}

fn holds_for(subject: Both, law: impl FnOnce(&Arc<Both>) -> Result<(), Broken>) {
    if let Err(broken) = law(&Arc::new(subject)) {
        panic!("{broken}");
    }
}

#[test]
fn it_converges() {
    holds(|subject| laws::converges(subject, SEED));
}

/// One after the other: together they make many more writes to die at.
#[test]
fn a_canary_heals() {
    holds_for(Both { replicas: Replicas::One, names: &["web"] }, |subject| laws::heals(subject, SEED));
}

#[test]
fn a_blue_green_update_heals() {
    holds_for(Both { replicas: Replicas::One, names: &["shop"] }, |subject| laws::heals(subject, SEED));
}

/// A write that was made and timed out is not made twice, and what follows from it is done.
#[test]
fn a_canary_heals_after_answers_that_are_lost() {
    holds_for(Both { replicas: Replicas::One, names: &["web"] }, |subject| laws::heals_unheard(subject, SEED));
}

#[test]
fn a_blue_green_update_heals_after_answers_that_are_lost() {
    holds_for(Both { replicas: Replicas::One, names: &["shop"] }, |subject| laws::heals_unheard(subject, SEED));
}

#[test]
fn it_is_drift_proof() {
    holds(|subject| laws::drift_proof(subject, SEED));
}

#[test]
fn it_has_one_leader() {
    holds_for(Both { replicas: Replicas::Many, names: BOTH }, |subject| laws::one_leader(subject, SEED));
}

#[test]
fn it_is_stale_safe() {
    holds(|subject| laws::stale_safe(subject, SEED));
}

#[test]
fn unknown_is_not_absent_to_it() {
    holds(|subject| laws::unknown_is_not_absent(subject, SEED));
}

#[test]
fn it_weathers() {
    holds(|subject| laws::weathers(subject, SEED..SEED + 3));
}

#[test]
fn it_repeats() {
    holds(|subject| laws::repeats(subject, SEED));
}
