//! Which applications a list shows, and how. It stands in the address, so that a list can be shared. A leaf module.

use api::{HealthStatusCode, SyncStatusCode};
use url::form_urlencoded::{Serializer, parse};

/// Nobody searches for longer words.
const WORDS_MAX: usize = 200;

/// How a list is arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arrangement {
    /// One line each.
    #[default]
    Table,
    /// One card each.
    Tiles,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppSort {
    /// What needs somebody first.
    #[default]
    Urgency,
    /// By name.
    Name,
    /// The newest first.
    Created,
    /// The last deployed first.
    Deployed,
}

impl AppSort {
    /// Every order, with its word in addresses and for people.
    pub const ALL: [(AppSort, &'static str, &'static str); 4] = [
        (AppSort::Urgency, "", "Needs somebody"),
        (AppSort::Name, "name", "Name"),
        (AppSort::Created, "created", "Newest"),
        (AppSort::Deployed, "deployed", "Last deployed"),
    ];

    /// Its word in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        AppSort::ALL.iter().find(|(own, ..)| *own == self).map_or("", |(_, word, _)| word)
    }
}

/// Which applications a list shows, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppQuery {
    /// Only those in whose name, project, repository, path or destination all of these words stand.
    pub words: String,
    /// Only these.
    pub sync: Option<SyncStatusCode>,
    /// Only these.
    pub health: Option<HealthStatusCode>,
    /// Only this project; empty for all. The same for those below.
    pub project: String,
    /// Only this cluster.
    pub cluster: String,
    /// Only this destination namespace.
    pub namespace: String,
    /// Only those with this label, `key` or `key=value`.
    pub label: String,
    /// Only this repository.
    pub repository: String,
    /// Only those that sync by themselves, or only those that do not.
    pub automated: Option<bool>,
    /// In which order.
    pub sort: AppSort,
    /// How it is arranged.
    pub arrangement: Arrangement,
    /// From which page on, counted from 0.
    pub page: usize,
}

impl AppQuery {
    /// Reads the query of an address. What is unknown is left out.
    #[must_use]
    pub fn read(query: Option<&str>) -> Self {
        let mut read = AppQuery::default();
        for (key, value) in parse(query.unwrap_or_default().as_bytes()) {
            let text = || value.chars().take(WORDS_MAX).collect::<String>();
            match &*key {
                "q" => read.words = text(),
                "sync" => read.sync = SyncStatusCode::parse(&value),
                "health" => read.health = HealthStatusCode::parse(&value),
                "project" => read.project = text(),
                "cluster" => read.cluster = text(),
                "namespace" => read.namespace = text(),
                "label" => read.label = text(),
                "repo" => read.repository = text(),
                "auto" => {
                    read.automated =
                        [("on", true), ("off", false)].into_iter().find(|own| own.0 == value).map(|own| own.1)
                }
                "sort" => {
                    let known = AppSort::ALL.iter().find(|(_, word, _)| *word == value);
                    read.sort = known.map(|own| own.0).unwrap_or_default();
                }
                "view" if value == "tiles" => read.arrangement = Arrangement::Tiles,
                "page" => read.page = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        read
    }

    /// The query of an address, with `?` before it; empty for everything.
    #[must_use]
    pub fn query(&self) -> String {
        let page = if self.page > 0 { self.page.to_string() } else { String::new() };
        let automated = match self.automated {
            None => "",
            Some(true) => "on",
            Some(false) => "off",
        };
        let all = [
            ("q", self.words.as_str()),
            ("sync", self.sync.map_or("", SyncStatusCode::as_str)),
            ("health", self.health.map_or("", HealthStatusCode::as_str)),
            ("project", &self.project),
            ("cluster", &self.cluster),
            ("namespace", &self.namespace),
            ("label", &self.label),
            ("repo", &self.repository),
            ("auto", automated),
            ("sort", self.sort.word()),
            ("view", if self.arrangement == Arrangement::Tiles { "tiles" } else { "" }),
            ("page", &page),
        ];
        let mut query = Serializer::new(String::new());
        query.extend_pairs(all.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The same with something else, from the first page on.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut AppQuery)) -> Self {
        let mut query = AppQuery { page: 0, ..self.clone() };
        change(&mut query);
        query
    }

    /// The same from another page on.
    #[must_use]
    pub fn with_page(&self, page: usize) -> Self {
        AppQuery { page, ..self.clone() }
    }

    /// Whether anything is filtered by what stands behind the form's fold.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        let texts = [&self.project, &self.cluster, &self.namespace, &self.label, &self.repository];
        texts.iter().any(|text| !text.is_empty()) || self.automated.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_stands_in_its_address() {
        let query =
            AppQuery::read(Some("q=a+%26b&sync=OutOfSync&health=Degraded&auto=on&sort=name&view=tiles&page=2&other=1"));
        assert_eq!(query.words, "a &b");
        assert_eq!(query.query(), "?q=a+%26b&sync=OutOfSync&health=Degraded&auto=on&sort=name&view=tiles&page=2");
        assert_eq!(query.with(|own| own.sync = None).query(), "?q=a+%26b&health=Degraded&auto=on&sort=name&view=tiles");
        assert_eq!(AppQuery::default().query(), "");
        assert_eq!(AppQuery::read(Some("page=-1&sync=Nonsense&auto=x")), AppQuery::default());
    }
}
