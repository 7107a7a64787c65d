//! The account by which a control plane acts in another cluster: `argocd-manager`, as upstream makes it.

use crate::app::explain;
use crate::failure::Failure;
use cluster::{Change, ClusterClient, Conflicts, ErrorClass, Manager, Propagation, Target, Write};
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::time::Duration;

/// The account, and what its role and their bond are called.
const ACCOUNT: &str = "argocd-manager";
const ROLE: &str = "argocd-manager-role";
const BINDING: &str = "argocd-manager-role-binding";
/// The Secret in which its token is kept.
const TOKEN: &str = "argocd-manager-long-lived-token";
/// The other one, in which a token that is made anew is kept.
const OTHER_TOKEN: &str = "argocd-manager-long-lived-token-2";

/// How often it is looked whether the cluster has issued the token, and how often at most: 10 s in all, as upstream waits.
const TOKEN_PAUSE: Duration = Duration::from_millis(500);
const TOKEN_TRIES: usize = 20;

/// Makes the account with every right, in `namespaces` only where any are named, and gives its token.
pub(super) async fn install(client: &ClusterClient, system: &str, namespaces: &[String]) -> Result<String, Failure> {
    for value in parts(system, namespaces) {
        apply(client, &value).await?;
    }
    token(client, system, TOKEN).await
}

/// The token of an account that is there already.
pub(super) async fn token_of(client: &ClusterClient, system: &str, account: &str) -> Result<String, Failure> {
    let name = format!("{account}-long-lived-token");
    apply(client, &token_secret(system, account, &name)).await?;
    token(client, system, &name).await
}

/// A token that was made anew.
pub(super) struct Fresh {
    /// The token.
    pub token: String,
    /// The Secret that held the one before.
    pub former: &'static str,
}

/// A token besides the one there is. The two Secrets take turns.
pub(super) async fn fresh_token(client: &ClusterClient, system: &str) -> Result<Fresh, Failure> {
    let secret = Gvk::new("", "v1", "Secret");
    let known = client.get(&secret, Some(system), TOKEN).await;
    let known = known.map_err(|error| explain(error, "read the account's token"))?;
    let (new, former) = if known.is_some() { (OTHER_TOKEN, TOKEN) } else { (TOKEN, OTHER_TOKEN) };
    apply(client, &token_secret(system, ACCOUNT, new)).await?;
    Ok(Fresh { token: token(client, system, new).await?, former })
}

/// Takes a token away; one that is gone is gone.
pub(super) async fn forget_token(client: &ClusterClient, system: &str, name: &str) -> Result<(), Failure> {
    let target = Target::new(Gvk::new("", "v1", "Secret"), Some(system), name);
    match client.write(&Write::new(target, Change::Delete(Propagation::Background))).await {
        Ok(_) => Ok(()),
        Err(error) if error.class == ErrorClass::NotFound => Ok(()),
        Err(error) => Err(explain(error, "take the old token away")),
    }
}

fn parts(system: &str, namespaces: &[String]) -> Vec<Value> {
    let everything = json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]});
    let rbac = "rbac.authorization.k8s.io/v1";
    let subjects = json!([{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": system}]);
    let role_ref = |kind: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": ROLE});
    let mut parts = vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT, "namespace": system}}),
        token_secret(system, ACCOUNT, TOKEN),
    ];
    for namespace in namespaces {
        let meta = |name: &str| json!({"name": name, "namespace": namespace});
        parts.push(json!({"apiVersion": rbac, "kind": "Role", "metadata": meta(ROLE), "rules": [everything]}));
        let binding = json!({"apiVersion": rbac, "kind": "RoleBinding", "metadata": meta(BINDING), "roleRef": role_ref("Role"), "subjects": subjects});
        parts.push(binding);
    }
    if namespaces.is_empty() {
        let rules = json!([everything, {"nonResourceURLs": ["*"], "verbs": ["*"]}]);
        parts.push(json!({"apiVersion": rbac, "kind": "ClusterRole", "metadata": {"name": ROLE}, "rules": rules}));
        let binding = json!({"apiVersion": rbac, "kind": "ClusterRoleBinding", "metadata": {"name": BINDING}, "roleRef": role_ref("ClusterRole"), "subjects": subjects});
        parts.push(binding);
    }
    parts
}

fn token_secret(system: &str, account: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token",
        "metadata": {
            "name": name, "namespace": system, "annotations": {"kubernetes.io/service-account.name": account},
        },
    })
}

async fn apply(client: &ClusterClient, value: &Value) -> Result<(), Failure> {
    let desired = Object::from_value(value).map_err(|error| Failure::new(error.to_string()))?;
    let target = Target::of(&desired);
    let what = format!("write {target}");
    let manager = Manager("capstan-cluster-add".into());
    let change = Change::ApplyServerSide { desired, manager, conflicts: Conflicts::Force };
    client.write(&Write::new(target, change)).await.map(drop).map_err(|error| explain(error, &what))
}

async fn token(client: &ClusterClient, system: &str, name: &str) -> Result<String, Failure> {
    for _ in 0..TOKEN_TRIES {
        let found = client.get(&Gvk::new("", "v1", "Secret"), Some(system), name).await;
        let found = found.map_err(|error| explain(error, "read the account's token"))?;
        let values = found.map(|secret| applications::sources::secret_values(&secret)).unwrap_or_default();
        if let Some(token) = values.get("token").filter(|token| !token.is_empty()) {
            return Ok(token.clone());
        }
        tokio::time::sleep(TOKEN_PAUSE).await;
    }
    Err(Failure::new(format!(
        "the cluster issues no token into the Secret {system}/{name}; to register the context's own credentials, use \
         --context-credentials"
    )))
}
