//! One pass over everything.

use crate::batch::{Batch, Outcome, Pen, What, Work};
use crate::credentials::Wallet;
use crate::followed::{Followed, Image, is_by_git};
use crate::lookup::{Offered, confirm, look_up};
use crate::merge_request::{Hosts, Request};
use crate::notes::{name_of, version_of};
use crate::options::{Options, Writing};
use crate::report::{OfApplication, OfImage, Report, State};
use crate::survey::{Survey, survey};
use crate::taken_back::taken_back;
use crate::{in_application, telling};
use api::image_updater::PullRequest;
use cluster::ClusterError;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use git::Remote;
use images::{BranchOf, Change, Decision, Hold, ImageReference, Method, Strategy, branch_name, decide};
use registry::Client;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many repositories are pushed to at a time.
const PUSHES: usize = 8;

/// How many versions of one image are confirmed at a time.
const SIDE_BY_SIDE: usize = 16;

/// Updates images.
#[derive(Clone)]
pub struct Updater {
    options: Options,
    hosts: Arc<Hosts>,
}

/// One image while a cycle is under way.
struct Checked<'f> {
    image: &'f Image,
    offered: Option<Offered>,
    decision: Result<Decision, String>,
    what: Option<What>,
}

impl Updater {
    /// An updater that has done nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Updater { options, hosts: Arc::default() }
    }

    /// What it is made of.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What is followed; no registry is asked.
    ///
    /// # Errors
    /// When the cluster cannot be asked.
    pub async fn list(&self) -> Result<Report, ClusterError> {
        let survey = survey(&self.options.client, &self.options.namespace).await?;
        let of = |followed: &Followed| {
            let images = followed.images.iter().map(|image| of_image(image, &followed.live, State::Followed));
            of_application(followed, images.collect(), &followed.notes.holds)
        };
        let applications = survey.followed.iter().map(of).collect();
        Ok(Report { applications, commits: Vec::new(), problems: survey.settings.problems })
    }

    /// Reads what is followed, asks the registries, and writes what is newer.
    ///
    /// # Errors
    /// When the cluster cannot be asked. Everything else is in the report: one application's failure is its own.
    pub async fn cycle(&self, writing: Writing) -> Result<(Survey, Report), ClusterError> {
        let survey = survey(&self.options.client, &self.options.namespace).await?;
        let report = self.update(&survey, writing).await;
        Ok((survey, report))
    }

    async fn update(&self, survey: &Survey, writing: Writing) -> Report {
        let Options { client, registry, clock, .. } = &self.options;
        let wallet = Wallet::new(&self.options, &survey.settings);
        let mut found = look_up(registry, &wallet, &survey.followed).await;
        let mut problems = survey.settings.problems.clone();
        let mut checked = Vec::new();
        for (a, followed) in survey.followed.iter().enumerate() {
            let news = taken_back(client, followed, clock.now()).await;
            let holds: Vec<Hold> = followed.notes.holds.iter().cloned().chain(news.clone()).collect();
            let mut images = Vec::new();
            for (i, image) in followed.images.iter().enumerate() {
                images.push(judge(image, followed, found.remove(&(a, i)), &holds));
            }
            checked.push((followed, images, news));
        }
        confirm_all(registry, &wallet, &mut checked).await;
        let signer = wallet.signer().await.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let may_sign = survey.settings.signing_key.is_none() || signer.is_some();
        let pen = Pen { git: &self.options.git, settings: &survey.settings, signer, now: clock.now(), writing };
        let commits = if may_sign { self.write_git(survey, &wallet, &mut checked, &pen).await } else { Vec::new() };
        let mut report = Report { applications: Vec::new(), commits, problems };
        for (followed, images, news) in checked {
            let told = telling::Told { followed, news, interval: survey.settings.interval };
            let of = self.settle(told, images, writing).await;
            report.applications.push(of);
        }
        report
    }

    /// Makes all commits, and notes what came of each image.
    async fn write_git(
        &self,
        survey: &Survey,
        wallet: &Wallet<'_>,
        checked: &mut [(&Followed, Vec<Checked<'_>>, Vec<Hold>)],
        pen: &Pen<'_>,
    ) -> Vec<crate::report::Commit> {
        let mut batches: BTreeMap<BatchKey, (Batch<'_>, Option<PullRequest>, Places)> = BTreeMap::new();
        for (position, (followed, images, _)) in checked.iter_mut().enumerate() {
            if !is_by_git(followed) || !images.iter().any(|image| image.update().is_some()) {
                continue;
            }
            match self.work(survey, wallet, followed, images).await {
                Ok((key, work, indexes)) => {
                    let batch = batches.entry(key.clone()).or_insert_with(|| {
                        let (remote, base, push) = key;
                        (Batch { remote, base, push, works: Vec::new() }, followed.pull_request.clone(), Vec::new())
                    });
                    batch.0.works.push(work);
                    batch.2.push((position, indexes));
                }
                Err(message) => fail(images, &message),
            }
        }
        let mut carried: Vec<BoxFuture<'_, _>> = Vec::new();
        for (batch, pull_request, places) in batches.into_values() {
            let carry = async move {
                let mut outcome = batch.carry_out(pen).await;
                self.ask_for_merge(&batch, pull_request.as_ref(), &mut outcome, pen).await;
                (outcome, places)
            };
            carried.push(carry.boxed());
        }
        let outcomes: Vec<_> = futures::stream::iter(carried).buffered(PUSHES).collect().await;
        let mut commits = Vec::new();
        for (outcome, places) in outcomes {
            for ((position, indexes), what) in places.into_iter().zip(outcome.what) {
                for (index, what) in indexes.into_iter().zip(what) {
                    checked[position].1[index].what = Some(what);
                }
            }
            commits.extend(outcome.commit);
        }
        commits
    }

    async fn ask_for_merge(
        &self,
        batch: &Batch<'_>,
        config: Option<&PullRequest>,
        outcome: &mut Outcome,
        pen: &Pen<'_>,
    ) {
        let (Some(config), Some(from), true) = (config, &batch.push, outcome.is_ahead && pen.writing == Writing::Yes)
        else {
            return;
        };
        let message =
            outcome.commit.as_ref().map_or("build: automatic update of images", |commit| commit.message.as_str());
        let request = Request { remote: &batch.remote, config, from, into: &outcome.base, message };
        match (self.hosts.ensure(&request).await, outcome.commit.as_mut()) {
            (Ok(url), Some(commit)) => commit.merge_request = Some(url),
            (Ok(_), None) => {}
            (Err(message), _) => {
                for what in outcome.what.iter_mut().flatten() {
                    *what = What::Failed(format!("{from} was pushed, and merging it was not asked for: {message}"));
                }
            }
        }
    }

    /// What one application contributes, and to which batch; with the positions of its images.
    async fn work<'f>(
        &self,
        survey: &Survey,
        wallet: &Wallet<'_>,
        followed: &'f Followed,
        images: &[Checked<'f>],
    ) -> Result<(BatchKey, Work<'f>, Vec<usize>), String> {
        let write_back = followed.write_back.as_ref().map_err(Clone::clone)?;
        let Method::Git { secret, repository, base, push } = &write_back.method else {
            return Err("it is not written by commits".to_owned());
        };
        let source = followed.source();
        let own = source
            .map(|(source, _)| source.repo_url.as_str())
            .filter(|_| source.is_some_and(|(source, _)| source.chart.is_empty()));
        let url =
            repository.as_deref().or(own).ok_or("its source is no Git repository: name one with git-repository")?;
        let project = &followed.application.spec.project;
        let mut remote = survey.repositories.remote(url, project).map_err(|error| error.to_string())?;
        if let Some(secret) = secret {
            let namespaces = [followed.namespace.as_str()];
            remote.credentials = wallet.of_repository(secret, &namespaces).await?;
        }
        let followed_branch =
            source.map(|(source, _)| source.target_revision.as_str()).filter(|_| repository.is_none());
        let followed_branch =
            followed_branch.filter(|branch| !branch.is_empty() && *branch != "HEAD").map(str::to_owned);
        let base = base.clone().or(followed_branch);
        let (mut updates, mut indexes) = (Vec::new(), Vec::new());
        for (index, checked) in images.iter().enumerate() {
            if let Some((from, to)) = checked.update() {
                updates.push((checked.image, from.clone(), to.clone()));
                indexes.push(index);
            }
        }
        let push = push.as_ref().map(|template| {
            let change = |(image, from, to): &(&Image, ImageReference, ImageReference)| Change {
                alias: image.tracked.alias.clone(),
                from: from.clone(),
                to: to.clone(),
            };
            let changes: Vec<Change> = updates.iter().map(change).collect();
            let target = format!("{url}#{}#{:?}", base.as_deref().unwrap_or("HEAD"), write_back.target);
            let of = BranchOf { application: &followed.name, namespace: &followed.namespace, target: &target };
            branch_name(template, of, &changes).map_err(|error| error.to_string())
        });
        let kind = source.map(|(_, kind)| kind);
        let work = Work { followed, target: write_back.target.clone(), kind, updates };
        Ok(((remote, base, push.transpose()?), work, indexes))
    }

    /// Writes what concerns the Application itself, and says what came of it.
    async fn settle(&self, told: telling::Told<'_>, mut images: Vec<Checked<'_>>, writing: Writing) -> OfApplication {
        let followed = told.followed;
        let mut problems: Vec<String> = followed.problems.iter().map(ToString::to_string).collect();
        let mut spec = None;
        match &followed.write_back {
            Err(message) => {
                fail(&mut images, message);
                problems.push(message.clone());
            }
            Ok(_) if is_by_git(followed) => {}
            Ok(_) => spec = in_spec(followed, &mut images),
        }
        let mut listed: Vec<OfImage> = images.iter().map(|checked| checked.report(&followed.live)).collect();
        if writing == Writing::Yes {
            let changes = telling::Changes { spec, images: &mut listed, problems: &problems };
            let holds = telling::tell(&self.options, &told, changes).await;
            return OfApplication { problems, ..of_application(followed, listed, &holds) };
        }
        let holds: Vec<Hold> = followed.notes.holds.iter().cloned().chain(told.news).collect();
        OfApplication { problems, ..of_application(followed, listed, &holds) }
    }
}

/// Which images of which applications a batch has, by their positions.
type Places = Vec<(usize, Vec<usize>)>;

/// What makes changes one commit.
type BatchKey = (Remote, Option<String>, Option<String>);

impl Checked<'_> {
    fn update(&self) -> Option<(&ImageReference, &ImageReference)> {
        match &self.decision {
            Ok(Decision::Update { from, to }) => Some((from, to)),
            _ => None,
        }
    }

    fn report(&self, live: &[ImageReference]) -> OfImage {
        let mut of = of_image(self.image, live, State::Followed);
        let with = |image: &ImageReference| Some(image.version()).filter(|version| !version.is_empty());
        (of.state, of.message) = match &self.decision {
            Err(message) => (State::Failed, message.clone()),
            Ok(Decision::Current(image)) => {
                of.newest = with(image);
                (State::Current, String::new())
            }
            Ok(Decision::NotLive) => (State::NotLive, "the application runs no such image".to_owned()),
            Ok(Decision::NoTag) => (State::NoTag, "the rule admits no tag".to_owned()),
            Ok(Decision::Held { to, hold }) => {
                of.newest = with(to);
                (State::Held, format!("{} is held back: {}", version_of(to), hold.reason))
            }
            Ok(Decision::Update { from, to }) => {
                (of.running, of.newest) = (with(from), with(to));
                match &self.what {
                    None | Some(What::Newer) => (State::Newer, String::new()),
                    Some(What::Updated) => (State::Updated, String::new()),
                    Some(What::Written) => (State::Written, "it is written already, and does not run yet".to_owned()),
                    Some(What::TakenBack) => (State::Held, format!("{} was taken back in Git", version_of(to))),
                    Some(What::Failed(message)) => (State::Failed, message.clone()),
                }
            }
        };
        of
    }
}

fn judge<'f>(
    image: &'f Image,
    followed: &Followed,
    found: Option<Result<Offered, String>>,
    holds: &[Hold],
) -> Checked<'f> {
    let found = found.unwrap_or_else(|| Err("it was not asked for".to_owned()));
    let decision = found.as_ref().map_err(Clone::clone);
    let decision = decision.map(|offered| decide(&image.tracked, &followed.live, &offered.tags, holds));
    Checked { image, offered: found.ok(), decision, what: None }
}

