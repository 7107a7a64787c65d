//! Accounts in the cluster: `argocd-cm`, `argocd-secret`, `argocd-initial-admin-secret`, and what is void.

use crate::bootstrap::{Bootstrap, Found, plan_bootstrap};
use accounts::{ConfigData, Edit, Revoked, SecretData};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clock::{Clock, Offload};
use cluster::{Change, ClusterClient, ClusterError, ErrorClass, Part, PatchKind, Precondition, Target, Write};
use object::{Gvk, Object};
use serde_json::{Map, Value, json};

/// The Secret with accounts' passwords, tokens and the signing key.
pub const SECRET: &str = "argocd-secret";
/// The ConfigMap with accounts and settings.
pub const CONFIG_MAP: &str = "argocd-cm";
/// The Secret with the password that the first administrator begins with.
pub const INITIAL_SECRET: &str = "argocd-initial-admin-secret";
/// The Secret with the identities of void tokens; ours alone.
pub const REVOKED_SECRET: &str = "capstan-revoked-tokens";

/// How often a write is tried against others who write the same.
const TRIES: usize = 5;
/// Label that upstream's own tools select these objects by.
const PART_OF: (&str, &str) = ("app.kubernetes.io/part-of", "argocd");
const NAME_LABEL: &str = "app.kubernetes.io/name";

/// Where accounts are kept.
#[derive(Debug, Clone)]
pub struct Store {
    /// The cluster of the control plane.
    pub client: ClusterClient,
    /// The namespace of the control plane.
    pub namespace: String,
}

/// The data of a ConfigMap.
#[must_use]
pub fn config_data(object: &Object) -> ConfigData {
    texts(object).into_iter().collect()
}

/// The data of a Secret, decoded.
#[must_use]
pub fn secret_data(object: &Object) -> SecretData {
    texts(object).into_iter().filter_map(|(key, text)| Some((key, STANDARD.decode(text).ok()?))).collect()
}

fn texts(object: &Object) -> Vec<(String, String)> {
    let Some(Value::Object(data)) = object.get("/data") else { return Vec::new() };
    data.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect()
}

impl Store {
    /// Makes what the first start needs, once: whoever else starts at the same time finds the same password and key.
    ///
    /// # Errors
    /// When the cluster refuses or cannot be asked.
    pub async fn ensure(&self, clock: &Clock, offload: &Offload) -> Result<(), ClusterError> {
        for _ in 0..TRIES {
            let secret = self.read("Secret", SECRET).await?;
            let found = Found {
                secret: secret.as_ref().map(secret_data).unwrap_or_default(),
                config: self.read("ConfigMap", CONFIG_MAP).await?.as_ref().map(config_data).unwrap_or_default(),
                initial_password: self.initial_password().await?,
            };
            let plan = plan_bootstrap(clock, offload, &found).await;
            match self.bootstrap(&plan, secret.as_ref()).await {
                // Somebody else was first: what they made is found the next time.
                Err(error) if is_lost_race(&error) => {}
                done => return done,
            }
        }
        Err(lost(SECRET))
    }

    async fn bootstrap(&self, plan: &Bootstrap, secret: Option<&Object>) -> Result<(), ClusterError> {
        if let Some(password) = &plan.initial_password {
            let data = json!({"password": STANDARD.encode(password.reveal())});
            self.create("Secret", INITIAL_SECRET, data).await?;
        }
        if plan.is_empty() {
            return Ok(());
        }
        self.put("Secret", SECRET, secret, &secret_patch(&plan.edit)).await
    }

    async fn initial_password(&self) -> Result<Option<accounts::Hidden<String>>, ClusterError> {
        let object = self.read("Secret", INITIAL_SECRET).await?;
        let password = object.as_ref().map(secret_data).and_then(|mut data| data.remove("password"));
        Ok(password.and_then(|bytes| String::from_utf8(bytes).ok()).map(accounts::Hidden::new))
    }

    /// Reads both objects, lets `change` say what to write, and writes it; again when somebody else wrote meanwhile.
    ///
    /// # Errors
    /// What `change` says, or when the cluster refuses or cannot be asked.
    pub async fn edit<E: From<ClusterError>>(
        &self,
        mut change: impl FnMut(&ConfigData, &SecretData) -> Result<Edit, E>,
    ) -> Result<(), E> {
        for _ in 0..TRIES {
            let secret = self.read("Secret", SECRET).await?;
            let config = self.read("ConfigMap", CONFIG_MAP).await?;
            let data = config.as_ref().map(config_data).unwrap_or_default();
            let edit = change(&data, &secret.as_ref().map(secret_data).unwrap_or_default())?;
            match self.write(&edit, secret.as_ref(), config.as_ref()).await {
                Err(error) if is_lost_race(&error) => {}
                done => return Ok(done?),
            }
        }
        Err(lost(SECRET).into())
    }

