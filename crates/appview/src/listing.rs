//! The lines of one page, and how many there are of each state.

use crate::query::{AppQuery, AppSort};
use crate::row::AppRow;
use api::{HealthStatusCode, SyncStatusCode};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// So many applications are on one page: what fits the budget of a first page of 150 KB.
pub const PAGE: usize = 50;
/// So many choices are offered in one selection; who has more searches by words.
const CHOICES_MAX: usize = 200;

/// The lines of one page.
#[derive(Debug, Default)]
pub struct Listing<'a, T> {
    /// The lines.
    pub rows: Vec<&'a T>,
    /// How many there are on all pages.
    pub matching: usize,
    /// How many there are at all.
    pub all: usize,
    /// Those that the words and selections leave, by sync status, whatever state is asked for.
    pub by_sync: BTreeMap<SyncStatusCode, usize>,
    /// The same by health.
    pub by_health: BTreeMap<HealthStatusCode, usize>,
    /// The projects there are.
    pub projects: BTreeSet<&'a str>,
    /// The clusters there are.
    pub clusters: BTreeSet<&'a str>,
    /// The destination namespaces there are.
    pub namespaces: BTreeSet<&'a str>,
    /// The repositories there are.
    pub repositories: BTreeSet<&'a str>,
}

/// The page of `items` that is asked for; `row` gives the line of one.
pub fn list<'a, T>(
    items: impl IntoIterator<Item = &'a T>,
    row: impl Fn(&'a T) -> &'a AppRow,
    query: &AppQuery,
) -> Listing<'a, T> {
    let words: Vec<String> = query.words.split_whitespace().map(str::to_lowercase).collect();
    let mut listing = Listing {
        rows: Vec::new(),
        matching: 0,
        all: 0,
        by_sync: BTreeMap::new(),
        by_health: BTreeMap::new(),
        projects: BTreeSet::new(),
        clusters: BTreeSet::new(),
        namespaces: BTreeSet::new(),
        repositories: BTreeSet::new(),
    };
    let mut found: Vec<(&AppRow, &'a T)> = Vec::new();
    for item in items {
        let own = row(item);
        listing.all += 1;
        listing.offer(own);
        if !is_about(own, query, &words) {
            continue;
        }
        *listing.by_sync.entry(own.sync).or_default() += 1;
        *listing.by_health.entry(own.health).or_default() += 1;
        let is_in_state =
            query.sync.is_none_or(|sync| sync == own.sync) && query.health.is_none_or(|it| it == own.health);
        if is_in_state {
            found.push((own, item));
        }
    }
    sort(&mut found, query.sort);
    listing.matching = found.len();
    listing.rows = found.into_iter().skip(query.page.saturating_mul(PAGE)).take(PAGE).map(|own| own.1).collect();
    listing
}

impl<'a, T> Listing<'a, T> {
    fn offer(&mut self, row: &'a AppRow) {
        let choices = [
            (&mut self.projects, &row.project),
            (&mut self.clusters, &row.cluster),
            (&mut self.namespaces, &row.to_namespace),
            (&mut self.repositories, &row.repository),
        ];
        for (known, text) in choices {
            if known.len() < CHOICES_MAX && !text.is_empty() {
                known.insert(text);
            }
        }
    }

    /// How many of these are in a state.
    #[must_use]
    pub fn synced(&self, sync: SyncStatusCode) -> usize {
        self.by_sync.get(&sync).copied().unwrap_or_default()
    }

    /// How many of these are so well.
    #[must_use]
    pub fn healthy(&self, health: HealthStatusCode) -> usize {
        self.by_health.get(&health).copied().unwrap_or_default()
    }
}

fn sort<T>(found: &mut [(&AppRow, &T)], by: AppSort) {
    match by {
        AppSort::Urgency => found.sort_by_key(|(row, _)| (row.urgency(), &*row.name, &*row.namespace)),
        AppSort::Name => found.sort_by_key(|(row, _)| (&*row.name, &*row.namespace)),
        AppSort::Created => found.sort_by_key(|(row, _)| (Reverse(row.created), &*row.name, &*row.namespace)),
        AppSort::Deployed => found.sort_by_key(|(row, _)| (Reverse(row.deployed), &*row.name, &*row.namespace)),
    }
}

fn is_about(row: &AppRow, query: &AppQuery, words: &[String]) -> bool {
    let is = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
    let contains = |text: &str, word: &str| {
        let lower = text.to_lowercase();
        lower.contains(word)
    };
    let texts = [&row.name, &row.namespace, &row.project, &row.repository, &row.path, &row.cluster, &row.to_namespace];
    is(&query.project, &row.project)
        && is(&query.cluster, &row.cluster)
        && is(&query.namespace, &row.to_namespace)
        && is(&query.repository, &row.repository)
        && query.automated.is_none_or(|own| own == row.is_automated)
        && has_label(row, &query.label)
        && words.iter().all(|word| texts.iter().any(|text| contains(text, word)))
}

fn has_label(row: &AppRow, wanted: &str) -> bool {
    match wanted.split_once('=') {
        _ if wanted.is_empty() => true,
        Some((key, value)) => row.labels.get(key.trim()).is_some_and(|own| own == value.trim()),
        None => row.labels.contains_key(wanted.trim()),
    }
}
