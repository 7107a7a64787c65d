//! What conditions and templates ask of repositories, with the credentials that Applications use.

use applications::sources;
use cluster::{Cache, GroupKind};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use git::{GitSource, Oid, Repositories, Wanted};
use notifications::CommitMetadata;
use notify::Lookups;
use object::Object;
use serde_json::{Value as Json, json};
use sprig::time::Time;
use std::sync::Arc;

/// Repositories, and the cache that has their credentials.
pub(super) struct GitLookups {
    pub git: Repositories,
    pub cache: Cache,
}

impl Lookups for GitLookups {
    fn commit(&self, application: Arc<Json>, commit: String) -> BoxFuture<'static, Result<CommitMetadata, String>> {
        let (git, secrets) = (self.git.clone(), self.cache.objects(&GroupKind::new("", "Secret")));
        Box::pin(async move {
            let word = |pointer: &str| application.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
            let url = match word("/spec/source/repoURL") {
                "" => word("/spec/sources/0/repoURL"),
                url => url,
            };
            let objects: Vec<Object> = secrets.into_iter().map(|cached| cached.object).collect();
            let known = sources::Repositories::read(&objects);
            let remote = known.remote(url, word("/spec/project")).map_err(|error| error.to_string())?;
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

    /// What the Application itself says of its source: its kind, and the values that it sets.
    fn details(&self, application: Arc<Json>) -> BoxFuture<'static, Result<Json, String>> {
        let source = application.pointer("/spec/source").or_else(|| application.pointer("/spec/sources/0"));
        let source = source.cloned().unwrap_or_default();
        let kind = application.pointer("/status/sourceType").cloned().unwrap_or_else(|| "".into());
        let part = |name: &str| source.get(name).cloned().unwrap_or_default();
        let (helm, is) = (part("helm"), |name: &str| kind == name);
        let spec = json!({
            "name": helm.get("releaseName"), "valueFiles": helm.get("valueFiles"), "values": helm.get("values"),
            "parameters": [], "fileParameters": helm.get("fileParameters"),
        });
        let overrides = helm.get("parameters").cloned().unwrap_or_else(|| json!([]));
        let details = json!({
            "Type": kind,
            "Helm": is("Helm").then(|| json!({"HelmAppSpec": spec, "HelmParameterOverrides": overrides})),
            "Kustomize": is("Kustomize").then(|| part("kustomize")),
            "Directory": is("Directory").then(|| part("directory")),
        });
        ready(Ok(details)).boxed()
    }
}
