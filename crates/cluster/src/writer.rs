//! One write under way: the requests that changes are made of.

use crate::client::ClusterClient;
use crate::request::{Manner, object_path, patch_type};
use crate::{
    ClusterError, Conflicts, DryRun, Effect, ErrorClass, Part, PatchKind, Precondition, Propagation, Request, Resource,
    Scope, Target, Write, Written,
};
use bytes::Bytes;
use object::Object;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// How long a recreation waits for the old object to go. What takes longer (finalizers) is for the next pass.
const RECREATE_WAIT: Duration = Duration::from_secs(8);

/// How often a recreation looks whether the old object is gone.
const RECREATE_POLL: Duration = Duration::from_millis(250);

/// One write under way.
pub(crate) struct Writer<'w> {
    pub client: &'w ClusterClient,
    pub resource: &'w Resource,
    pub write: &'w Write,
}

impl Writer<'_> {
    pub(crate) fn target(&self) -> &Target {
        &self.write.target
    }

    fn namespace(&self) -> Option<&str> {
        self.target().namespace.as_deref()
    }

    fn path(&self, part: Part) -> String {
        object_path(self.resource, self.namespace(), &self.target().name, part)
    }

    pub(crate) fn manner<'m>(&self, manager: Option<&'m str>) -> Manner<'m> {
        Manner { dry_run: self.write.dry_run, manager, force: false }
    }

    /// The object's tree in the namespace it is written to.
    pub(crate) fn in_place(&self, object: &Object) -> Value {
        let mut value = object.value();
        if let (Some(namespace), Some(_)) = (self.namespace(), value["metadata"].as_object())
            && self.resource.scope == Scope::Namespaced
        {
            value["metadata"]["namespace"] = Value::from(namespace);
        }
        value
    }

    pub(crate) async fn read(&self) -> Result<Option<Object>, ClusterError> {
        let target = self.target();
        self.client.get(&target.gvk, self.namespace(), &target.name).await
    }

    /// Sends a request whose answer is an object.
    pub(crate) async fn send(&self, request: &Request) -> Result<Object, ClusterError> {
        let answer = self.client.send(request).await?;
        Object::parse(answer).map_err(|error| {
            ClusterError::new(ErrorClass::Malformed, format!("the server's answer cannot be read: {error}"))
        })
    }

    pub(crate) async fn create(&self, value: Value, manager: Option<&str>) -> Result<Written, ClusterError> {
        let body = Bytes::from(value.to_string());
        let object = self.send(&Request::create(self.resource, self.namespace(), body, self.manner(manager))).await?;
        Ok(Written::new(Effect::Created, Some(object)))
    }

    pub(crate) async fn update(
        &self,
        object: &Object,
        only_if: &Precondition,
        effect: Effect,
    ) -> Result<Written, ClusterError> {
        let mut value = self.in_place(object);
        set_precondition(&mut value, only_if);
        let body = Bytes::from(value.to_string());
        let name = &self.target().name;
        let request = Request::update(self.resource, self.namespace(), name, body, self.manner(None));
        Ok(Written::new(effect, Some(self.send(&request).await?)))
    }

    pub(crate) async fn replace(&self, object: &Object) -> Result<Written, ClusterError> {
        let Some(live) = self.read().await? else { return self.create(self.in_place(object), None).await };
        let mut only_if = self.write.precondition.clone();
        only_if.resource_version.get_or_insert_with(|| live.meta().resource_version.clone());
        self.update(object, &only_if, Effect::Replaced).await
    }

    /// Deletes the live object, waits until it is gone and creates it anew.
    pub(crate) async fn recreate(&self, value: Value, manager: Option<&str>) -> Result<Written, ClusterError> {
        if self.write.dry_run == DryRun::Server {
            // What would be deleted stands in the way of a trial creation.
            return Ok(Written::new(Effect::Replaced, self.read().await?));
        }
        self.delete(Propagation::Background, &self.write.precondition).await?;
        let started = self.client.clock().monotonic();
        while self.read().await?.is_some() {
            if started.elapsed() >= RECREATE_WAIT {
                let message = format!("{} is still being deleted; it is created anew when it is gone", self.target());
                return Err(ClusterError::new(ErrorClass::Conflict, message));
            }
            sleep(RECREATE_POLL).await;
        }
        let written = self.create(value, manager).await?;
        Ok(Written { effect: Effect::Replaced, ..written })
    }

    pub(crate) async fn patch(&self, kind: PatchKind, body: &Value, part: Part) -> Result<Written, ClusterError> {
        let mut body = body.clone();
        let content_type = match kind {
            PatchKind::Json => {
                test_precondition(&mut body, &self.write.precondition);
                patch_type::JSON
            }
            PatchKind::Merge => patch_type::MERGE,
            PatchKind::Strategic => patch_type::STRATEGIC,
        };
        if kind != PatchKind::Json {
            set_precondition(&mut body, &self.write.precondition);
        }
        let body = Bytes::from(body.to_string());
        let request = Request::patch(self.path(part), content_type, body, self.manner(None));
        Ok(Written::new(Effect::Patched, Some(self.send(&request).await?)))
    }

    /// Sends a patch of the whole object in the name of `manager`.
    pub(crate) async fn patch_as(
        &self,
        content_type: &'static str,
        body: &Value,
        manager: &str,
    ) -> Result<Object, ClusterError> {
        let body = Bytes::from(body.to_string());
        let request = Request::patch(self.path(Part::Whole), content_type, body, self.manner(Some(manager)));
        self.send(&request).await
    }

    pub(crate) async fn apply_server_side(
        &self,
        desired: &Object,
        manager: &str,
        conflicts: Conflicts,
    ) -> Result<Written, ClusterError> {
        let mut value = self.in_place(desired);
        set_precondition(&mut value, &self.write.precondition);
        let manner = Manner { force: conflicts == Conflicts::Force, ..self.manner(Some(manager)) };
        let body = Bytes::from(value.to_string());
        let request = Request::patch(self.path(Part::Whole), patch_type::APPLY, body, manner);
        Ok(Written::new(Effect::ServerSideApplied, Some(self.send(&request).await?)))
    }

    pub(crate) async fn delete(
        &self,
        propagation: Propagation,
        only_if: &Precondition,
    ) -> Result<Written, ClusterError> {
        let request = Request::delete(self.path(Part::Whole), propagation, only_if, self.manner(None));
        match self.client.send(&request).await {
            // The answer is the object while finalizers run, else a status, which is no object.
            Ok(answer) => {
                let object = Object::parse(answer).ok().filter(|object| &*object.gvk().kind != "Status");
                Ok(Written::new(Effect::Deleted, object))
            }
            Err(error) if error.class == ErrorClass::NotFound => Ok(Written::new(Effect::AlreadyGone, None)),
            Err(error) => Err(error),
        }
    }

    /// Asks for an eviction. The answer says only that it was granted.
    pub(crate) async fn evict(&self, only_if: &Precondition) -> Result<Written, ClusterError> {
        let path = format!("{}/eviction", self.path(Part::Whole));
        let request = Request::evict(path, self.namespace(), &self.target().name, only_if, self.manner(None));
        match self.client.send(&request).await {
            Ok(_) => Ok(Written::new(Effect::Deleted, None)),
            Err(error) if error.class == ErrorClass::NotFound => Ok(Written::new(Effect::AlreadyGone, None)),
            Err(error) => Err(error),
        }
    }
}