    async fn write(&self, edit: &Edit, secret: Option<&Object>, config: Option<&Object>) -> Result<(), ClusterError> {
        if !edit.secret.is_empty() {
            self.put("Secret", SECRET, secret, &secret_patch(edit)).await?;
        }
        if edit.config.is_empty() {
            return Ok(());
        }
        let patch: Map<String, Value> = edit.config.iter().map(|(key, text)| (key.clone(), json!(text))).collect();
        self.put("ConfigMap", CONFIG_MAP, config, &patch).await
    }

    /// Keeps what is void, together with what others kept, so that it stays void when this process ends.
    ///
    /// # Errors
    /// When the cluster refuses or cannot be asked.
    pub async fn keep_revoked(&self, revoked: &Revoked, clock: &Clock) -> Result<(), ClusterError> {
        for _ in 0..TRIES {
            let object = self.read("Secret", REVOKED_SECRET).await?;
            let mut all = object.as_ref().map(revoked_of).unwrap_or_default();
            all.merge(revoked.clone());
            all.forget(clock.now());
            let patch = Map::from_iter([("tokens".to_owned(), json!(STANDARD.encode(all.write())))]);
            match self.put("Secret", REVOKED_SECRET, object.as_ref(), &patch).await {
                Err(error) if is_lost_race(&error) => {}
                done => return done,
            }
        }
        Err(lost(REVOKED_SECRET))
    }

    /// An object of the control plane, if it is there.
    ///
    /// # Errors
    /// When the cluster refuses or cannot be asked.
    pub async fn read(&self, kind: &str, name: &str) -> Result<Option<Object>, ClusterError> {
        self.client.get(&Gvk::new("", "v1", kind), Some(&self.namespace), name).await
    }

    async fn create(&self, kind: &str, name: &str, data: Value) -> Result<(), ClusterError> {
        let mut value = json!({
            "apiVersion": "v1", "kind": kind, "data": data,
            "metadata": {
                "name": name, "namespace": self.namespace, "labels": {PART_OF.0: PART_OF.1, NAME_LABEL: name},
            },
        });
        if kind == "Secret" {
            value["type"] = "Opaque".into();
        }
        let object = Object::from_value(&value);
        let object = object.map_err(|error| ClusterError::new(ErrorClass::Invalid, error.to_string()))?;
        self.client.write(&Write::new(Target::of(&object), Change::Create(object))).await.map(drop)
    }

    /// Sets keys of an object that is still the one that was read, or makes it.
    async fn put(
        &self,
        kind: &str,
        name: &str,
        known: Option<&Object>,
        data: &Map<String, Value>,
    ) -> Result<(), ClusterError> {
        let Some(known) = known else {
            let data: Map<String, Value> = data
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            return self.create(kind, name, data.into()).await;
        };
        let meta = known.meta();
        let precondition =
            Precondition { uid: Some(meta.uid.clone()), resource_version: Some(meta.resource_version.clone()) };
        let change = Change::Patch { kind: PatchKind::Merge, body: json!({ "data": data }), part: Part::Whole };
        self.client.write(&Write::new(Target::of(known), change).only_if(precondition)).await.map(drop)
    }
}

/// What a Secret of void tokens says.
#[must_use]
pub fn revoked_of(object: &Object) -> Revoked {
    let data = secret_data(object);
    let text = data.get("tokens").and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    Revoked::read(text)
}

fn secret_patch(edit: &Edit) -> Map<String, Value> {
    let encoded = |text: &Option<String>| text.as_ref().map_or(Value::Null, |text| STANDARD.encode(text).into());
    edit.secret.iter().map(|(key, text)| (key.clone(), encoded(text))).collect()
}

fn is_lost_race(error: &ClusterError) -> bool {
    matches!(error.class, ErrorClass::Conflict | ErrorClass::AlreadyExists)
}

fn lost(name: &str) -> ClusterError {
    ClusterError::new(ErrorClass::Conflict, format!("{name} was changed by others {TRIES} times in a row; try again"))
}
