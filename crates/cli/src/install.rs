//! What a cluster needs before the controllers can work on it.

use crate::failure::Failure;
use crate::terminal;
use clap::Args;
use cluster::{Change, ClusterClient, Conflicts, Manager, Target, Write};
use object::Object;
use serde_json::{Value, json};

/// The flags of `install`.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// Namespace of the control plane
    #[arg(long, default_value = api::names::DEFAULT_NAMESPACE)]
    namespace: String,
    /// Also print a Deployment that runs the controllers from this image
    #[arg(long)]
    image: Option<String>,
}

/// The name of everything that `install` makes for the controllers themselves.
const NAME: &str = "capstan";

impl Install {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let mut objects = foundations(&self.namespace);
        objects.extend(account(&self.namespace));
        objects.extend(self.image.as_deref().map(|image| deployment(&self.namespace, image)));
        terminal::print(&yaml::emit_all(&objects))
    }
}

/// The namespaces and the definitions: enough where the controllers run outside.
pub(crate) fn foundations(namespace: &str) -> Vec<Value> {
    let namespaces = [namespace, rollouts::DEFAULT_NAMESPACE];
    let one = |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
    let mut objects: Vec<Value> = namespaces.into_iter().map(one).collect();
    objects.extend(api::crds());
    objects
}

/// Who the controllers are within the cluster, and what they may do: what is in an application decides what is written,
/// so that is everything, as upstream asks for.
fn account(namespace: &str) -> Vec<Value> {
    let labels = json!({ "app.kubernetes.io/name": NAME });
    let rules = json!([
        { "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] },
        { "nonResourceURLs": ["*"], "verbs": ["*"] },
    ]);
    let role = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": NAME });
    vec![
        json!({ "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": { "name": NAME, "namespace": namespace, "labels": labels } }),
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": { "name": NAME, "labels": labels }, "rules": rules }),
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": { "name": NAME, "labels": labels }, "roleRef": role,
            "subjects": [{ "kind": "ServiceAccount", "name": NAME, "namespace": namespace }] }),
    ]
}

fn deployment(namespace: &str, image: &str) -> Value {
    let labels = json!({ "app.kubernetes.io/name": NAME });
    let container = json!({
        "name": NAME,
        "image": image,
        "args": ["run", "--namespace", namespace, "--data", "/data", "--metrics", "0.0.0.0:8082"],
        "ports": [{ "name": "metrics", "containerPort": 8082 }],
        "readinessProbe": { "httpGet": { "path": "/healthz", "port": "metrics" } },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "readOnlyRootFilesystem": true,
        },
        "volumeMounts": [{ "name": "data", "mountPath": "/data" }],
    });
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": NAME, "namespace": namespace, "labels": labels },
        "spec": {
            "replicas": 1,
            "selector": { "matchLabels": labels },
            "template": {
                "metadata": { "labels": labels },
                "spec": {
                    "serviceAccountName": NAME,
                    "securityContext": { "runAsNonRoot": true, "runAsUser": 65532, "fsGroup": 65532 },
                    "containers": [container],
                    "volumes": [{ "name": "data", "emptyDir": {} }],
                },
            },
        },
    })
}

/// Applies `objects`, in order, in the name of this program.
pub(crate) async fn apply(client: &ClusterClient, objects: &[Value]) -> Result<(), Failure> {
    for value in objects {
        let desired = Object::from_value(value).map_err(|error| Failure::new(error.to_string()))?;
        let target = Target::of(&desired);
        let change = Change::ApplyServerSide { desired, manager: Manager(NAME.into()), conflicts: Conflicts::Force };
        client.write(&Write::new(target, change)).await?;
    }
    Ok(())
}
