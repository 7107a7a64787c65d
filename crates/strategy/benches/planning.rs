//! What planning one Rollout costs: `cargo xtask bench planning`.
//!
//! A canary behind a load balancer in the middle of an update, and at rest; each with the hashes of its template known, as
//! the controller keeps them, and computed anew, as after every change. Reading objects is not part of it.

use api::rollouts::Rollout;
use clock::Clock;
use divan::{Bencher, black_box};
use jiff::Timestamp;
use object::{Fetched, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use strategy::{Identity, Plan, ReplicaSet, Service, Targets, World, plan};
use traffic::{Routed, Router, Routing};

/// Plans in one figure.
const PLANS: u32 = 2000;

fn main() -> std::io::Result<()> {
    divan::main();
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return Ok(());
    }
    for case in ["updating", "at_rest"] {
        let scene = Scene::of(case);
        figure(&format!("planning_{case}_hash_known"), &|| scene.plan(&scene.identity))?;
        figure(&format!("planning_{case}_hash_unknown"), &|| scene.plan(&Identity::of(&scene.rollout)))?;
    }
    Ok(())
}

/// The middle of many plans, in microseconds.
fn figure(name: &str, work: &dyn Fn() -> Plan) -> std::io::Result<()> {
    let clock = Clock::system();
    let mut took: Vec<f64> = (0..PLANS)
        .map(|_| {
            let began = clock.monotonic();
            black_box(work());
            clock.monotonic().duration_since(began).as_secs_f64() * 1e6
        })
        .collect();
    took.sort_by(f64::total_cmp);
    let middle = took[took.len() / 2];
    writeln!(std::io::stdout(), "figure: {name}_p50 = {middle:.2} us")
}

#[divan::bench(args = ["updating", "at_rest"])]
fn hash_known(bencher: Bencher<'_, '_>, case: &str) {
    let scene = Scene::of(case);
    bencher.bench_local(|| scene.plan(&scene.identity));
}

#[divan::bench(args = ["updating", "at_rest"])]
fn hash_unknown(bencher: Bencher<'_, '_>, case: &str) {
    let scene = Scene::of(case);
    bencher.bench_local(|| scene.plan(&Identity::of(&scene.rollout)));
}

/// A router that has been told everything already.
struct Told;

impl Router for Told {
    fn route(&self, _: &Routing) -> Routed {
        Routed::default()
    }
}

struct Scene {
    rollout: Rollout,
    identity: Identity,
    sets: Vec<ReplicaSet>,
    services: BTreeMap<String, Fetched<Service>>,
    now: Timestamp,
}

impl Scene {
    fn of(case: &str) -> Self {
        let is_updating = case == "updating";
        let mut rollout: Rollout = serde_json::from_value(rollout()).expect("a Rollout");
        let identity = Identity::of(&rollout);
        let hashes = ["former", identity.template.as_str()];
        let stable = hashes[usize::from(!is_updating)];
        let (step, weight) = if is_updating { (2, 25) } else { (6, 0) };
        let status = json!({
            "observedGeneration": "3", "currentPodHash": identity.template, "stableRS": stable,
            "currentStepHash": identity.steps, "currentStepIndex": step, "replicas": 13, "updatedReplicas": 3,
            "readyReplicas": 13, "availableReplicas": 13, "phase": "Progressing",
            "canary": {"weights": {
                "canary": {"weight": weight, "serviceName": "canary", "podTemplateHash": identity.template},
                "stable": {"weight": 100 - weight, "serviceName": "stable", "podTemplateHash": stable},
            }},
            "conditions": [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "message": "",
                "lastUpdateTime": "2026-01-01T00:00:00Z", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
        });
        rollout.status = serde_json::from_value(status).expect("a status");
        let pods = if is_updating { [10, 3] } else { [0, 10] };
        let sets = hashes.iter().zip(pods).zip(1..);
        let sets = sets.map(|((hash, pods), revision)| set(&rollout, hash, pods, revision)).collect();
        let service = |name: &str, hash: &str| {
            let selector = BTreeMap::from([("app".to_owned(), "web".to_owned())]);
            let service = Service { hash: Some(hash.to_owned()), managed_by: Some("web".to_owned()), selector };
            (name.to_owned(), Fetched::Known(service))
        };
        let services = BTreeMap::from([service("stable", stable), service("canary", &identity.template)]);
        Scene { rollout, identity, sets, services, now: "2026-01-01T00:01:00Z".parse().expect("a time") }
    }

    fn plan(&self, identity: &Identity) -> Plan {
        let world = World {
            rollout: &self.rollout,
            identity,
            sets: &self.sets,
            is_name_taken: false,
            services: &self.services,
            runs: &[],
            experiments: &[],
            pods: &[],
            router: Some(&Told),
            targets: Targets::Unasked,
            invalid: None,
            warnings: &[],
        };
        plan(&world, self.now)
    }
}

/// A workload as they are found: two containers with ports, resources, probes, variables and volumes.
fn template() -> Value {
    let probe = json!({"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5, "timeoutSeconds": 2});
    let container = |name: &str| {
        json!({
            "name": name, "image": "registry.example/team/web:1.2.3", "imagePullPolicy": "IfNotPresent",
            "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
            "env": (0..8).map(|at| json!({"name": format!("SETTING_{at}"), "value": format!("value {at}")})).collect::<Vec<_>>(),
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "0.5", "memory": "256Mi"}},
            "readinessProbe": probe, "livenessProbe": probe,
            "volumeMounts": [{"name": "config", "mountPath": "/etc/web"}],
            "securityContext": {"runAsNonRoot": true, "readOnlyRootFilesystem": true},
        })
    };
    json!({
        "metadata": {"labels": {"app": "web", "team": "shop"}, "annotations": {"prometheus.io/scrape": "true"}},
        "spec": {
            "containers": [container("web"), container("proxy")],
            "volumes": [{"name": "config", "configMap": {"name": "web"}}],
            "serviceAccountName": "web", "terminationGracePeriodSeconds": 30,
        },
    })
}

fn rollout() -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {
            "name": "web", "namespace": "shop", "uid": "r", "generation": 3,
            "annotations": {"rollout.argoproj.io/revision": "2"},
        },
        "spec": {
            "replicas": 10, "selector": {"matchLabels": {"app": "web"}}, "template": template(),
            "strategy": {"canary": {
                "canaryService": "canary", "stableService": "stable", "trafficRouting": {"nginx": {"stableIngress": "i"}},
                "steps": [
                    {"setWeight": 25}, {"pause": {"duration": "10s"}}, {"setWeight": 50}, {"pause": {}},
                    {"setWeight": 75}, {"pause": {"duration": 30}},
                ],
            }},
        },
    })
}

fn set(rollout: &Rollout, hash: &str, pods: i64, revision: i64) -> ReplicaSet {
    let mut template = rollout.spec.template.clone();
    template["metadata"]["labels"]["rollouts-pod-template-hash"] = hash.into();
    let object = json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {
            "name": format!("web-{hash}"), "namespace": "shop", "uid": hash, "generation": 1,
            "creationTimestamp": format!("2026-01-01T00:00:0{revision}Z"),
            "labels": {"app": "web", "rollouts-pod-template-hash": hash},
            "annotations": {
                "rollout.argoproj.io/revision": revision.to_string(), "rollout.argoproj.io/desired-replicas": "10",
            },
        },
        "spec": {"replicas": pods, "template": template},
        "status": {"observedGeneration": 1, "replicas": pods, "readyReplicas": pods, "availableReplicas": pods},
    });
    ReplicaSet::read(&Object::from_value(&object).expect("an object")).expect("a ReplicaSet")
}
