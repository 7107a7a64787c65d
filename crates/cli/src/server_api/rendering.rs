//! What the server asks of those who render: the same code that `app diff` and `app manifests` run.

use crate::app::{Managed, Store, commit_of, found, veil};
use crate::failure::Failure;
use cluster::ClusterClient;
use compare::Pair;
use futures::future::BoxFuture;
use object::Object;
use serde_json::{Value, json};
use server::tools::{Managed as Told, Tools};

/// Renders for the server.
pub(super) struct Rendering {
    /// Of the control plane's cluster.
    pub client: ClusterClient,
}

impl Tools for Rendering {
    fn manifests(
        &self,
        application: &Object,
        revision: Option<&str>,
    ) -> BoxFuture<'static, Result<Vec<Value>, String>> {
        let (store, application) = (Store::of(self.client.clone()), application.clone());
        let revision = revision.map(str::to_owned);
        Box::pin(async move { manifests(&store, application, revision.as_deref()).await.map_err(words) })
    }

    fn managed(&self, application: &Object) -> BoxFuture<'static, Result<Vec<Told>, String>> {
        let (store, application) = (Store::of(self.client.clone()), application.clone());
        Box::pin(async move { managed(&store, application).await.map_err(words) })
    }

    fn revision(&self, application: &Object, revision: &str) -> BoxFuture<'static, Result<Value, String>> {
        let (store, application, revision) = (Store::of(self.client.clone()), application.clone(), revision.to_owned());
        Box::pin(async move { commit(&store, application, &revision).await.map_err(words) })
    }
}

fn words(failure: Failure) -> String {
    failure.to_string()
}

async fn manifests(store: &Store, application: Object, revision: Option<&str>) -> Result<Vec<Value>, Failure> {
    let managed = Managed::read(store, found(application)?).await?;
    let targets = managed.targets(revision).await?;
    Ok(targets.resources.iter().map(|target| target.object.value()).collect())
}

async fn managed(store: &Store, application: Object) -> Result<Vec<Told>, Failure> {
    let mut managed = Managed::read(store, found(application)?).await?;
    let targets = managed.targets(None).await?;
    let assessment = managed.assess(&targets).await;
    Ok(assessment.pairs.pairs.iter().map(|pair| told(&managed, pair)).collect())
}

fn told(managed: &Managed<'_>, pair: &Pair) -> Told {
    let mut target = pair.desired.as_ref().map(Object::value);
    let mut live = pair.live.known().map(Object::value);
    let compared = managed.compare(pair).ok();
    let is_modified = compared.as_ref().is_none_or(compare::Comparison::is_modified);
    let (mut normalized, mut predicted) = compared.map_or((None, None), |compared| (compared.live, compared.predicted));
    veil(&pair.key.group, &pair.key.kind, target.as_mut(), live.as_mut());
    veil(&pair.key.group, &pair.key.kind, predicted.as_mut(), normalized.as_mut());
    Told { key: pair.key.clone(), target, live, normalized, predicted, is_modified, is_hook: false }
}

async fn commit(store: &Store, application: Object, revision: &str) -> Result<Value, Failure> {
    let made = commit_of(store, &found(application)?.app, revision).await?;
    let author = format!("{} <{}>", made.author.name, made.author.email);
    Ok(json!({"author": author, "date": made.author.time.to_string(), "message": made.message}))
}
