//! The handle controllers work with: the same pipeline as requests over HTTP, without the HTTP. Reads are immediate
//! and share the stored objects; writes are awaited because they may have to become durable.

use crate::error::ApiError;
use crate::group_resource::GroupResource;
use crate::selector::LabelSelector;
use crate::server::Shared;
use crate::store::Store;
use crate::watcher::Watcher;
use object::Object;
use serde_json::Value;
use std::sync::Arc;

/// A way to the API server under one field manager's name. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    shared: Arc<Shared>,
    manager: Arc<str>,
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

/// A change to a part of an object.
#[derive(Debug, Clone)]
pub enum Patch {
    /// A list of JSON Patch operations.
    Json(Value),
    /// A JSON merge patch.
    Merge(Value),
    /// A strategic merge patch; built-in kinds only.
    Strategic(Value),
    /// Server-side apply.
    Apply(Value),
    /// Server-side apply that takes over fields of other managers.
    ForceApply(Value),
}

/// What happens to what the deleted object owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// It is deleted before the object.
    Foreground,
    /// It is deleted after the object.
    Background,
    /// It stays and loses its owner reference.
    Orphan,
}

impl Propagation {
    /// As `propagationPolicy` spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Propagation::Foreground => "Foreground",
            Propagation::Background => "Background",
            Propagation::Orphan => "Orphan",
        }
    }
}

/// How to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// What happens to what the object owns; `None`: the kind's default, which is background nearly everywhere.
    pub propagation: Option<Propagation>,
    /// Seconds a pod is given to end; `None`: as the object says.
    pub grace_period_seconds: Option<i64>,
    /// Only if the object still has this uid.
    pub uid: Option<String>,
    /// Only if the object still has this resourceVersion.
    pub resource_version: Option<String>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Api({})", self.manager)
    }
}

/// Reads: immediate, of the newest state.
impl Api {
    pub(crate) fn new(shared: Arc<Shared>, manager: &str) -> Self {
        Api { shared, manager: manager.into() }
    }

    /// The same way under another field manager's name.
    #[must_use]
    pub fn as_manager(&self, manager: &str) -> Api {
        Api::new(Arc::clone(&self.shared), manager)
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
        self.shared.registry.by_kind(&gvk).map(|served| served.resource.name().clone())
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
        self.write(&resources::PODS, namespace, pod, "binding", Action::Create(binding)).await.map(|_| ())
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

    /// Sets `metadata.finalizers` of a namespace's `spec` through its finalize subresource.
    ///
    /// # Errors
    /// As the API server refuses it.
    pub async fn finalize_namespace(&self, namespace: Value) -> Result<Object, ApiError> {
        self.replace(&resources::NAMESPACES, "finalize", namespace).await
    }
}