/// Puts the precondition where updates and most patches carry it: into the object's metadata.
fn set_precondition(value: &mut Value, only_if: &Precondition) {
    if only_if == &Precondition::default() {
        return;
    }
    if !value["metadata"].is_object() {
        value["metadata"] = json!({});
    }
    if let Some(uid) = &only_if.uid {
        value["metadata"]["uid"] = Value::from(&**uid);
    }
    if let Some(version) = &only_if.resource_version {
        value["metadata"]["resourceVersion"] = Value::from(&**version);
    }
}

/// Puts the precondition in front of a JSON patch. The version is set rather than tested, since that is refused as a
/// conflict and a test only as invalid.
fn test_precondition(patch: &mut Value, only_if: &Precondition) {
    let Some(operations) = patch.as_array_mut() else { return };
    if let Some(version) = &only_if.resource_version {
        let set = json!({"op": "replace", "path": "/metadata/resourceVersion", "value": &**version});
        operations.insert(0, set);
    }
    if let Some(uid) = &only_if.uid {
        operations.insert(0, json!({"op": "test", "path": "/metadata/uid", "value": &**uid}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preconditions_go_in_front_of_a_json_patch() {
        let mut patch = json!([{"op": "add", "path": "/data", "value": {}}]);
        let only_if = Precondition { uid: Some("u".into()), resource_version: Some("7".into()) };
        test_precondition(&mut patch, &only_if);
        assert_eq!(patch[0], json!({"op": "test", "path": "/metadata/uid", "value": "u"}));
        assert_eq!(patch[1], json!({"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}));
        assert_eq!(patch[2]["op"], "add");
    }
}
