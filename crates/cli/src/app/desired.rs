//! What an application's repositories declare, read and rendered in this process as the controller does it.

use super::store::{Store, explain};
use crate::failure::Failure;
use crate::render::{Renderer, problems};
use api::Application;
use applications::sources::{CONFIG, KNOWN_HOSTS, Repositories, SECRET_TYPE, TLS_CERTS};
use clock::Clock;
use cluster::{ClusterClient, ListQuery};
use object::{Gvk, Object};
use render::Capabilities;

/// The clusters a rendering reads.
pub(crate) struct Clients<'c> {
    /// Where the application is, and what is declared about repositories.
    pub home: &'c ClusterClient,
    /// Where it goes to.
    pub there: &'c ClusterClient,
}

/// Reads and renders the application's sources; `revision` takes the place of the one its source names.
pub(crate) async fn manifests(
    clients: &Clients<'_>,
    namespace: &str,
    app: &Application,
    revision: Option<&str>,
) -> Result<Vec<Object>, Failure> {
    let declared = repositories(clients.home, namespace).await?;
    let served = clients.there.served().await?;
    let mut renderer = Renderer::new(&Clock::system())?;
    renderer.capabilities = Some(Capabilities::new(served.cluster_version.clone(), served.api_versions()));
    let all = renderer.application(app, &declared, namespace, revision).await?;
    match problems(&all) {
        Some(failure) => Err(failure),
        None => Ok(all.into_iter().flat_map(|rendered| rendered.objects).map(|manifest| manifest.object).collect()),
    }
}

/// The commit that a revision of the application's first source means.
pub(crate) async fn commit_of(store: &Store, app: &Application, revision: &str) -> Result<git::CommitInfo, Failure> {
    let declared = repositories(&store.client, api::names::DEFAULT_NAMESPACE).await?;
    let sources = app.spec.effective_sources();
    let source = sources.first().ok_or_else(|| Failure::new("the application has no source"))?;
    let remote = declared.remote(&source.repo_url, app.spec.project_name());
    let remote = remote.map_err(|error| Failure::new(error.to_string()))?;
    Renderer::new(&Clock::system())?.commit(&remote, revision).await
}

/// What the control plane's Secrets and ConfigMaps say about repositories.
async fn repositories(client: &ClusterClient, namespace: &str) -> Result<Repositories, Failure> {
    let failed = |error| explain(error, "read how repositories are reached");
    let core = |kind: &str| Gvk::new("", "v1", kind);
    let labelled = ListQuery::in_namespace(namespace).labels(SECRET_TYPE);
    let mut objects = client.list(&core("Secret"), &labelled).await.map_err(failed)?;
    for name in [KNOWN_HOSTS, TLS_CERTS, CONFIG] {
        objects.extend(client.get(&core("ConfigMap"), Some(namespace), name).await.map_err(failed)?);
    }
    Ok(Repositories::read(&objects))
}
