//! An embedded cluster, a client of it, and small objects.

use clock::Clock;
use cluster::{Change, ClusterClient, ClusterError, DryRun, Effect, Target, Write, Written};
use embedded::{ApiError, Cluster, Faults, RequestFault, RequestSummary};
use jiff::Timestamp;
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A cluster and a client of it.
pub struct Setting {
    pub cluster: Cluster,
    pub client: ClusterClient,
    pub trouble: Arc<Trouble>,
}

/// Faults that a test sets as it goes.
#[derive(Default)]
pub struct Trouble(Mutex<Vec<Fault>>);

#[derive(Clone)]
pub struct Fault {
    pub verb: &'static str,
    pub resource: &'static str,
    pub fault: RequestFault,
    /// How often it still happens.
    pub left: u32,
}

impl Trouble {
    /// The next `times` requests of that verb on that resource go wrong.
    pub fn add(&self, verb: &'static str, resource: &'static str, times: u32, fault: RequestFault) {
        self.0.lock().expect("no panic").push(Fault { verb, resource, fault, left: times });
    }

    pub fn refuse(&self, verb: &'static str, resource: &'static str, times: u32, code: u16, reason: &'static str) {
        self.add(verb, resource, times, RequestFault::Refuse(ApiError::new(code, reason, "refused by the test")));
    }

    pub fn end(&self) {
        self.0.lock().expect("no panic").clear();
    }
}

impl Faults for Trouble {
    fn before(&self, request: &RequestSummary) -> RequestFault {
        let mut faults = self.0.lock().expect("no panic");
        let hit = faults
            .iter_mut()
            .find(|fault| fault.left > 0 && fault.verb == request.verb && fault.resource == request.resource);
        hit.map_or(RequestFault::Serve, |fault| {
            fault.left -= 1;
            fault.fault.clone()
        })
    }
}

impl Setting {
    /// With the namespace `shop` in it.
    pub async fn start() -> Self {
        let clock = Clock::simulated("2026-01-01T00:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH), 1);
        let trouble = Arc::new(Trouble::default());
        let faults: Arc<dyn Faults> = trouble.clone();
        let builder = Cluster::builder().clock(clock.clone()).faults(faults);
        let cluster = builder.start().await.expect("a cluster in memory");
        let client = ClusterClient::from_service(cluster.service(), &clock);
        let setting = Setting { cluster, client, trouble };
        setting.create(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})).await;
        setting
    }

    pub async fn write(&self, value: &Value, change: impl FnOnce(Object) -> Change) -> Result<Written, ClusterError> {
        let object = Object::from_value(value).expect("an object");
        self.client.write(&Write::new(Target::of(&object), change(object))).await
    }

    pub async fn create(&self, value: Value) -> Object {
        let written = self.write(&value, Change::Create).await.expect("created");
        assert_eq!(written.effect, Effect::Created);
        written.object.expect("the object")
    }

    pub async fn live(&self, kind: &str, name: &str) -> Option<Object> {
        let gvk = Gvk::from_api_version(api_version(kind), kind);
        self.client.get(&gvk, Some("shop"), name).await.expect("readable")
    }
}

fn api_version(kind: &str) -> &'static str {
    match kind {
        "Deployment" => "apps/v1",
        "RoleBinding" => "rbac.authorization.k8s.io/v1",
        _ => "v1",
    }
}

/// A ConfigMap in `shop` with that data.
pub fn config_map(name: &str, data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": data})
}

/// A write of `change` to a ConfigMap in `shop`.
pub fn to_config_map(name: &str, change: Change) -> Write {
    Write::new(Target::new(Gvk::new("", "v1", "ConfigMap"), Some("shop"), name), change).dry_run(DryRun::No)
}

/// Waits in virtual time until `holds` does.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..4000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    unreachable!("never: {what}");
}
