//! Sources of applications, read from their repositories and rendered in this process as the controller does it.

use crate::evaluate_jsonnet::evaluator;
use crate::failure::Failure;
use crate::outside::{Outside, Waiting};
use api::Application;
use applications::sources::{Ask, Lender, Need, Origin, Repositories, Stored, Trust, Wanted, wanted};
use budget::Budget;
use clock::{Clock, Offload};
use git::{GitError, Oid, RefScope, Remote};
use render::{ApplicationFacts, Capabilities, Lent, Rendered, Settings, Surroundings, Workshop};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use tree::Tree;

/// Renders sources. Mirrors are for those who come again, so that they end with it.
pub(crate) struct Renderer {
    outside: Outside,
    _folder: tempfile::TempDir,
    /// What the destination can do; without it, what each tool assumes.
    pub(crate) capabilities: Option<Capabilities>,
    /// Files that take the place of repositories, where somebody works on them.
    pub(crate) local: Option<Arc<dyn Tree>>,
    clock: Clock,
}

/// One source as it is asked for.
struct Job {
    wanted: Wanted,
    tree: Arc<dyn Tree>,
    refs: BTreeMap<String, Option<Arc<dyn Tree>>>,
    revision: String,
    committed_seconds: i64,
    port: Waiting,
}

/// A source's own files, what their state is called, and since when they are so.
struct Own {
    tree: Arc<dyn Tree>,
    revision: String,
    made_seconds: i64,
}

