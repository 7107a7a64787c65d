//! The handle controllers work with: the same pipeline as requests over HTTP, without the HTTP. Reads are immediate
//! and share the stored objects; writes are awaited because they may have to become durable.

use crate::error::ApiError;
use crate::group_resource::{GroupResource, resources};
use crate::pipeline::{self, Removal, WriteOptions, Writing};
use crate::selector::LabelSelector;
use crate::shared::Shared;
use crate::store::object_key;
use crate::verbs::{DeleteOptions, Patch};
use crate::watcher::Watcher;
use bytes::Bytes;
use object::Object;
use serde_json::Value;
use std::sync::Arc;

/// A way to the API server under one field manager's name. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    shared: Arc<Shared>,
    manager: Arc<str>,
    acknowledges: Acknowledges,
}

/// When a write is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Acknowledges {
    /// When it survives the process.
    Durable,
    /// When it is visible: the writer would do it again after a crash.
    Visible,
}

/// Where a watch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchFrom {
    /// With the changes from now on.
    Now,
    /// After this revision, usually that of a [`List`].
    Revision(u64),
}

/// A list and the revision it is of: watch from there to miss nothing.
#[derive(Debug, Clone)]
pub struct List {
    /// Revision of the list.
    pub revision: u64,
    /// The objects, ordered by namespace and name.
    pub items: Vec<Object>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Api({})", self.manager)
    }
}

/// Reads: immediate, of the newest state.
impl Api {
    pub(crate) fn new(shared: Arc<Shared>, manager: &str) -> Self {
        Api { shared, manager: manager.into(), acknowledges: Acknowledges::Durable }
    }

    /// The same way with writes acknowledged as soon as they are visible. For level-triggered controllers, which make
    /// the same write again after a crash; never for a client that was promised something.
    #[must_use]
    pub fn unwaited(&self) -> Api {
        Api { acknowledges: Acknowledges::Visible, ..self.clone() }
    }

    /// The same way under another field manager's name.
    #[must_use]
    pub fn as_manager(&self, manager: &str) -> Api {
        Api { manager: manager.into(), ..self.clone() }
    }

    /// The clock everything in the cluster goes by.
    #[must_use]
    pub fn clock(&self) -> &clock::Clock {
        &self.shared.clock
    }

    /// The revision of the last change of anything.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.shared.store.revision()
    }

    /// One object in its stored version; `None` when it is not there. The namespace of cluster-scoped objects is "".
    #[must_use]
    pub fn get(&self, resource: &GroupResource, namespace: &str, name: &str) -> Option<Object> {
        self.shared.store.get(resource, &object_key(namespace, name)).map(|entry| entry.object)
    }

    /// The objects of a resource in one namespace, or in all when it is "".
    #[must_use]
    pub fn list(&self, resource: &GroupResource, namespace: &str) -> List {
        let snapshot = self.shared.store.list(resource, namespace);
        let items = snapshot.entries.into_iter().map(|(_, entry)| entry.object).collect();
        List { revision: snapshot.revision, items }
    }

    /// The `Scale` of an object; `None` when it is not there or cannot be scaled.
    #[must_use]
    pub fn scale_of(&self, resource: &GroupResource, namespace: &str, name: &str) -> Option<Value> {
        let served = self.shared.registry.by_name(resource)?;
        let object = self.get(resource, namespace, name)?;
        Some(pipeline::scale_of(&object.value(), &served.scale()?))
    }

    /// Those of them whose labels match.
    #[must_use]
    pub fn list_matching(&self, resource: &GroupResource, namespace: &str, selector: &LabelSelector) -> List {
        let mut list = self.list(resource, namespace);
        list.items.retain(|object| selector.matches(&object.meta().labels));
        list
    }

    /// The object of that uid, with its resource.
    #[must_use]
    pub fn by_uid(&self, uid: &str) -> Option<(GroupResource, Object)> {
        self.shared.store.by_uid(uid)
    }

    /// The objects of all resources whose owner references name that uid: no search, an index.
    #[must_use]
    pub fn owned_by(&self, uid: &str) -> Vec<(GroupResource, Object)> {
        self.shared.store.owned_by(uid)
    }

    /// The objects of all resources in a namespace.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Vec<(GroupResource, Object)> {
        self.shared.store.in_namespace(namespace)
    }

    /// The resource that objects of this `apiVersion` and `kind` belong to, built in or custom.
    #[must_use]
    pub fn resource_of(&self, api_version: &str, kind: &str) -> Option<GroupResource> {
        let gvk = object::Gvk::from_api_version(api_version, kind);
        self.shared.registry.by_kind(&gvk).map(|served| served.resource.name())
    }

    /// Follows the changes of one resource.
    #[must_use]
    pub fn watch(&self, resource: &GroupResource, from: WatchFrom) -> Watcher {
        Watcher::new(Arc::clone(&self.shared.store), Some(resource.clone()), self.start(from))
    }

    /// Follows the changes of everything.
    #[must_use]
    pub fn watch_all(&self, from: WatchFrom) -> Watcher {
        Watcher::new(Arc::clone(&self.shared.store), None, self.start(from))
    }

    fn start(&self, from: WatchFrom) -> u64 {
        match from {
            WatchFrom::Now => self.revision(),
            WatchFrom::Revision(revision) => revision,
        }
    }
}

