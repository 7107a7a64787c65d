//! One cluster, one namespace, and the requests of these commands.

use super::ending::{failed, refused_by};
use super::flags::Flags;
use super::live::Live;
use crate::connection::Connection;
use crate::failure::Failure;
use api::GoDuration;
use clock::Clock;
use cluster::{Change, ClusterClient, ClusterError, ErrorClass, ListQuery, Part, PatchKind, Target, Write};
use object::{Gvk, Object};
use serde_json::Value;
use std::future::Future;
use std::time::Duration;

/// One cluster and one namespace.
pub(super) struct Session {
    pub client: ClusterClient,
    pub namespace: String,
    pub clock: Clock,
    limit: Option<Duration>,
    live: Option<Live>,
}

/// An object to be written, by kind and name.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub kind: &'a str,
    pub name: &'a str,
}

impl Session {
    /// Opens one. Nothing is sent yet.
    pub(super) async fn open(connection: &Connection, flags: &Flags, clock: &Clock) -> Result<Self, Failure> {
        let limit = match flags.request_timeout.as_str() {
            "0" | "" => None,
            text => Some(GoDuration::parse_go(text).map_err(|error| failed(error.to_string()))?.to_std()),
        };
        let overrides = flags.overrides(connection.context.as_deref());
        let path = connection.kubeconfig_path();
        let opened = ClusterClient::from_overridden(path.as_deref(), &overrides, clock).await;
        let (client, namespace) = opened.map_err(|error| {
            failed(format!("{error}; name a cluster with --kubeconfig, or start one with `capstan up`"))
        })?;
        let namespace = flags.namespace.clone().unwrap_or(namespace);
        let limit = limit.filter(|limit| !limit.is_zero());
        Ok(Session { client, namespace, clock: clock.clone(), limit, live: None })
    }

    /// The same, reading what is followed from now on instead of asking for it.
    pub(super) fn reading(&self, live: &Live) -> Self {
        Session {
            client: self.client.clone(),
            namespace: self.namespace.clone(),
            clock: self.clock.clone(),
            limit: self.limit,
            live: Some(live.clone()),
        }
    }

    /// A kind of Argo Rollouts.
    pub(super) fn gvk(kind: &str) -> Gvk {
        Gvk::from_api_version(api::names::API_VERSION, kind)
    }

    async fn limited<T>(&self, work: impl Future<Output = Result<T, ClusterError>>) -> Result<T, Failure> {
        let done = match self.limit {
            None => work.await,
            Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                let message =
                    format!("no answer within {} s; --request-timeout says how long to wait", limit.as_secs_f64());
                Err(ClusterError::new(ErrorClass::TimedOut, message))
            }),
        };
        done.map_err(|error| refused_by(&error))
    }

    /// An object of the namespace, or of the cluster.
    pub(super) async fn find(&self, gvk: &Gvk, name: &str) -> Result<Option<Object>, Failure> {
        if let Some(found) = self.live.as_ref().and_then(|live| live.find(gvk, &self.namespace, name)) {
            return Ok(found);
        }
        self.limited(self.client.get(gvk, Some(&self.namespace), name)).await
    }

    /// An object of Argo Rollouts that must be there.
    pub(super) async fn get(&self, named: Named<'_>) -> Result<Object, Failure> {
        let found = self.find(&Session::gvk(named.kind), named.name).await?;
        found.ok_or_else(|| {
            failed(format!("{}s.argoproj.io {:?} not found", named.kind.to_ascii_lowercase(), named.name))
        })
    }

    /// Objects of the namespace.
    pub(super) async fn list(&self, gvk: &Gvk) -> Result<Vec<Object>, Failure> {
        if let Some(objects) = self.live.as_ref().and_then(|live| live.list(gvk, &self.namespace)) {
            return Ok(objects);
        }
        self.select(gvk, &ListQuery::in_namespace(&self.namespace)).await
    }

    /// Objects that a query selects.
    pub(super) async fn select(&self, gvk: &Gvk, query: &ListQuery) -> Result<Vec<Object>, Failure> {
        self.limited(self.client.list(gvk, query)).await
    }

    /// Merges a patch into an object of Argo Rollouts.
    pub(super) async fn merge(&self, named: Named<'_>, body: Value) -> Result<Object, Failure> {
        let change = Change::Patch { kind: PatchKind::Merge, body, part: Part::Whole };
        self.write(Session::gvk(named.kind), named.name, change).await
    }

    /// Merges a patch into the status of a Rollout.
    // Compat: definitions from before 0.10 have no status subresource; there the object itself is patched.
    pub(super) async fn merge_status(&self, name: &str, body: Value) -> Result<Object, Failure> {
        let target = Target::new(Session::gvk(api::rollouts::ROLLOUT), Some(&self.namespace), name);
        let patch = |part| {
            let change = Change::Patch { kind: PatchKind::Merge, body: body.clone(), part };
            Write::new(target.clone(), change)
        };
        let (status, whole) = (patch(Part::Status), patch(Part::Whole));
        let work = async {
            match self.client.write(&status).await {
                Err(error) if error.class == ErrorClass::NotFound => self.client.write(&whole).await,
                done => done,
            }
        };
        written(self.limited(work).await?, name)
    }

    /// Makes one change to one object of the namespace.
    pub(super) async fn write(&self, gvk: Gvk, name: &str, change: Change) -> Result<Object, Failure> {
        let write = Write::new(Target::new(gvk, Some(&self.namespace), name), change);
        written(self.limited(self.client.write(&write)).await?, name)
    }

    /// Makes an object.
    pub(super) async fn create(&self, object: Object) -> Result<Object, Failure> {
        let write = Write::new(Target::of(&object), Change::Create(object));
        written(self.limited(self.client.write(&write)).await?, "")
    }

    /// Puts an object in place of the one that was read, provided it has not changed since.
    pub(super) async fn update(&self, object: Object) -> Result<Object, ClusterError> {
        let write = Write::new(Target::of(&object), Change::Update(object.clone()));
        Ok(self.client.write(&write).await?.object.unwrap_or(object))
    }
}

fn written(written: cluster::Written, name: &str) -> Result<Object, Failure> {
    written.object.ok_or_else(|| failed(format!("the server did not say what became of {name:?}")))
}
