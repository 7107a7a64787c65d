//! Which applications are meant, in which order, and how many at a time. Pure.
//!
//! `projects`, `project`, `selector`, `repo`, `name` and `appNamespace` are upstream's; `health`, `sync`, `search`, `sort`,
//! `limit` and `continue` are ours, and without them a list is what upstream gives.

use crate::call::Asked;
use crate::index::Entry;
use crate::problem::Problem;
use api::normalize_git_url;
use std::cmp::Ordering;
use std::sync::Arc;

use super::selector::Selector;

/// Which applications are meant.
#[derive(Debug, Default)]
pub struct Filter {
    name: String,
    namespace: String,
    projects: Vec<String>,
    repository: Option<String>,
    selector: Selector,
    health: Vec<String>,
    sync: Vec<String>,
    search: Vec<String>,
}

/// By what a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By name.
    #[default]
    Name,
    /// The newest first.
    Created,
    /// By health, the worst first.
    Health,
    /// By sync status.
    Sync,
    /// By project, then name.
    Project,
}

/// So many words are looked for at most.
const WORDS_MAX: usize = 16;

impl Filter {
    /// Reads a query.
    ///
    /// # Errors
    /// The selector cannot be read.
    pub fn read(asked: &Asked) -> Result<Self, Problem> {
        let texts = |names: &[&str]| -> Vec<String> {
            names.iter().flat_map(|name| asked.all(name)).map(str::to_owned).collect()
        };
        let words = asked.query("search").split_whitespace().take(WORDS_MAX).map(str::to_lowercase);
        Ok(Filter {
            name: asked.query("name").to_owned(),
            namespace: asked.query("appNamespace").to_owned(),
            projects: texts(&["projects", "project"]),
            repository: Some(asked.query("repo")).filter(|repo| !repo.is_empty()).map(normalize_git_url),
            selector: Selector::parse(asked.query("selector")).map_err(Problem::invalid)?,
            health: texts(&["health"]),
            sync: texts(&["sync"]),
            search: words.collect(),
        })
    }

    /// Whether an application is meant.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        let any = |wanted: &[String], own: &str| wanted.is_empty() || wanted.iter().any(|one| one == own);
        (self.name.is_empty() || *self.name == *entry.object.name())
            && (self.namespace.is_empty() || self.namespace == entry.namespace())
            && any(&self.projects, &entry.project)
            && any(&self.health, entry.health.as_str())
            && any(&self.sync, entry.sync.as_str())
            && self.repository.as_ref().is_none_or(|repo| entry.repositories.contains(repo))
            && self.search.iter().all(|word| entry.searched.contains(word.as_str()))
            && self.selector.takes(&entry.object.meta().labels)
    }
}

impl Order {
    /// Reads the name of an order.
    ///
    /// # Errors
    /// There is no such order.
    pub fn read(text: &str) -> Result<Self, Problem> {
        match text {
            "" | "name" => Ok(Order::Name),
            "created" => Ok(Order::Created),
            "health" => Ok(Order::Health),
            "sync" => Ok(Order::Sync),
            "project" => Ok(Order::Project),
            _ => Err(Problem::invalid("sort must be one of name, created, health, sync and project")),
        }
    }

    /// Puts applications, which are in the order of their names, into this one.
    pub fn apply(self, entries: &mut [Arc<Entry>]) {
        match self {
            Order::Name => {}
            Order::Created => {
                entries.sort_by_key(|entry| std::cmp::Reverse(entry.object.meta().creation_timestamp));
            }
            Order::Health => entries.sort_by(|a, b| worst_first(a, b)),
            Order::Sync => entries.sort_by(|a, b| a.sync.as_str().cmp(b.sync.as_str())),
            Order::Project => entries.sort_by(|a, b| a.project.cmp(&b.project)),
        }
    }
}

fn worst_first(a: &Entry, b: &Entry) -> Ordering {
    const WORST_FIRST: [&str; 6] = ["Degraded", "Missing", "Unknown", "Progressing", "Suspended", "Healthy"];
    let rank = |entry: &Entry| WORST_FIRST.iter().position(|word| *word == entry.health.as_str());
    rank(a).cmp(&rank(b))
}
