//! The applications by repository, and those that a push makes wait for their refresh.

use crate::index::{Entry, Event};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;
use webhooks::{Concern, Pace, Source, SourceRole, Waiting};

/// The applications by repository, and those that wait to be refreshed.
pub struct Webhooks {
    pub(crate) table: Mutex<webhooks::Index<(Box<str>, Box<str>)>>,
    pub(crate) waiting: Mutex<Waiting<(Box<str>, Box<str>)>>,
    pub(crate) added: Notify,
}

impl Default for Webhooks {
    fn default() -> Self {
        Webhooks { table: Mutex::default(), waiting: Mutex::new(Waiting::new(Pace::default())), added: Notify::new() }
    }
}

impl Webhooks {
    /// The applications that it concerns.
    pub(crate) fn concerned(&self, event: &webhooks::Event) -> BTreeMap<(Box<str>, Box<str>), Concern> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            webhooks::Event::Push(push) => table.affected(push),
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

fn sources(entry: &Entry) -> Vec<Source> {
    let Ok(app) = entry.application() else { return Vec::new() };
    let declared = app.annotation(api::names::ANNOTATION_MANIFEST_GENERATE_PATHS).unwrap_or_default().to_owned();
    let one = |source: &api::ApplicationSource, role| Source {
        repository: source.repo_url.clone(),
        target_revision: source.target_revision.clone(),
        chart: source.chart.clone(),
        generate_paths: webhooks::generate_paths(&declared, &source.path),
        rendered: None,
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
