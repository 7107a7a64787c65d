//! ConfigMaps of the control plane that say whom it trusts: all of it is public.

use crate::app::explain;
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use cluster::{Change, Part, PatchKind, Precondition, Target, Write};
use object::{Gvk, Object};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One of these ConfigMaps as it was read.
pub(crate) struct Trusted<'c> {
    control_plane: &'c ControlPlane,
    name: &'static str,
    object: Option<Object>,
    /// What it holds.
    pub data: BTreeMap<String, String>,
}

impl<'c> Trusted<'c> {
    /// Reads it; one that is not there holds nothing.
    pub(crate) async fn read(control_plane: &'c ControlPlane, name: &'static str) -> Result<Self, Failure> {
        if control_plane.server.is_some() {
            let next = "say --core to work straight in the cluster of the control plane";
            return Err(Failure::new(format!("the server does not manage {name} for this command; {next}")));
        }
        let (client, namespace) = (&control_plane.client, &control_plane.namespace);
        let found = client.get(&Gvk::new("", "v1", "ConfigMap"), Some(namespace), name).await;
        let object = found.map_err(|error| explain(error, &format!("read the ConfigMap {name}")))?;
        let data = object.as_ref().and_then(|object| object.get("/data"));
        let data = data.and_then(|data| serde_json::from_value(data).ok()).unwrap_or_default();
        Ok(Trusted { control_plane, name, object, data })
    }

    /// Changes entries, `null` for those that go; made where it is not there. Nobody's change in between is lost.
    pub(crate) async fn change(&self, entries: Value) -> Result<(), Failure> {
        let namespace = &self.control_plane.namespace;
        let Some(object) = &self.object else {
            let entries = entries.as_object().cloned().unwrap_or_default();
            let data: BTreeMap<_, _> = entries.into_iter().filter(|(_, value)| !value.is_null()).collect();
            let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": data,
                "metadata": {"name": self.name, "namespace": namespace, "labels": {"app.kubernetes.io/part-of": "argocd"}}});
            let made = Object::from_value(&value).map_err(|error| Failure::new(error.to_string()))?;
            return self.control_plane.write(Write::new(Target::of(&made), Change::Create(made))).await;
        };
        let meta = object.meta();
        let precondition =
            Precondition { uid: Some(meta.uid.clone()), resource_version: Some(meta.resource_version.clone()) };
        let change = Change::Patch { kind: PatchKind::Merge, body: json!({"data": entries}), part: Part::Whole };
        self.control_plane.write(Write::new(Target::of(object), change).only_if(precondition)).await
    }
}
