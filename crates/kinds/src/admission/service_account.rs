//! The service account a pod runs as, and the volume that brings its token.

use super::facts::{PodFacts, Refused, service_account_of};
use crate::read;
use serde_json::{Value, json};

/// Where containers find the token.
const MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// How the volume's name begins.
const VOLUME_PREFIX: &str = "kube-api-access-";
/// Seconds the token lasts: an hour, and seven by which such tokens are told from others.
const TOKEN_SECONDS: i64 = 3607;
/// File mode 0644, in decimal.
const FILE_MODE: i64 = 420;

/// Names the account, takes over its pull secrets and mounts its token.
pub fn admit(pod: &mut Value, facts: &PodFacts<'_>) -> Result<(), Refused> {
    let name = service_account_of(pod).to_owned();
    let namespace = read::text(read::at(pod, "metadata"), "namespace").to_owned();
    let Some(account) = facts.service_account else {
        return Err(Refused(format!(
            "error looking up service account {namespace}/{name}: serviceaccount \"{name}\" not found"
        )));
    };
    let spec = read::at_mut(pod, "spec");
    read::set(spec, "serviceAccountName", name.clone());
    read::set(spec, "serviceAccount", name);
    let asked = |value: &Value| read::given_flag(value, "automountServiceAccountToken");
    if asked(spec).or(asked(account)).unwrap_or(true) {
        mount_token(spec, facts.volume_suffix);
    }
    if read::list(spec, "imagePullSecrets").is_empty() && !read::list(account, "imagePullSecrets").is_empty() {
        read::copy(spec, account, "imagePullSecrets");
    }
    Ok(())
}

fn mount_token(spec: &mut Value, suffix: &str) {
    let known = read::list(spec, "volumes").iter().map(|volume| read::text(volume, "name"));
    let known = known.into_iter().find(|name| name.starts_with(VOLUME_PREFIX)).map(str::to_owned);
    let is_new = known.is_none();
    let volume = known.unwrap_or_else(|| format!("{VOLUME_PREFIX}{suffix}"));
    let mut mounted = false;
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            mounted |= mount(container, &volume);
        }
    }
    if mounted && is_new {
        let mut volumes = read::list(spec, "volumes").to_vec();
        volumes.push(token_volume(&volume));
        read::set(spec, "volumes", volumes);
    }
}

/// Mounts the volume unless something stands there already; says whether it did.
fn mount(container: &mut Value, volume: &str) -> bool {
    let mut mounts = read::list(container, "volumeMounts").to_vec();
    if mounts.iter().any(|mount| read::text(mount, "mountPath") == MOUNT_PATH) {
        return false;
    }
    mounts.push(json!({"name": volume, "readOnly": true, "mountPath": MOUNT_PATH}));
    read::set(container, "volumeMounts", mounts);
    true
}

fn token_volume(name: &str) -> Value {
    let namespace = json!({"apiVersion": "v1", "fieldPath": "metadata.namespace"});
    json!({"name": name, "projected": {"defaultMode": FILE_MODE, "sources": [
        {"serviceAccountToken": {"expirationSeconds": TOKEN_SECONDS, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": namespace}]}},
    ]}})
}
