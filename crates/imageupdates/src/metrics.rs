//! What is measured, under upstream's names.

use crate::report::{OfApplication, Report, State};
use crate::survey::Survey;
use registry::Client;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// What is measured of images. Cheap to clone; clones are one set.
#[derive(Clone)]
pub struct Measured {
    registry: Client,
    counts: Arc<Mutex<BTreeMap<(String, String), Counts>>>,
}

/// Counts of one ImageUpdater; those of annotations have empty names.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    applications: u64,
    images: u64,
    updated: u64,
    errors: u64,
}

/// One of the counts.
type Count = fn(&Counts) -> u64;

impl Measured {
    pub(crate) fn new(registry: Client) -> Self {
        Measured { registry, counts: Arc::default() }
    }

    /// Takes in what came of a cycle.
    pub(crate) fn take(&self, survey: &Survey, report: &Report) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for known in counts.values_mut() {
            (known.applications, known.images) = (0, 0);
        }
        for (followed, of) in survey.followed.iter().zip(&report.applications) {
            let (namespace, name) = followed.updater.clone().unwrap_or_default();
            let entry = counts.entry((name, namespace)).or_default();
            let count = |state: State| of.images.iter().filter(|image| image.state == state).count() as u64;
            entry.applications += 1;
            entry.images += of.images.len() as u64;
            entry.updated += count(State::Updated);
            entry.errors += count(State::Failed) + problems(of);
        }
        let is_there = |name: &str, namespace: &str| {
            survey.updaters.iter().any(|it| it.metadata.name == name && it.metadata.namespace == namespace)
        };
        counts.retain(|(name, namespace), _| name.is_empty() || is_there(name, namespace));
    }

    /// In Prometheus' text form.
    #[must_use]
    pub fn exposition(&self) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut text = String::new();
        let families: [(&str, &str, Count); 4] = [
            ("applications_watched_total", "gauge", |counts| counts.applications),
            ("images_watched_total", "gauge", |counts| counts.images),
            ("images_updated_total", "counter", |counts| counts.updated),
            ("images_errors_total", "counter", |counts| counts.errors),
        ];
        for (name, kind, value) in families {
            let _ = writeln!(text, "# TYPE argocd_image_updater_{name} {kind}");
            for ((updater, namespace), counts) in &counts {
                let labels = format!("image_updater_cr_name=\"{updater}\",image_updater_cr_namespace=\"{namespace}\"");
                let _ = writeln!(text, "argocd_image_updater_{name}{{{labels}}} {}", value(counts));
            }
        }
        let asked = self.registry.counts();
        let _ = writeln!(text, "# TYPE argocd_image_updater_registry_requests_total counter");
        for count in &asked {
            let (registry, requests) = (&count.registry, count.requests);
            let _ =
                writeln!(text, "argocd_image_updater_registry_requests_total{{registry=\"{registry}\"}} {requests}");
        }
        let _ = writeln!(text, "# TYPE argocd_image_updater_registry_requests_failed_total counter");
        for count in &asked {
            let (registry, failed) = (&count.registry, count.failed);
            let _ = writeln!(
                text,
                "argocd_image_updater_registry_requests_failed_total{{registry=\"{registry}\"}} {failed}"
            );
        }
        text
    }
}

fn problems(of: &OfApplication) -> u64 {
    of.problems.len() as u64
}
