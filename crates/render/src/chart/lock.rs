//! Chart.lock: the versions that a chart's dependencies were chosen to have.

use crate::ChartProblem;
use crate::work::{self, Work};
use goversion::{Constraints, Release, Version};
use helm::{Chart, Dependency};
use serde_json::Value;
use tree::{EntryKind, Tree, resolve};
use yaml::Dialect;

/// The release of the version library that the newest Helm links.
const LIBRARY: Release = Release::V3_5;

/// What a lock says.
pub(super) struct Lock {
    /// Names and versions, in the order of Chart.yaml.
    entries: Vec<(String, String)>,
    out_of_sync: ChartProblem,
}

/// The entries of a lock's text.
fn entries(value: &Value) -> Vec<(String, String)> {
    let text = |item: &Value, key: &str| match item.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let items = value.get("dependencies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| (text(item, "name"), text(item, "version"))).collect()
}

/// The lock beside Chart.yaml; `None` where there is none: then versions are chosen anew.
pub(super) fn read(work: &mut Work<'_>, chart: &Chart) -> Result<Option<Lock>, ChartProblem> {
    let (lock, declared) = match chart.metadata.api_version.as_str() {
        "v1" => ("requirements.lock", "requirements.yaml"),
        _ => ("Chart.lock", "Chart.yaml"),
    };
    let out_of_sync = ChartProblem::LockOutOfSync { lock, declared };
    let path = work.path.child(lock);
    let stands = resolve(work.tree, &path).and_then(|real| work.tree.entry(&real));
    if !stands.is_ok_and(|entry| entry.is_some_and(|entry| entry.kind == EntryKind::File)) {
        return Ok(None);
    }
    let content = work::read(work.tree, &path, work.budget).map_err(|_| out_of_sync.clone())?;
    let value = yaml::parse_one(&content, Dialect::V2, work.budget).map_err(|_| out_of_sync.clone())?;
    Ok(Some(Lock { entries: entries(&value), out_of_sync }))
}

impl Lock {
    /// The dependencies at the versions of the lock.
    ///
    /// # Errors
    /// When the lock is one of other dependencies.
    pub(super) fn pinned(&self, declared: &[Dependency]) -> Result<Vec<Dependency>, ChartProblem> {
        if declared.len() != self.entries.len() {
            return Err(self.out_of_sync.clone());
        }
        let pin = |(one, (name, version)): (&Dependency, &(String, String))| {
            let fits = one.name == *name && satisfies(version, &one.version);
            let pinned = || Dependency { version: version.clone(), ..one.clone() };
            if fits { Ok(pinned()) } else { Err(self.out_of_sync.clone()) }
        };
        declared.iter().zip(&self.entries).map(pin).collect()
    }
}

fn satisfies(version: &str, range: &str) -> bool {
    if range.is_empty() || range == version {
        return true;
    }
    match (Version::parse(version, LIBRARY), Constraints::parse(range, LIBRARY)) {
        (Ok(version), Ok(range)) => range.check(&version),
        _ => false,
    }
}
