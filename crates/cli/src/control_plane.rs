//! What commands read and write of a control plane: its Secrets and projects, straight in its cluster, or over the API of
//! its server where somebody has signed in to one.

mod over_api;
mod stored;

pub(crate) use stored::{Existing, Stored};

use crate::app::{by_server_only, explain};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::session::{Api, ServerFlags};
use crate::terminal;
use api::names::{API_VERSION, APP_PROJECT, DEFAULT_NAMESPACE};
use applications::sources::{SECRET_TYPE, secret_values};
use clap::Args;
use clock::Clock;
use cluster::{Change, ClusterClient, ListQuery, Part, PatchKind, Precondition, Propagation, Target, Write};
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use stored::MANAGED_BY;

/// Where the control plane is.
#[derive(Debug, Clone, Args)]
pub(crate) struct At {
    /// Namespace of the control plane
    #[arg(long, default_value = DEFAULT_NAMESPACE)]
    control_plane_namespace: String,
    #[command(flatten)]
    server: ServerFlags,
}

impl At {
    pub(crate) async fn open(&self, connection: &Connection, clock: &Clock) -> Result<ControlPlane, Failure> {
        let namespace = self.control_plane_namespace.clone();
        if let Some(api) = self.server.api(connection)? {
            return Ok(ControlPlane { client: by_server_only(clock), namespace, server: Some(api) });
        }
        Ok(ControlPlane { client: connection.client(clock).await?, namespace, server: None })
    }
}

/// A control plane.
pub(crate) struct ControlPlane {
    /// Its cluster; where a server is asked, one that answers nothing.
    pub client: ClusterClient,
    pub namespace: String,
    /// The server that is asked in the cluster's place.
    pub server: Option<Api>,
}

impl ControlPlane {
    /// The Secrets of one type, by name.
    pub(crate) async fn secrets(&self, kind: &str) -> Result<Vec<Stored>, Failure> {
        if let Some(api) = &self.server {
            return over_api::stored(api, kind, &self.namespace).await;
        }
        let labelled = ListQuery::in_namespace(&self.namespace).labels(&format!("{SECRET_TYPE}={kind}"));
        let found = self.client.list(&Gvk::new("", "v1", "Secret"), &labelled).await;
        let found = found.map_err(|error| explain(error, "read the Secrets of the control plane"))?;
        Ok(found.into_iter().map(|object| Stored { values: secret_values(&object), object }).collect())
    }

    /// Stores a Secret of one type.
    pub(crate) async fn store(
        &self,
        kind: &str,
        name: &str,
        values: BTreeMap<&str, String>,
        existing: Existing,
    ) -> Result<(), Failure> {
        let values: BTreeMap<&str, String> = values.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        if let Some(api) = &self.server {
            return over_api::declare(api, kind, &values, existing).await;
        }
        let secret = Gvk::new("", "v1", "Secret");
        let known = self.client.get(&secret, Some(&self.namespace), name).await;
        let known = known.map_err(|error| explain(error, "read the Secrets of the control plane"))?;
        let value = json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "stringData": values,
            "metadata": {
                "name": name, "namespace": self.namespace,
                "labels": {SECRET_TYPE: kind}, "annotations": {MANAGED_BY.0: MANAGED_BY.1},
            },
        });
        let made = Object::from_value(&value).map_err(|error| Failure::new(error.to_string()))?;
        let Some(known) = known else {
            return self.create(made).await;
        };
        let own: BTreeMap<String, String> = values.into_iter().map(|(key, text)| (key.to_owned(), text)).collect();
        if secret_values(&known) == own {
            return Ok(());
        }
        if existing == Existing::Kept {
            return Err(Failure::new(format!(
                "existing {kind} spec is different; use upsert flag to force update (the Secret {name})"
            )));
        }
        let data = json!({"data": null, "stringData": own});
        self.patch(&known, data).await
    }

    /// All projects, by name.
    pub(crate) async fn projects(&self) -> Result<Vec<Object>, Failure> {
        if let Some(api) = &self.server {
            return over_api::projects(api).await;
        }
        let all = self.client.list(&project_kind(), &ListQuery::in_namespace(&self.namespace)).await;
        all.map_err(|error| explain(error, "read projects"))
    }

    /// One project; `None` when there is none of that name.
    pub(crate) async fn project(&self, name: &str) -> Result<Option<Object>, Failure> {
        if let Some(api) = &self.server {
            return over_api::project(api, name).await.map(Some);
        }
        let found = self.client.get(&project_kind(), Some(&self.namespace), name).await;
        found.map_err(|error| explain(error, "read projects"))
    }

    /// Makes an object.
    pub(crate) async fn create(&self, object: Object) -> Result<(), Failure> {
        match &self.server {
            Some(api) => over_api::create(api, &object).await,
            None => self.write(Write::new(Target::of(&object), Change::Create(object))).await,
        }
    }

    /// Changes an object that is still the one that was read.
    pub(crate) async fn patch(&self, object: &Object, body: Value) -> Result<(), Failure> {
        if let Some(api) = &self.server {
            return over_api::patch(api, object, &body).await;
        }
        let meta = object.meta();
        let precondition =
            Precondition { uid: Some(meta.uid.clone()), resource_version: Some(meta.resource_version.clone()) };
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.write(Write::new(Target::of(object), change).only_if(precondition)).await
    }

    /// Deletes an object.
    pub(crate) async fn delete(&self, object: &Object) -> Result<(), Failure> {
        if let Some(api) = &self.server {
            return over_api::delete(api, object).await;
        }
        let precondition = Precondition { uid: Some(object.meta().uid.clone()), resource_version: None };
        let change = Change::Delete(Propagation::Background);
        self.write(Write::new(Target::of(object), change).only_if(precondition)).await
    }

    pub(crate) async fn write(&self, write: Write) -> Result<(), Failure> {
        let what = format!("write {}", write.target);
        self.client.write(&write).await.map(drop).map_err(|error| explain(error, &what))
    }
}

fn project_kind() -> Gvk {
    Gvk::from_api_version(API_VERSION, APP_PROJECT)
}

/// Asks before something is taken away, where a person is there to answer and did not say `--yes`.
pub(crate) fn is_confirmed(says_yes: bool, question: &str) -> Result<bool, Failure> {
    if says_yes || !terminal::is_interactive() { Ok(true) } else { terminal::confirm(question) }
}

/// The hash upstream names Secrets by: FNV-1a over 32 bits.
pub(crate) fn hash_of(parts: &[&str]) -> u32 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_upstream_gives() {
        // The offset basis and the reference value of FNV-1a.
        assert_eq!(hash_of(&[]), 2_166_136_261);
        assert_eq!(hash_of(&["foo", "bar"]), 0xbf9c_f968);
    }
}
