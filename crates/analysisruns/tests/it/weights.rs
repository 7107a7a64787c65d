//! Experiments of a canary's step that get shares of the traffic: users ask through the simulated ingress, and who answers is
//! counted by version. Beside the two of the experiment, the stable version gets the rest and the new one nothing.

use crate::stage::{ARGO, Stage, text};
use cluster::Part;
use ingress::{Answer, Ask, Ingress};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::sleep;

/// Requests that shares are measured by.
const REQUESTS: u32 = 2000;
/// How many standard deviations a share may be off: beyond five lies one measurement in two million.
const DEVIATIONS: f64 = 5.0;
/// What each version of the experiment gets, of a hundred.
const SHARES: [(&str, u32); 2] = [("baseline", 10), ("candidate", 20)];

fn service(name: &str) -> Value {
    let spec = json!({"ports": [{"port": 80, "targetPort": 8080}], "selector": {"app": "web"}});
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})
}

fn definition(group: &str, version: &str, kind: &str) -> Value {
    let plural = format!("{}s", kind.to_lowercase());
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {
            "name": format!("{plural}.{group}"),
            "annotations": {"api-approved.kubernetes.io": "unapproved, of a test"},
        },
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{"name": version, "served": true, "storage": true, "schema": schema}],
        },
    })
}

fn canary(routing: &Value) -> Value {
    let versions = SHARES.map(|(name, weight)| {
        let of = if name == "baseline" { "stable" } else { "canary" };
        json!({"name": name, "specRef": of, "weight": weight})
    });
    let labels = json!({"app": "web"});
    let container = json!({"name": "web", "image": "web:1", "ports": [{"containerPort": 8080}]});
    json!({"apiVersion": ARGO, "kind": "Rollout", "metadata": {"name": "web"}, "spec": {
        "replicas": 2, "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        "strategy": {"canary": {
            "stableService": "web-stable", "canaryService": "web-canary", "trafficRouting": routing,
            "steps": [{"experiment": {"templates": versions}}],
        }},
    }})
}

/// Users of the shop.
struct Users {
    ingress: Ingress,
    ask: Ask,
}

impl Users {
    /// Who answers so many requests: versions of the Experiment by their name, others by their image.
    async fn answers(&self, stage: &Stage, requests: u32) -> BTreeMap<String, u32> {
        let sets = stage.list("apps/v1", "ReplicaSet").await;
        let version = |hash: &str| {
            let set = sets.iter().find(|set| text(set, "/metadata/labels/rollouts-pod-template-hash") == hash)?;
            set["metadata"]["annotations"]["experiment.argoproj.io/template-name"].as_str().map(ToOwned::to_owned)
        };
        let mut found = BTreeMap::new();
        for _ in 0..requests {
            let who = match self.ingress.front().answer(&self.ask) {
                Answer::Pod(pod) => version(&pod.hash).unwrap_or_else(|| pod.image.clone()),
                other => format!("{other:?}"),
            };
            *found.entry(who).or_default() += 1;
        }
        found
    }

    async fn until(&self, stage: &Stage, what: &str, holds: impl Fn(&BTreeMap<String, u32>) -> bool) {
        stage.eventually(what, async || holds(&self.answers(stage, 200).await)).await;
        // What was under way has come.
        sleep(Duration::from_secs(2)).await;
    }
}

fn assert_share(found: &BTreeMap<String, u32>, who: &str, percent: u32) {
    let (share, all) = (f64::from(percent) / 100.0, f64::from(REQUESTS));
    let off = (f64::from(found.get(who).copied().unwrap_or_default()) - share * all).abs();
    assert!(off <= DEVIATIONS * (all * share * (1.0 - share)).sqrt(), "{percent} % to {who}: {found:?}");
}

async fn goes_round(routing: Value, objects: Vec<Value>, ask: Ask) {
    let stage = Stage::start().await;
    for object in objects {
        let is_definition = object["kind"] == "CustomResourceDefinition";
        stage.create(object).await;
        if is_definition {
            // Until it is served.
            sleep(Duration::from_secs(2)).await;
        }
    }
    for name in ["web-stable", "web-canary", "web-root"] {
        stage.create(service(name)).await;
    }
    stage.create(canary(&routing)).await;
    stage.until("Rollout", "web", "Healthy").await;
    let users = Users { ingress: Ingress::start(stage.client.clone(), ([127, 0, 0, 1], 8088).into()), ask };
    users.until(&stage, "the first version answers", |found| found.keys().eq(["web:1"])).await;

    let container = json!({"name": "web", "image": "web:2", "ports": [{"containerPort": 8080}]});
    let body = json!({"spec": {"template": {"spec": {"containers": [container]}}}});
    stage.patch("Rollout", "web", Part::Whole, body).await;
    users.until(&stage, "all three answer", |found| found.keys().eq(["baseline", "candidate", "web:1"])).await;
    let found = users.answers(&stage, REQUESTS).await;
    for (name, percent) in SHARES {
        assert_share(&found, name, percent);
    }
    assert_share(&found, "web:1", 70);
    assert!(found.keys().eq(["baseline", "candidate", "web:1"]), "nobody else, and none is lost: {found:?}");

    let experiments = stage.list(ARGO, "Experiment").await;
    let name = text(&experiments[0], "/metadata/name");
    stage.patch("Experiment", name, Part::Whole, json!({"spec": {"terminate": true}})).await;
    stage.until("Rollout", "web", "Healthy").await;
    users.until(&stage, "the new version answers alone", |found| found.keys().eq(["web:2"])).await;
}

#[tokio::test(start_paused = true)]
async fn smi_shares_out_to_experiments() {
    let objects = vec![definition("split.smi-spec.io", "v1alpha2", "TrafficSplit")];
    goes_round(json!({"smi": {}}), objects, Ask::get("web-stable", "/")).await;
}
