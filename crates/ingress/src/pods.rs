//! Simulated pods: each answers with what it is and counts what reaches it.

use crate::reading::{list, map, name, namespace, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pods that are gone are remembered up to this many in all: enough for every pod of a long demo.
const REMEMBERED_MAX: usize = 20_000;

/// A pod as it stands.
#[derive(Debug, Clone)]
pub struct Pod {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// Its address.
    pub address: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Whether it takes requests.
    pub is_ready: bool,
    /// How many of a million answers are errors.
    errors_per_million: u64,
    tally: Arc<Tally>,
}

/// Who a pod is.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The image of its first container.
    pub image: String,
    /// The hash of the template it was made of.
    pub hash: String,
}

#[derive(Debug, Default)]
struct Tally {
    answered: AtomicU64,
    judged: AtomicU64,
    failed: AtomicU64,
    copied: AtomicU64,
    refused: AtomicU64,
}

/// What a pod has counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// The pod.
    pub pod: Arc<Identity>,
    /// Requests it answered, with an error or not.
    pub answered: u64,
    /// Those it answered with an error.
    pub failed: u64,
    /// Copies of requests that it got.
    pub copied: u64,
    /// Requests that came while it was not ready.
    pub refused: u64,
}

/// What all pods have counted, those that are gone included. Cheap to clone; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Tallies(Arc<Mutex<Counted>>);

/// Pods and what they have counted, by uid.
type Counted = BTreeMap<String, (Arc<Identity>, Arc<Tally>)>;

/// What shares of errors are parts of.
const MILLION: u128 = 1_000_000;
/// On a pod: how many percent of its answers are errors, such as `5%`.
const ANNOTATION_ERRORS: &str = "sim.capstan.dev/errors";

/// How many of a million answers are errors, as the pod's annotation says.
fn errors_per_million(pod: &Value) -> u64 {
    let said = pod.pointer("/metadata/annotations").and_then(|all| all.get(ANNOTATION_ERRORS)?.as_str());
    let percent = said.and_then(|text| text.trim_end_matches('%').trim().parse::<f64>().ok()).unwrap_or_default();
    (percent.clamp(0.0, 100.0) * 10_000.0).round() as u64
}

/// The labels that say which template a pod was made of.
const HASHES: [&str; 2] = ["rollouts-pod-template-hash", "pod-template-hash"];

impl Identity {
    fn of(pod: &Value) -> Self {
        let labels = &pod["metadata"]["labels"];
        let hash = HASHES.into_iter().find_map(|label| labels.get(label)?.as_str());
        Identity {
            namespace: namespace(pod).to_owned(),
            name: name(pod).to_owned(),
            image: text(pod, "/spec/containers/0/image").to_owned(),
            hash: hash.unwrap_or_default().to_owned(),
        }
    }

    /// What it says of itself in its answers.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"namespace": self.namespace, "pod": self.name, "image": self.image, "hash": self.hash})
    }
}

impl Pod {
    /// A pod as its object says, if it has an address.
    #[must_use]
    pub fn of(object: &Value, tallies: &Tallies) -> Option<Self> {
        let address = Some(text(object, "/status/podIP")).filter(|address| !address.is_empty())?;
        let ready = |condition: &Value| text(condition, "/type") == "Ready" && text(condition, "/status") == "True";
        let is_ready = list(object, "/status/conditions").iter().any(ready);
        let (identity, tally) = tallies.of(text(object, "/metadata/uid"), || Identity::of(object));
        Some(Pod {
            identity,
            address: address.to_owned(),
            labels: map(object, "/metadata/labels"),
            is_ready: is_ready && text(object, "/status/phase") == "Running",
            errors_per_million: errors_per_million(object),
            tally,
        })
    }

    /// Whether the answer it just gave is an error: evenly spread, as often as it says of itself.
    #[must_use]
    pub fn fails(&self) -> bool {
        let before = u128::from(self.tally.judged.fetch_add(1, Ordering::Relaxed));
        let rate = u128::from(self.errors_per_million);
        let is_error = (before + 1) * rate / MILLION > before * rate / MILLION;
        if is_error {
            self.tally.failed.fetch_add(1, Ordering::Relaxed);
        }
        is_error
    }

    /// Takes a request, if it can.
    #[must_use]
    pub fn takes(&self) -> bool {
        let count = if self.is_ready { &self.tally.answered } else { &self.tally.refused };
        count.fetch_add(1, Ordering::Relaxed);
        self.is_ready
    }

    /// Takes a copy of a request; nobody hears the answer.
    pub fn take_copy(&self) {
        self.tally.copied.fetch_add(1, Ordering::Relaxed);
    }
}

impl Tallies {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, uid: &str, identity: impl FnOnce() -> Identity) -> (Arc<Identity>, Arc<Tally>) {
        let mut all = self.lock();
        if let Some((identity, tally)) = all.get(uid) {
            return (Arc::clone(identity), Arc::clone(tally));
        }
        let made = (Arc::new(identity()), Arc::default());
        all.insert(uid.to_owned(), made.clone());
        made
    }

    /// Forgets pods that are gone when there are too many of them.
    pub fn forget_all_but(&self, uids: &BTreeSet<&str>) {
        let mut all = self.lock();
        if all.len() > REMEMBERED_MAX {
            all.retain(|uid, _| uids.contains(uid.as_str()));
        }
    }

    /// What each pod has counted, by namespace and name.
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let one = |(pod, tally): &(Arc<Identity>, Arc<Tally>)| Count {
            pod: Arc::clone(pod),
            answered: read(&tally.answered),
            failed: read(&tally.failed),
            copied: read(&tally.copied),
            refused: read(&tally.refused),
        };
        let mut counts: Vec<Count> = self.lock().values().map(one).collect();
        counts.sort();
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_as_often_as_a_pod_says() {
        let tallies = Tallies::default();
        let of = |errors: &str| {
            let annotations = json!({ "sim.capstan.dev/errors": errors });
            let value =
                json!({"metadata": {"uid": errors, "annotations": annotations}, "status": {"podIP": "10.0.0.1"}});
            Pod::of(&value, &tallies).expect("a pod with an address")
        };
        for (errors, expected) in [("5%", 10), ("0.5 %", 1), ("100", 200), ("many", 0), ("-1%", 0), ("1000%", 200)] {
            let pod = of(errors);
            assert_eq!((0..200).filter(|_| pod.fails()).count(), expected, "{errors}");
        }
        assert_eq!(tallies.counts().iter().map(|count| count.failed).sum::<u64>(), 411);
    }
}
