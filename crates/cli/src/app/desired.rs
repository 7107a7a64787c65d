//! What an application's repositories declare, read and rendered in this process as the controller does it.

use super::store::explain;
use crate::failure::Failure;
use api::Application;
use applications::sources::{KNOWN_HOSTS, Repositories, SECRET_TYPE, TLS_CERTS, source_input};
use budget::Budget;
use clock::Offload;
use cluster::{ClusterClient, ListQuery};
use git::{GitError, GitSource, Oid, RefScope, Remote, RepositoriesOptions, Wanted};
use object::{Gvk, Object};
use render::Input;

/// One source to read.
struct Source {
    remote: Remote,
    input: Input,
    revision: String,
}

/// Reads and renders the application's sources; `revision` takes the place of the one its source names.
pub(crate) async fn manifests(
    client: &ClusterClient,
    namespace: &str,
    app: &Application,
    revision: Option<&str>,
) -> Result<Vec<Object>, Failure> {
    let declared = repositories(client, namespace).await?;
    let sources = sources(app, &declared, revision)?;
    // Mirrors are for those who come again; this command does not.
    let folder = tempfile::tempdir()?;
    let git = git::Repositories::new(RepositoriesOptions::new(folder.path().to_owned()), Offload::pool(1));
    let mut manifests = Vec::new();
    for source in sources {
        manifests.extend(render(&git, &source).await?);
    }
    Ok(manifests)
}

/// What the control plane's Secrets and ConfigMaps say about repositories.
async fn repositories(client: &ClusterClient, namespace: &str) -> Result<Repositories, Failure> {
    let failed = |error| explain(error, "read how repositories are reached");
    let core = |kind: &str| Gvk::new("", "v1", kind);
    let labelled = ListQuery::in_namespace(namespace).labels(SECRET_TYPE);
    let mut objects = client.list(&core("Secret"), &labelled).await.map_err(failed)?;
    for name in [KNOWN_HOSTS, TLS_CERTS] {
        objects.extend(client.get(&core("ConfigMap"), Some(namespace), name).await.map_err(failed)?);
    }
    Ok(Repositories::read(&objects))
}

fn sources(app: &Application, declared: &Repositories, revision: Option<&str>) -> Result<Vec<Source>, Failure> {
    let all = app.spec.effective_sources();
    if revision.is_some() && all.len() > 1 {
        let count = all.len();
        return Err(Failure::new(format!(
            "--revision does not say which of the application's {count} sources it is for; leave it out"
        )));
    }
    let mut sources = Vec::new();
    for source in all {
        let Some(input) = source_input(&source).map_err(Failure::new)? else { continue };
        let remote = declared.remote(&source.repo_url, app.spec.project_name());
        let remote = remote.map_err(|error| Failure::new(error.to_string()))?;
        let revision = revision.unwrap_or(&source.target_revision).to_owned();
        sources.push(Source { remote, input, revision });
    }
    Ok(sources)
}

async fn render(git: &git::Repositories, source: &Source) -> Result<Vec<Object>, Failure> {
    let unread = |error: GitError| Failure::new(error.to_string());
    let wanted = resolve(git, &source.remote, &source.revision).await?;
    let commit = git.ensure_commit(&source.remote, &wanted).await.map_err(unread)?;
    let tree = git.tree(&source.remote, commit).await.map_err(unread)?;
    let rendered = render::render(&source.input, &*tree, &mut Budget::default());
    if !rendered.problems.is_empty() {
        let problems: Vec<String> = rendered.problems.iter().map(ToString::to_string).collect();
        return Err(Failure::new(format!("Manifest generation error: {}", problems.join("; "))));
    }
    Ok(rendered.objects.into_iter().map(|manifest| manifest.object).collect())
}

async fn resolve(git: &git::Repositories, remote: &Remote, revision: &str) -> Result<Wanted, Failure> {
    if let Some(commit) = Oid::parse(revision) {
        return Ok(Wanted::Commit(commit));
    }
    let mut scope = RefScope::default();
    scope.add_revision(revision);
    let refs = git.list_refs(remote, &scope).await.map_err(|error| Failure::new(error.to_string()))?;
    git::resolve(&refs, revision).map_err(|error| Failure::new(format!("{}: {error}", remote.url)))
}
