//! The applications by repository, and those that a push makes wait for their refresh.

use crate::index::{Entry, Event};
use crate::tools::LastRenders;
use api::GoDuration;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use webhooks::{Concern, Pace, Source, SourceRole, Waiting};

/// Nobody is put off for longer, whatever is said: a push must be seen the same day.
const JITTER_MAX: Duration = Duration::from_secs(3_600);

/// The applications by repository, and those that wait to be refreshed.
pub struct Webhooks {
    pub(crate) table: Mutex<webhooks::Index<(Box<str>, Box<str>)>>,
    pub(crate) waiting: Mutex<Waiting<(Box<str>, Box<str>)>>,
    pub(crate) added: Notify,
    /// How many refreshes were asked for.
    refreshes: AtomicU64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Webhooks {
            table: Mutex::default(),
            waiting: Mutex::new(Waiting::new(Pace::default())),
            added: Notify::new(),
            refreshes: AtomicU64::new(0),
        }
    }
}

impl Webhooks {
    /// A refresh was asked for.
    pub(crate) fn count_refresh(&self) {
        self.refreshes.fetch_add(1, Ordering::Relaxed);
    }

    /// How many applications were asked to be refreshed for pushes, each as often as it was.
    #[must_use]
    pub fn refreshes(&self) -> u64 {
        self.refreshes.load(Ordering::Relaxed)
    }

    /// The applications that it concerns; `rendered` tells what the last render of a source has read.
    pub(crate) fn concerned(
        &self,
        event: &webhooks::Event,
        rendered: Option<&LastRenders>,
    ) -> BTreeMap<(Box<str>, Box<str>), Concern> {
        let known = |(namespace, name): &(Box<str>, Box<str>), place| rendered?(namespace, name, place);
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            webhooks::Event::Push(push) => table.affected(push, known),
            webhooks::Event::Images(images) => images.iter().flat_map(|image| table.affected_by_image(image)).collect(),
            webhooks::Event::Nothing(_) => BTreeMap::new(),
        }
    }

    /// An application appeared, changed or went.
    pub(crate) fn learn(&self, entry: &Entry, event: Event) {
        let key: (Box<str>, Box<str>) = (entry.namespace().into(), entry.object.name().into());
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Deleted => table.remove(&key),
            Event::Added | Event::Modified => table.set(key, sources(entry)),
        }
    }
}

/// How fast the waiting go, as `argocd-cm` says it.
pub(crate) fn pace(config: &BTreeMap<String, String>) -> Pace {
    let usual = Pace::default();
    let said = |key: &str| config.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
    let jitter = said("webhook.refresh.jitter").and_then(|text| GoDuration::parse(text).ok());
    let threshold = said("webhook.refresh.jitter.threshold").and_then(|text| text.parse().ok());
    Pace {
        jitter: jitter.map_or(usual.jitter, |jitter| jitter.to_std().min(JITTER_MAX)),
        threshold: threshold.unwrap_or(usual.threshold),
        ..usual
    }
}

fn sources(entry: &Entry) -> Vec<Source> {
    let Ok(app) = entry.application() else { return Vec::new() };
    let declared = app.annotation(api::names::ANNOTATION_MANIFEST_GENERATE_PATHS).unwrap_or_default().to_owned();
    let one = |source: &api::ApplicationSource, role| Source {
        repository: source.repo_url.clone(),
        target_revision: source.target_revision.clone(),
        chart: source.chart.clone(),
        generate_paths: webhooks::generate_paths(&declared, &source.path),
        role,
    };
    let mut all: Vec<Source> =
        app.spec.effective_sources().iter().map(|source| one(source, SourceRole::Synced)).collect();
    if let Some(hydrator) = &app.spec.source_hydrator {
        let dry = api::ApplicationSource {
            repo_url: hydrator.dry_source.repo_url.clone(),
            target_revision: hydrator.dry_source.target_revision.clone(),
            path: hydrator.dry_source.path.clone(),
            ..api::ApplicationSource::default()
        };
        all.push(one(&dry, SourceRole::Dry));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_what_the_config_map_says_within_reason() {
        let pace = |jitter: &str, threshold: &str| {
            let data = [("webhook.refresh.jitter", jitter), ("webhook.refresh.jitter.threshold", threshold)];
            pace(&data.map(|(key, text)| (key.to_owned(), text.to_owned())).into())
        };
        assert_eq!(pace("", ""), Pace::default());
        let said = pace("90s", "3");
        assert_eq!((said.jitter, said.threshold), (Duration::from_secs(90), 3));
        assert_eq!(pace("9000h", "many"), Pace { jitter: JITTER_MAX, ..Pace::default() });
        assert_eq!(pace("soon", "-1"), Pace::default());
    }
}
