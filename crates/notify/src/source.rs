//! What the controller needs of the world beyond the cluster. A leaf module: it knows no service and no repository.

use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use notifications::{CommitMetadata, Destination, Notification, Owner, ServiceConfig};
use notifiers::{Delivery, Notifiers, SendError};
use serde_json::Value as Json;
use std::sync::Arc;

/// Takes notifications to where people read them.
pub trait Sender: Send + Sync + 'static {
    /// Delivers.
    fn send(
        &self,
        service: ServiceConfig,
        notification: Notification,
        destination: Destination,
        owner: Owner,
    ) -> BoxFuture<'static, Result<(), SendError>>;
}

impl Sender for Arc<Notifiers> {
    fn send(
        &self,
        service: ServiceConfig,
        notification: Notification,
        destination: Destination,
        owner: Owner,
    ) -> BoxFuture<'static, Result<(), SendError>> {
        let notifiers = Arc::clone(self);
        Box::pin(async move {
            let delivery =
                Delivery { service: &service, notification: &notification, destination: &destination, owner };
            Notifiers::send(&notifiers, &delivery).await
        })
    }
}

/// Answers what expressions and templates ask of repositories. Errors are told to whoever asked.
pub trait Lookups: Send + Sync + 'static {
    /// A commit of an application's repository.
    fn commit(&self, application: Arc<Json>, commit: String) -> BoxFuture<'static, Result<CommitMetadata, String>>;

    /// What an application's source is made of.
    fn details(&self, application: Arc<Json>) -> BoxFuture<'static, Result<Json, String>>;
}

/// Knows no repository.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLookups;

impl Lookups for NoLookups {
    fn commit(&self, _: Arc<Json>, _: String) -> BoxFuture<'static, Result<CommitMetadata, String>> {
        ready(Err("no repository can be asked here".to_owned())).boxed()
    }

    fn details(&self, _: Arc<Json>) -> BoxFuture<'static, Result<Json, String>> {
        ready(Err("no repository can be asked here".to_owned())).boxed()
    }
}
