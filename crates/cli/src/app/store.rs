//! Applications read from and written to a cluster.

use crate::failure::Failure;
use api::{Application, names};
use cluster::{
    Change, ClusterClient, ErrorClass, ListQuery, Part, PatchKind, Precondition, Propagation, Target, Write,
};
use object::{Gvk, Object};
use serde_json::Value;

/// One application as it is in the cluster, and read.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub object: Object,
    pub app: Application,
}

/// The name of an application on the command line: `name` or `namespace/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppName {
    pub namespace: String,
    pub name: String,
}

impl AppName {
    /// Reads an argument; a namespace in it wins over the flag, which wins over the usual one.
    pub(crate) fn parse(text: &str, flag: Option<&str>) -> Self {
        let (namespace, name) = match text.split_once('/') {
            Some((namespace, name)) => (namespace, name),
            None => (flag.filter(|flag| !flag.is_empty()).unwrap_or(names::DEFAULT_NAMESPACE), text),
        };
        AppName { namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

impl std::fmt::Display for AppName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The applications of one cluster.
pub(crate) struct Store {
    pub client: ClusterClient,
}

impl Store {
    fn gvk() -> Gvk {
        Gvk::from_api_version(names::API_VERSION, names::APPLICATION)
    }

    /// One application, `None` when there is none of that name.
    pub(crate) async fn find(&self, name: &AppName) -> Result<Option<Found>, Failure> {
        let found = self.client.get(&Store::gvk(), Some(&name.namespace), &name.name).await;
        found.map_err(|error| explain(error, "read applications"))?.map(read).transpose()
    }

    /// One application.
    pub(crate) async fn get(&self, name: &AppName) -> Result<Found, Failure> {
        let found = self.find(name).await?;
        found.ok_or_else(|| {
            Failure::new(format!(
                "application {:?} not found in namespace {:?}; `capstan app list` shows all there are",
                name.name, name.namespace
            ))
        })
    }

    /// All applications of a namespace, or of all, that `selector` fits.
    pub(crate) async fn list(&self, namespace: Option<&str>, selector: Option<&str>) -> Result<Vec<Found>, Failure> {
        let mut query =
            namespace.filter(|name| !name.is_empty()).map_or_else(ListQuery::default, ListQuery::in_namespace);
        if let Some(selector) = selector {
            query = query.labels(selector);
        }
        let objects =
            self.client.list(&Store::gvk(), &query).await.map_err(|error| explain(error, "list applications"))?;
        objects.into_iter().map(read).collect()
    }

    /// Changes an application by a merge patch, provided it is still the one that was read.
    pub(crate) async fn patch(&self, found: &Found, body: Value) -> Result<(), Failure> {
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.write(found, change).await
    }

    /// Deletes an application; what becomes of its resources is the finalizers' affair.
    pub(crate) async fn delete(&self, found: &Found) -> Result<(), Failure> {
        self.write(found, Change::Delete(Propagation::Background)).await
    }

    async fn write(&self, found: &Found, change: Change) -> Result<(), Failure> {
        let uid = Some(found.object.meta().uid.clone());
        let precondition = Precondition { uid, resource_version: None };
        let write = Write::new(Target::of(&found.object), change).only_if(precondition);
        self.client.write(&write).await.map_err(|error| explain(error, "change the application"))?;
        Ok(())
    }
}

/// Reads an application.
pub(crate) fn read(object: Object) -> Result<Found, Failure> {
    let app = Application::read(&object).map_err(|error| Failure::new(error.to_string()))?;
    Ok(Found { object, app })
}

/// An error of the cluster, with the next step.
pub(crate) fn explain(error: cluster::ClusterError, what: &str) -> Failure {
    let next = match error.class {
        ErrorClass::UnknownKind => {
            "; this cluster has no Application kind: install it with `capstan install | kubectl apply -f -`"
        }
        ErrorClass::Unreachable | ErrorClass::TimedOut => "; is the cluster up? `capstan up` starts one here",
        _ => "",
    };
    Failure::new(format!("cannot {what}: {error}{next}"))
}