impl Renderer {
    pub(crate) fn new(clock: &Clock) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let outside = Outside::new(folder.path(), clock)?;
        Ok(Renderer { outside, _folder: folder, capabilities: None, local: None, clock: clock.clone() })
    }

    /// Renders all sources of an application; `revision` takes the place of the one its only source names.
    pub(crate) async fn application(
        &self,
        app: &Application,
        declared: &Repositories,
        namespace: &str,
        revision: Option<&str>,
    ) -> Result<Vec<Rendered>, Failure> {
        let all = app.spec.effective_sources();
        if revision.is_some() && all.len() > 1 {
            let count = all.len();
            return Err(Failure::new(format!(
                "--revision does not say which of the application's {count} sources it is for; leave it out"
            )));
        }
        let sources: Vec<_> = all
            .iter()
            .map(|source| (source.clone().into_owned(), revision.unwrap_or(&source.target_revision).to_owned()))
            .collect();
        let ask = Ask {
            application: ApplicationFacts {
                instance_name: app.instance_name(namespace),
                namespace: app.spec.destination.namespace.clone(),
                project: app.spec.project_name().to_owned(),
            },
            settings: &declared.settings(&Settings::default()),
            repositories: declared,
            has_several: !app.spec.sources.is_empty(),
            cluster: cluster::ClusterId::home(),
        };
        let mut rendered = Vec::new();
        for wanted in wanted(&ask, &sources) {
            let wanted = wanted.map_err(Failure::new)?;
            if wanted.input.is_some() {
                rendered.push(self.source(wanted, declared).await?);
            }
        }
        Ok(rendered)
    }

    async fn source(&self, wanted: Wanted, declared: &Repositories) -> Result<Rendered, Failure> {
        let Own { tree, revision, made_seconds } = self.own(&wanted).await?;
        let mut refs = BTreeMap::new();
        for (name, lender) in &wanted.refs {
            let lent = match lender {
                Lender::Repository { remote, revision } => Some(self.files(remote, revision).await?.0),
                Lender::Chart => None,
            };
            refs.insert(name.clone(), lent);
        }
        let project = wanted.input.as_ref().map_or("", |input| &input.application.project);
        let port = self.outside.lend(declared.clone(), project, Handle::current());
        Ok(self.run(Job { wanted, tree, refs, revision, committed_seconds: made_seconds, port }).await)
    }

    /// A source's own files: of a commit, of a chart, or as they lie here.
    async fn own(&self, wanted: &Wanted) -> Result<Own, Failure> {
        let remote = match &wanted.origin {
            Origin::Repository(remote) => remote,
            Origin::Chart(chart) => return self.chart(&Need::Chart(chart.clone())).await,
        };
        let (tree, commit) = self.files(remote, &wanted.revision).await?;
        let made_seconds = match commit {
            Some(commit) => {
                self.outside.git.commit_info(remote, commit).await.map_err(unread)?.committer.time.as_second()
            }
            None => self.clock.now().as_second(),
        };
        let revision = commit.map(|commit| commit.to_string()).unwrap_or_default();
        Ok(Own { tree, revision, made_seconds })
    }

    async fn chart(&self, need: &Need) -> Result<Own, Failure> {
        let fetcher = &self.outside.fetcher;
        let had = fetcher.fetch(need, Trust::Kept).await.map_err(|missed| Failure::new(missed.message))?;
        let Some(Stored::Content(archive)) = fetcher.open(&had).await else {
            return Err(Failure::new(format!("{need}: it was fetched, and is not in its folder any more")));
        };
        let files = render::unpack_chart(&archive, &mut Budget::default());
        let files = files.map_err(|error| Failure::new(format!("{need}: {error}")))?;
        Ok(Own { tree: Arc::new(files.tree), revision: had.name, made_seconds: files.packed_seconds })
    }

    /// Renders where waiting for what lies elsewhere holds up nobody.
    async fn run(&self, job: Job) -> Rendered {
        let capabilities = self.capabilities.clone();
        let work = move || {
            let jsonnet = evaluator();
            let refs = job.refs.iter().map(|(name, tree)| (name.clone(), lent(tree.as_deref())));
            let workshop = Workshop::new();
            let surroundings = Surroundings {
                committed_seconds: job.committed_seconds,
                refs: refs.collect(),
                capabilities: capabilities.as_ref(),
                jsonnet: jsonnet.as_deref(),
                elsewhere: Some(&job.port),
                workshop: Some(&workshop),
                salt: *b"what is printed is not kept here",
                ..Surroundings::of(&*job.tree, &job.revision)
            };
            let input = job.wanted.input.unwrap_or_default();
            render::render_in(&input, &surroundings, &mut Budget::default())
        };
        Offload::pool(1).run(work).await
    }

    /// The files of a repository at a revision, and the commit where it is one.
    async fn files(&self, remote: &Remote, revision: &str) -> Result<(Arc<dyn Tree>, Option<Oid>), Failure> {
        if let Some(local) = &self.local {
            return Ok((Arc::clone(local), None));
        }
        let wanted = self.resolve(remote, revision).await?;
        let commit = self.outside.git.ensure_commit(remote, &wanted).await.map_err(unread)?;
        Ok((self.outside.git.tree(remote, commit).await.map_err(unread)?, Some(commit)))
    }

    /// The commit that a revision means.
    pub(crate) async fn commit(&self, remote: &Remote, revision: &str) -> Result<git::CommitInfo, Failure> {
        let wanted = self.resolve(remote, revision).await?;
        let commit = self.outside.git.ensure_commit(remote, &wanted).await.map_err(unread)?;
        self.outside.git.commit_info(remote, commit).await.map_err(unread)
    }

    async fn resolve(&self, remote: &Remote, revision: &str) -> Result<git::Wanted, Failure> {
        if let Some(commit) = Oid::parse(revision) {
            return Ok(git::Wanted::Commit(commit));
        }
        let mut scope = RefScope::default();
        scope.add_revision(revision);
        let refs = self.outside.git.list_refs(remote, &scope).await.map_err(unread)?;
        git::resolve(&refs, revision).map_err(|error| Failure::new(format!("{}: {error}", remote.url)))
    }
}

fn lent(tree: Option<&dyn Tree>) -> Lent<'_> {
    tree.map_or(Lent::Chart, Lent::Files)
}

fn unread(error: GitError) -> Failure {
    Failure::new(error.to_string())
}

/// What is wrong with renders, as one failure; `None` when nothing is.
pub(crate) fn problems(all: &[Rendered]) -> Option<Failure> {
    let problems: Vec<String> = all.iter().flat_map(|rendered| &rendered.problems).map(ToString::to_string).collect();
    (!problems.is_empty()).then(|| Failure::new(format!("Manifest generation error: {}", problems.join("; "))))
}
