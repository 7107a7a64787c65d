//! How long an application of 1,000 small workloads (4,000 objects) takes to compare, anew and unchanged.

use api::{AppProject, Application, ClusterIdentity, ProjectRules};
use compare::{Context, LiveObjects, Memo, RuleSettings, Rules, Scope, compare_application, pair, prepare_targets};
use divan::Bencher;
use object::{Fetched, Gvk, Key, Object};
use schema::Schema;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn main() {
    divan::main();
}

const WORKLOADS: usize = 1000;

fn manifests() -> Vec<Object> {
    (0..WORKLOADS).flat_map(workload).map(|value| Object::from_value(&value).expect("an object")).collect()
}

fn workload(index: usize) -> [Value; 4] {
    let metadata = json!({"name": format!("web-{index}"), "labels": {"app": format!("web-{index}")}});
    let labels = &metadata["labels"];
    [
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": 0, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web:1", "ports": [{"containerPort": 80}],
                "resources": {"limits": {"cpu": "1000m", "memory": "128Mi"}}}]}}}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": labels, "ports": [{"port": 80}]}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {"rules": [{"host": "a.example",
            "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}}),
    ]
}

/// The live object a server makes of a manifest.
fn live(desired: &Object) -> Object {
    let mut value = desired.value();
    let applied = value.to_string();
    defaults::apply(desired.gvk(), &mut value);
    value["metadata"]["uid"] = json!(desired.name());
    value["metadata"]["resourceVersion"] = json!("1");
    value["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json!(applied);
    Object::from_value(&value).expect("an object")
}

struct World {
    application: Application,
    project: ProjectRules,
    rules: Rules,
    predicted: BTreeMap<Key, Result<Object, String>>,
}

impl World {
    fn new() -> Self {
        let application = json!({"metadata": {"name": "app", "namespace": "argocd"},
            "spec": {"destination": {"server": "https://k", "namespace": "ns"}}});
        World {
            application: serde_json::from_value(application).expect("an application"),
            project: ProjectRules::new(&AppProject::default_project("argocd")),
            rules: Rules::new(RuleSettings::default()),
            predicted: BTreeMap::new(),
        }
    }

    fn context(&self) -> Context<'_> {
        Context {
            application: &self.application,
            control_plane_namespace: "argocd",
            project: &self.project,
            cluster: ClusterIdentity { server: "https://k", name: "", ownership: Default::default() },
            rules: &self.rules,
            predicted: &self.predicted,
            scope: &|_: &Gvk| Fetched::Known(Scope::Namespaced),
            is_excluded: &|_| false,
        }
    }
}

fn measure(bencher: Bencher<'_, '_>, memo: &mut Memo, forgets: bool) {
    let (world, manifests) = (World::new(), manifests());
    let context = world.context();
    let live: LiveObjects = prepare_targets(&context, manifests.clone())
        .resources
        .iter()
        .map(|target| (target.key.clone(), Fetched::Known(live(&target.object))))
        .collect();
    bencher.bench_local(|| {
        if forgets {
            *memo = Memo::default();
        }
        let targets = prepare_targets(&context, manifests.clone());
        let pairs = pair(&context, &targets, live.clone());
        let compared = compare_application(&context, &pairs.pairs, memo, Schema::builtin());
        assert_eq!(compared.sync.as_str(), "Synced");
        compared
    });
}

#[divan::bench(sample_count = 10)]
fn anew(bencher: Bencher<'_, '_>) {
    measure(bencher, &mut Memo::default(), true);
}

#[divan::bench(sample_count = 10)]
fn unchanged(bencher: Bencher<'_, '_>) {
    measure(bencher, &mut Memo::default(), false);
}
