//! Drives the cycles: by the clock, and at once when something changes.

use crate::cycle::Updater;
use crate::metrics::Measured;
use crate::notes;
use crate::options::Writing;
use crate::report::{Report, State};
use crate::settings::{CONFIG, Settings};
use crate::survey::Survey;
use api::image_updater::{Condition, GROUP, IMAGE_UPDATER, ImageUpdater, ImageUpdaterStatus, RecentUpdate};
use api::names::APPLICATION;
use api::{Application, Time};
use cluster::{
    Cache, Cached, Change, ClusterId, GroupKind, Notice, Part, PatchKind, Presence, Target, WRITE_TIMEOUT, Write,
};
use controller::{Environment, Shutdown};
use futures::FutureExt;
use futures::future::BoxFuture;
use images::ImageReference;
use object::{Fetched, Gvk, Key};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The controller's name in logs and events.
pub const NAME: &str = "argocd-image-updater";

/// How long changes are collected before a cycle.
const COLLECT: Duration = Duration::from_millis(500);

/// How many written versions an ImageUpdater's status keeps.
const RECENT_MAX: usize = 50;

/// Wakes the updater. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    wake: Arc<Notify>,
    /// What the last cycle followed; nothing is known before the first.
    followed: Arc<Mutex<Option<Vec<ImageReference>>>>,
}

/// The controller cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The home cluster is not known, or has no cache.
    #[error("image updates need the home cluster and its cache")]
    NoCache,
}

/// The controller, ready to run.
pub struct ImageUpdates {
    updater: Updater,
    environment: Environment,
    shutdown: Shutdown,
    cache: Cache,
    handle: Handle,
    measured: Measured,
}

impl Handle {
    /// Somebody pushed a version of this image: registries are asked at once, if anybody follows it. Whether anybody
    /// does, as far as that is known.
    pub fn pushed(&self, image: &ImageReference) -> bool {
        let followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_followed = followed.as_ref().is_none_or(|all| all.iter().any(|own| own.is_same_image(image)));
        if is_followed {
            self.wake.notify_one();
        }
        is_followed
    }

    /// Asks for a cycle soon.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

impl ImageUpdates {
    /// Makes the controller; the home cluster must have a cache that keeps Applications.
    ///
    /// # Errors
    /// When the environment lacks it.
    pub fn new(updater: Updater, environment: Environment, shutdown: Shutdown) -> Result<Self, StartError> {
        let home = environment.clusters.get(&ClusterId::home());
        let cache = home.and_then(|home| home.cache).ok_or(StartError::NoCache)?;
        let measured = Measured::new(updater.options().registry.clone());
        let handle = Handle { wake: Arc::default(), followed: Arc::default() };
        Ok(ImageUpdates { updater, environment, shutdown, cache, handle, measured })
    }

    /// What wakes it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// What it measures.
    #[must_use]
    pub fn measured(&self) -> Measured {
        self.measured.clone()
    }

    /// Runs until `shutdown` begins.
    pub fn run(self) -> BoxFuture<'static, ()> {
        self.drive().boxed()
    }

    async fn drive(self) {
        tokio::select! {
            biased;
            () = self.shutdown.begun() => return,
            () = self.cache.ready() => {}
        }
        self.listen();
        loop {
            let interval = self.turn().await;
            tokio::select! {
                biased;
                () = self.shutdown.begun() => return,
                () = self.handle.wake.notified() => {}
                () = tokio::time::sleep(interval) => {}
            }
            tokio::select! {
                biased;
                () = self.shutdown.begun() => return,
                () = tokio::time::sleep(COLLECT) => {}
            }
        }
    }

    /// One cycle, if this process may act; the pause until the next.
    async fn turn(&self) -> Duration {
        let usual = Settings::default().interval;
        if !self.environment.leadership.may_act_for(WRITE_TIMEOUT) {
            return Duration::from_secs(5);
        }
        match self.updater.cycle(Writing::Yes).await {
            Err(error) => {
                tracing::warn!("image updates: {error}");
                usual.min(Duration::from_secs(30))
            }
            Ok((survey, report)) => {
                self.measured.take(&survey, &report);
                let images = survey.followed.iter().flat_map(|followed| &followed.images);
                let images = images.map(|image| image.tracked.image.clone()).collect();
                *self.handle.followed.lock().unwrap_or_else(PoisonError::into_inner) = Some(images);
                for problem in &report.problems {
                    tracing::warn!("image updates: {problem}");
                }
                for updater in &survey.updaters {
                    self.write_status(updater, &survey, &report).await;
                }
                survey.settings.interval
            }
        }
    }

    /// Wakes for what changes the outcome of a cycle: what applications follow and run, holds, rules, settings.
    fn listen(&self) {
        let (cache, wake) = (self.cache.clone(), Arc::clone(&self.handle.wake));
        // What is there already is what the first cycle sees.
        let kinds = [(GROUP, IMAGE_UPDATER), ("", "ConfigMap"), (api::names::GROUP, APPLICATION)];
        let objects = kinds.into_iter().flat_map(|(group, kind)| cache.objects(&GroupKind::new(group, kind)));
        let keys = objects.map(|cached| cached.object.key());
        let marks =
            Mutex::new(keys.filter_map(|key| Some((key.clone(), mark(&cache, &key)?))).collect::<BTreeMap<_, _>>());
        self.cache.listen(Arc::new(move |notice| {
            let Notice::Object { key, presence, .. } = notice else { return };
            let mark = match presence {
                Presence::Present => mark(&cache, key),
                Presence::Gone => return,
            };
            let Some(mark) = mark else { return };
            let mut marks = marks.lock().unwrap_or_else(PoisonError::into_inner);
            if marks.insert(key.clone(), mark.clone()) != Some(mark) {
                wake.notify_one();
            }
        }));
    }