/// Confirms the versions that are about to be written; each once.
async fn confirm_all(registry: &Client, wallet: &Wallet<'_>, checked: &mut [(&Followed, Vec<Checked<'_>>, Vec<Hold>)]) {
    let mut asked: Vec<BoxFuture<'_, ()>> = Vec::new();
    for one in checked.iter_mut().flat_map(|(_, images, _)| images.iter_mut()) {
        let ask = async move {
            let (Some((_, to)), Some(offered)) = (one.update(), &one.offered) else { return };
            if let Err(message) = confirm(registry, wallet, one.image, &offered.repository, to).await {
                one.decision = Err(message);
            }
        };
        asked.push(ask.boxed());
    }
    futures::stream::iter(asked).buffer_unordered(SIDE_BY_SIDE).collect::<Vec<()>>().await;
}

fn fail(images: &mut [Checked<'_>], message: &str) {
    for image in images.iter_mut().filter(|image| image.update().is_some()) {
        image.what = Some(What::Failed(message.to_owned()));
    }
}

/// The patch of an Application that holds its versions itself.
fn in_spec(followed: &Followed, images: &mut [Checked<'_>]) -> Option<serde_json::Value> {
    let mut wanted = Vec::new();
    for checked in images.iter_mut() {
        let Some((_, to)) = checked.update().map(|(from, to)| (from.clone(), to.clone())) else { continue };
        let image = checked.image;
        let was_written = followed.notes.memory.written.get(&name_of(&image.tracked)) == Some(&version_of(&to));
        checked.what = Some(match in_application::patch(followed, &[(&image.tracked, &to)]) {
            Err(message) => What::Failed(message),
            Ok(None) => What::Written,
            Ok(Some(_)) if was_written => What::TakenBack,
            Ok(Some(_)) => {
                wanted.push((image, to));
                What::Newer
            }
        });
    }
    let pairs: Vec<_> = wanted.iter().map(|(image, to)| (&image.tracked, to)).collect();
    if pairs.is_empty() { None } else { in_application::patch(followed, &pairs).ok().flatten() }
}

fn of_image(image: &Image, live: &[ImageReference], state: State) -> OfImage {
    let tracked = &image.tracked;
    let running = live.iter().find(|live| live.is_same_image(&tracked.image)).map(ImageReference::version);
    OfImage {
        alias: tracked.alias.clone(),
        image: tracked.image.name(),
        strategy: match tracked.rule.strategy {
            Strategy::Semver => "semver",
            Strategy::NewestBuild => "newest-build",
            Strategy::Alphabetical => "alphabetical",
            Strategy::Digest => "digest",
        },
        constraint: tracked.rule.constraint().to_owned(),
        running: running.filter(|version| !version.is_empty()),
        newest: None,
        state,
        message: String::new(),
    }
}

fn of_application(followed: &Followed, images: Vec<OfImage>, holds: &[Hold]) -> OfApplication {
    OfApplication {
        namespace: followed.namespace.clone(),
        name: followed.name.clone(),
        updater: followed.updater.as_ref().map(|(namespace, name)| format!("{namespace}/{name}")),
        images,
        problems: followed.problems.iter().map(ToString::to_string).collect(),
        holds: holds.to_vec(),
    }
}
