//! Which Rollouts a list shows. It stands in the address, so that a list can be shared. A leaf module.

use crate::entry::Entry;
use url::form_urlencoded::{Serializer, parse};

/// So many lines are on one page.
pub const PAGE: usize = 100;

/// The states that can be chosen, in the order in which they need somebody.
pub const PHASES: [&str; 4] = ["Degraded", "Paused", "Progressing", "Healthy"];

/// Nobody searches for longer words.
const WORDS_MAX: usize = 200;

/// Which Rollouts a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this namespace; empty for all.
    pub namespace: String,
    /// Only those in whose name, namespace or images all of these words stand.
    pub words: String,
    /// Only this state; empty for all.
    pub phase: String,
    /// From which page on, counted from 0.
    pub page: usize,
}

impl Filter {
    /// Reads the query of an address. What is unknown is left out.
    pub fn read(query: Option<&str>) -> Self {
        let mut filter = Filter::default();
        for (key, value) in parse(query.unwrap_or_default().as_bytes()) {
            match &*key {
                "namespace" => filter.namespace = value.into_owned(),
                "q" => filter.words = value.chars().take(WORDS_MAX).collect(),
                "status" => filter.phase = value.into_owned(),
                "page" => filter.page = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        filter
    }

    /// The query of an address, with `?` before it; empty for everything.
    pub fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        for (key, value) in [("namespace", &self.namespace), ("q", &self.words), ("status", &self.phase)] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        if self.page > 0 {
            query.append_pair("page", &self.page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The same for another state, from the first page on.
    pub fn with_phase(&self, phase: &str) -> Self {
        Filter { phase: phase.to_owned(), page: 0, ..self.clone() }
    }

    /// The same from another page on.
    pub fn with_page(&self, page: usize) -> Self {
        Filter { page, ..self.clone() }
    }

    /// Whether a Rollout is among them, its state aside.
    pub fn is_about(&self, entry: &Entry) -> bool {
        let view = &entry.view;
        let is_in = |word: &str| {
            view.name.contains(word)
                || view.namespace.contains(word)
                || view.images.iter().any(|image| image.name.contains(word))
        };
        (self.namespace.is_empty() || self.namespace == view.namespace)
            && self.words.to_lowercase().split_whitespace().all(is_in)
    }

    /// Whether a Rollout is in the state that is asked for.
    pub fn is_in_phase(&self, entry: &Entry) -> bool {
        self.phase.is_empty() || group_of(&entry.view.status) == self.phase
    }
}

/// The state under which a Rollout is counted.
pub fn group_of(phase: &str) -> &str {
    match phase {
        "Degraded" | "Error" | "InvalidSpec" => "Degraded",
        "Paused" => "Paused",
        "Healthy" | "ScaledDown" => "Healthy",
        _ => "Progressing",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_stands_in_the_address() {
        let filter = Filter::read(Some("q=a+%26b&status=Paused&namespace=shop&page=2&other=1"));
        assert_eq!(filter.words, "a &b");
        assert_eq!(filter.query(), "?namespace=shop&q=a+%26b&status=Paused&page=2");
        assert_eq!(filter.with_phase("").query(), "?namespace=shop&q=a+%26b");
        assert_eq!(Filter::default().query(), "");
        assert_eq!(Filter::read(Some("page=-1")).page, 0);
    }
}