    async fn write_status(&self, updater: &ImageUpdater, survey: &Survey, report: &Report) {
        let now = Time::new(self.environment.clock.now());
        let status = status(updater, survey, report, now);
        let gvk = Gvk::from_api_version(api::image_updater::API_VERSION, IMAGE_UPDATER);
        let target = Target::new(gvk, Some(&updater.metadata.namespace), &updater.metadata.name);
        let change = Change::Patch { kind: PatchKind::Merge, body: json!({"status": status}), part: Part::Status };
        if let Err(error) = self.updater.options().client.write(&Write::new(target, change)).await {
            tracing::warn!("the status of an ImageUpdater was not written: {error}");
        }
    }
}

/// What of an object matters here; `None` where it does not.
fn mark(cache: &Cache, key: &Key) -> Option<String> {
    let cached = |key: &Key| match cache.get(key) {
        Fetched::Known(Cached { object, .. }) => Some(object),
        _ => None,
    };
    match (&*key.group, &*key.kind) {
        (GROUP, IMAGE_UPDATER) => Some(cached(key)?.get("/metadata/generation")?.to_string()),
        ("", "ConfigMap") if &*key.name == CONFIG => Some(cached(key)?.meta().resource_version.to_string()),
        (api::names::GROUP, APPLICATION) => {
            let application = Application::read(&cached(key)?).ok()?;
            let said = application.metadata.annotations.iter();
            let said: Vec<_> = said
                .filter(|(name, _)| name.starts_with(images::annotations::PREFIX) || *name == notes::HOLDS)
                .collect();
            let rollouts = application.status.resources.iter().filter(|resource| resource.kind == "Rollout");
            let rollouts: Vec<_> = rollouts.map(|rollout| &rollout.health).collect();
            let runs = application.status.summary.as_ref().map(|summary| &summary.images);
            let sources = (&application.spec.source, &application.spec.sources, &application.status.source_type);
            Some(format!("{said:?} {rollouts:?} {runs:?} {sources:?} {:?}", application.metadata.labels))
        }
        _ => None,
    }
}

/// What an ImageUpdater says of itself.
fn status(updater: &ImageUpdater, survey: &Survey, report: &Report, now: Time) -> ImageUpdaterStatus {
    let key = (updater.metadata.namespace.clone(), updater.metadata.name.clone());
    let own = survey.followed.iter().zip(&report.applications);
    let own: Vec<_> = own.filter(|(followed, _)| followed.updater.as_ref() == Some(&key)).map(|(_, of)| of).collect();
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let mut recent: BTreeMap<(String, String, String), i32> = BTreeMap::new();
    let mut failures = Vec::new();
    for of in &own {
        for image in &of.images {
            match (image.state, &image.newest) {
                (State::Updated, Some(version)) => {
                    *recent.entry((image.alias.clone(), image.image.clone(), version.clone())).or_default() += 1;
                }
                (State::Failed, _) => failures.push(format!("{}: {}: {}", of.name, image.image, image.message)),
                _ => {}
            }
        }
        failures.extend(of.problems.iter().map(|problem| format!("{}: {problem}", of.name)));
    }
    let updates = recent.into_iter().take(RECENT_MAX).map(|((alias, image, new_version), applications_updated)| {
        let message = format!("updated in {applications_updated} applications");
        RecentUpdate {
            alias,
            image,
            new_version,
            applications_updated,
            updated_at: Some(now),
            message,
            ..RecentUpdate::default()
        }
    });
    let updates: Vec<RecentUpdate> = updates.collect();
    let before = &updater.status;
    ImageUpdaterStatus {
        observed_generation: updater.metadata.generation,
        last_checked_at: Some(now),
        last_updated_at: if updates.is_empty() { before.last_updated_at } else { Some(now) },
        applications_matched: count(own.len()),
        images_managed: count(own.iter().map(|of| of.images.len()).sum()),
        recent_updates: if updates.is_empty() { before.recent_updates.clone() } else { updates },
        conditions: conditions(updater, &failures, now),
        ..ImageUpdaterStatus::default()
    }
}

fn conditions(updater: &ImageUpdater, failures: &[String], now: Time) -> Vec<Condition> {
    let message = if failures.is_empty() { "all images were checked".to_owned() } else { failures.join("; ") };
    let message: String = message.chars().take(2000).collect();
    let word = |is: bool| if is { "True" } else { "False" };
    let reason = if failures.is_empty() { "Succeeded" } else { "Failed" };
    [("Ready", failures.is_empty()), ("Error", !failures.is_empty())]
        .map(|(kind, is)| {
            let known = updater.status.conditions.iter().find(|known| known.condition_type == kind);
            let since = known.filter(|known| known.status == word(is)).and_then(|known| known.last_transition_time);
            Condition {
                condition_type: kind.to_owned(),
                status: word(is).to_owned(),
                observed_generation: updater.metadata.generation,
                last_transition_time: Some(since.unwrap_or(now)),
                reason: reason.to_owned(),
                message: message.clone(),
                ..Condition::default()
            }
        })
        .to_vec()
}
