//! What every namespace has: the service account `default` and the ConfigMap with the cluster's root certificate.

use crate::controller::{Change, Context, Controller, Item};
use crate::plan::{Action, CONTROLLER_MANAGER, Part, Plan, Target};
use apiserver::{Api, EventKind, GroupResource, Object, resources};
use serde_json::{Value, json};

/// The service account pods run under when they name none.
const ACCOUNT: &str = "default";
/// The ConfigMap that pods check the API server's certificate against.
const ROOT_CA: &str = "kube-root-ca.crt";
/// What that ConfigMap says about itself, as clients expect it.
const ROOT_CA_DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using \
    internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across \
    distributions of Kubernetes clusters.";

/// Everything one pass knows.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The namespace.
    pub namespace: Object,
    /// Whether its default account is there.
    pub has_account: bool,
    /// Its root certificate.
    pub root_ca: Option<Object>,
}

/// What a namespace lacks.
#[must_use]
pub fn plan(observed: &Observed, certificate: &str) -> Plan {
    if observed.namespace.meta().is_terminating() {
        return Plan::nothing();
    }
    let namespace = observed.namespace.name();
    let mut actions = Vec::new();
    if !observed.has_account {
        let account = json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT, "namespace": namespace},
        });
        actions.push(create(resources::SERVICE_ACCOUNTS, namespace, ACCOUNT, account));
    }
    let data = json!({"ca.crt": certificate});
    match &observed.root_ca {
        None => {
            let annotations = json!({"kubernetes.io/description": ROOT_CA_DESCRIPTION});
            let map = json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": ROOT_CA, "namespace": namespace, "annotations": annotations},
                "data": data,
            });
            actions.push(create(resources::CONFIG_MAPS, namespace, ROOT_CA, map));
        }
        Some(map) if map.get("/data") != Some(data.clone()) => actions.push(Action::Patch {
            target: place(resources::CONFIG_MAPS, namespace, ROOT_CA),
            part: Part::Main,
            change: json!({"data": data}),
            manager: CONTROLLER_MANAGER,
            resource_version: Some(map.meta().resource_version.clone()),
        }),
        Some(_) => {}
    }
    Plan { actions, wake: None }
}

fn create(resource: GroupResource, namespace: &str, name: &str, object: Value) -> Action {
    Action::Create { target: place(resource, namespace, name), object, manager: CONTROLLER_MANAGER, birth: None }
}

fn place(resource: GroupResource, namespace: &str, name: &str) -> Target {
    Target { resource, namespace: namespace.into(), name: name.into() }
}

/// Furnishes namespaces.
pub(crate) struct NamespaceFurniture {
    /// The root certificate in PEM.
    pub certificate: String,
}

impl Controller for NamespaceFurniture {
    fn name(&self) -> &'static str {
        "namespace-furniture"
    }

    fn notice(&mut self, change: &Change<'_>, _: &Api) -> Vec<Item> {
        let (resource, object) = (change.resource, change.object);
        if *resource == resources::NAMESPACES && change.kind != EventKind::Deleted {
            return vec![Item::new("", object.name())];
        }
        let lost = *resource == resources::SERVICE_ACCOUNTS && object.name() == ACCOUNT
            || *resource == resources::CONFIG_MAPS && object.name() == ROOT_CA;
        if lost && change.kind != EventKind::Added {
            return vec![Item::new("", object.namespace().unwrap_or_default())];
        }
        Vec::new()
    }

    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan {
        let api = context.api;
        let Some(namespace) = api.get(&resources::NAMESPACES, "", &item.name) else { return Plan::nothing() };
        let observed = Observed {
            namespace,
            has_account: api.get(&resources::SERVICE_ACCOUNTS, &item.name, ACCOUNT).is_some(),
            root_ca: api.get(&resources::CONFIG_MAPS, &item.name, ROOT_CA),
        };
        plan(&observed, &self.certificate)
    }
}