/// Writes: the pipeline of requests over HTTP, under this handle's field manager. The object comes back as stored.
impl Api {
    /// Creates an object; `metadata.generateName` is honoured. Its namespace is `namespace`, "" when cluster-scoped.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn create(&self, resource: &GroupResource, namespace: &str, object: Value) -> Result<Object, ApiError> {
        self.write(resource, namespace, "", "", Action::Create(object)).await
    }

    /// Replaces an object; a resourceVersion in it guards the write.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn update(&self, resource: &GroupResource, object: Value) -> Result<Object, ApiError> {
        self.replace(resource, "", object).await
    }

    /// Replaces an object's status and nothing else of it.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn update_status(&self, resource: &GroupResource, object: Value) -> Result<Object, ApiError> {
        self.replace(resource, "status", object).await
    }

    async fn replace(&self, resource: &GroupResource, subresource: &str, object: Value) -> Result<Object, ApiError> {
        let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
        let (namespace, name) = (text("namespace"), text("name"));
        self.write(resource, &namespace, &name, subresource, Action::Update(object)).await
    }

    /// Changes a part of an object.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn patch(
        &self,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        patch: Patch,
    ) -> Result<Object, ApiError> {
        self.write(resource, namespace, name, "", Action::Patch(patch)).await
    }

    /// Changes a part of an object's status.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn patch_status(
        &self,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        patch: Patch,
    ) -> Result<Object, ApiError> {
        self.write(resource, namespace, name, "status", Action::Patch(patch)).await
    }

    /// Sets `spec.replicas` through the scale subresource; gives the `Scale`.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn scale(
        &self,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        replicas: i32,
    ) -> Result<Object, ApiError> {
        let patch = Patch::Merge(serde_json::json!({"spec": {"replicas": replicas}}));
        self.write(resource, namespace, name, "scale", Action::Patch(patch)).await
    }

    /// Puts a pod on a node, through the binding subresource.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn bind(&self, namespace: &str, pod: &str, node: &str) -> Result<(), ApiError> {
        let binding = serde_json::json!({
            "apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod, "namespace": namespace},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        });
        self.write_raw(&resources::PODS, namespace, pod, "binding", Action::Create(binding)).await.map(|_| ())
    }

    /// Deletes an object. `Some`: it stays for now, because of finalizers or a grace period; `None`: it is gone.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn delete(
        &self,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        options: DeleteOptions,
    ) -> Result<Option<Object>, ApiError> {
        self.remove(resource, namespace, name, options).await
    }

    /// Replaces a namespace through its finalize subresource, the one way to change `spec.finalizers`.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn finalize_namespace(&self, namespace: Value) -> Result<Object, ApiError> {
        self.replace(&resources::NAMESPACES, "finalize", namespace).await
    }
}

enum Action {
    Create(Value),
    Update(Value),
    Patch(Patch),
}

impl Api {
    async fn write(
        &self,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        subresource: &str,
        action: Action,
    ) -> Result<Object, ApiError> {
        let raw = self.write_raw(resource, namespace, name, subresource, action).await?;
        Object::parse(raw).map_err(ApiError::internal)
    }

    async fn write_raw(
        &self,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        subresource: &str,
        action: Action,
    ) -> Result<Bytes, ApiError> {
        let served = self.shared.registry.by_name(resource).ok_or_else(ApiError::no_such_resource)?;
        let options = WriteOptions::in_process(&self.manager);
        let writing =
            Writing { shared: &self.shared, served: &served, namespace, name, subresource, options: &options };
        let outcome = match action {
            Action::Create(object) if !subresource.is_empty() => pipeline::create_subresource(&writing, &object),
            Action::Create(mut object) => {
                served.default(&mut object);
                pipeline::create(&writing, object)
            }
            Action::Update(mut object) => {
                served.default(&mut object);
                pipeline::replace(&writing, object)
            }
            Action::Patch(patch) => pipeline::patch(&writing, &patch),
        }?;
        self.acknowledge(outcome.revision).await?;
        Ok(outcome.raw)
    }

    async fn acknowledge(&self, revision: Option<u64>) -> Result<(), ApiError> {
        match (revision, self.acknowledges) {
            (Some(revision), Acknowledges::Durable) => {
                self.shared.store.durable(revision).await.map_err(ApiError::internal)
            }
            _ => Ok(()),
        }
    }

    async fn remove(
        &self,
        resource: &GroupResource,
        namespace: &str,
        name: &str,
        options: DeleteOptions,
    ) -> Result<Option<Object>, ApiError> {
        let served = self.shared.registry.by_name(resource).ok_or_else(ApiError::no_such_resource)?;
        let write = WriteOptions::in_process(&self.manager);
        let writing =
            Writing { shared: &self.shared, served: &served, namespace, name, subresource: "", options: &write };
        let removed = pipeline::delete(&writing, &Removal { options, orphan_dependents: None })?;
        self.acknowledge(removed.outcome.revision).await?;
        if removed.is_gone {
            return Ok(None);
        }
        Object::parse(removed.outcome.raw).map(Some).map_err(ApiError::internal)
    }
}
