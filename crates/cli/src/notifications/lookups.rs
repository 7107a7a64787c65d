//! What conditions and templates ask of repositories, with the credentials that Applications use.

use applications::sources;
use cluster::{Cache, GroupKind};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use git::{GitSource, Oid, Remote, Repositories, Wanted};
use notifications::CommitMetadata;
use notifications::details::{details, source_of};
use notify::Lookups;
use object::Object;
use serde_json::Value as Json;
use sprig::time::Time;
use std::sync::Arc;

/// Repositories, and the cache that has their credentials.
pub(super) struct GitLookups {
    pub git: Repositories,
    pub cache: Cache,
}

impl GitLookups {
    /// The repository of an application's source, with what is needed to ask it.
    fn remote(&self, application: &Json) -> Result<Remote, String> {
        let secrets = self.cache.objects(&GroupKind::new("", "Secret"));
        let objects: Vec<Object> = secrets.into_iter().map(|cached| cached.object).collect();
        let word =
            |tree: &Json, pointer: &str| tree.pointer(pointer).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (url, project) = (word(source_of(application), "/repoURL"), word(application, "/spec/project"));
        let known = sources::Repositories::read(&objects);
        known.remote(&url, &project).map_err(|error| error.to_string())
    }
}

impl Lookups for GitLookups {
    fn commit(&self, application: Arc<Json>, commit: String) -> BoxFuture<'static, Result<CommitMetadata, String>> {
        let (git, remote) = (self.git.clone(), self.remote(&application));
        Box::pin(async move {
            let remote = remote?;
            let commit = Oid::parse(&commit).ok_or_else(|| format!("{commit:?} is no commit"))?;
            let found = git.ensure_commit(&remote, &Wanted::Commit(commit)).await.map_err(|error| error.to_string())?;
            let info = git.commit_info(&remote, found).await.map_err(|error| error.to_string())?;
            Ok(CommitMetadata {
                message: info.message.trim_end().to_owned(),
                author: format!("{} <{}>", info.author.name, info.author.email),
                date: Time::from_unix(info.author.time.as_second(), 0),
                tags: Vec::new(),
            })
        })
    }

    /// Of a chart in Git, its values too; of one in a registry what the Application itself sets.
    fn details(&self, application: Arc<Json>) -> BoxFuture<'static, Result<Json, String>> {
        let is_in_git = source_of(&application).get("chart").is_none();
        let revision = application.pointer("/status/sync/revision");
        let revision = revision.or_else(|| application.pointer("/status/sync/revisions/0")).and_then(Json::as_str);
        let Some(commit) = revision.and_then(Oid::parse).filter(|_| is_in_git) else {
            return ready(details(&application, None)).boxed();
        };
        let (git, remote) = (self.git.clone(), self.remote(&application));
        Box::pin(async move {
            let remote = remote?;
            let found = git.ensure_commit(&remote, &Wanted::Commit(commit)).await.map_err(|error| error.to_string())?;
            let tree = git.tree(&remote, found).await.map_err(|error| error.to_string())?;
            details(&application, Some(&*tree))
        })
    }
}
