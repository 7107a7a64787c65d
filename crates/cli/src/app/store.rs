//! Applications read from and written to a cluster.

use super::server;
use crate::failure::Failure;
use crate::session::Api;
use api::names;
use clock::Clock;
use cluster::{
    Change, ClusterClient, ErrorClass, ListQuery, Part, PatchKind, Precondition, Propagation, Target, Write,
};
use object::Gvk;
use serde_json::{Value, json};

pub(crate) use super::found::{AppName, Found, read};

/// The applications of one cluster, or of a server.
pub(crate) struct Store {
    /// The cluster; where there is a server, one that answers nothing.
    pub client: ClusterClient,
    /// The server that is asked in the cluster's place.
    pub server: Option<Api>,
}

impl Store {
    /// Those of a cluster.
    pub(crate) fn of(client: ClusterClient) -> Self {
        Store { client, server: None }
    }

    /// Those of a server.
    pub(crate) fn of_server(api: Api, clock: &Clock) -> Self {
        Store { client: by_server_only(clock), server: Some(api) }
    }

    fn gvk() -> Gvk {
        Gvk::from_api_version(names::API_VERSION, names::APPLICATION)
    }

    /// One application, `None` when there is none of that name.
    pub(crate) async fn find(&self, name: &AppName) -> Result<Option<Found>, Failure> {
        if let Some(api) = &self.server {
            return server::find(api, name).await;
        }
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
        if let Some(api) = &self.server {
            let query = [("appNamespace", namespace.unwrap_or_default()), ("selector", selector.unwrap_or_default())];
            return server::list(api, &query).await;
        }
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
        if let Some(api) = &self.server {
            return server::patch(api, found, &body).await;
        }
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.write(found, change).await
    }

    /// Starts an operation; a rollback is told by its number.
    pub(crate) async fn start(&self, found: &Found, operation: Value, rollback: Option<i64>) -> Result<(), Failure> {
        match &self.server {
            Some(api) => server::start(api, found, &operation, rollback).await,
            None => {
                // Compat: it clears the state of the last one.
                let body = json!({"operation": operation, "status": {"operationState": Value::Null}});
                self.patch(found, body).await
            }
        }
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

/// A cluster that answers nothing, where only a server was named.
pub(crate) fn by_server_only(clock: &Clock) -> ClusterClient {
    ClusterClient::from_service(tower::service_fn(|_| answer_nothing()), clock)
}

async fn answer_nothing() -> Result<http::Response<http_body_util::Full<bytes::Bytes>>, std::convert::Infallible> {
    let message = "this command reads the cluster itself: name it with --kubeconfig";
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 501, "message": message});
    let mut response = http::Response::new(http_body_util::Full::new(status.to_string().into()));
    *response.status_mut() = http::StatusCode::NOT_IMPLEMENTED;
    Ok(response)
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
