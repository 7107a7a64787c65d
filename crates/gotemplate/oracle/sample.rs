//! Which of many generated cases are worth keeping: one of each sort, by what is used in it and what comes of it.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// How many cases of one sort are kept.
const OF_A_SORT: usize = 2;
/// How large the kept cases may be together.
const BYTES_MAX: usize = 300_000;
/// Larger cases are hard to read when they fail.
const CASE_BYTES_MAX: usize = 1200;

/// A sample of `cases`.
pub fn thinned(cases: &[Json]) -> Vec<&Json> {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = 0;
    cases
        .iter()
        .filter(|case| {
            let length = case.to_string().len();
            let of_its_sort = kept.entry(sort(case)).or_default();
            let wanted = length <= CASE_BYTES_MAX && bytes + length <= BYTES_MAX && *of_its_sort < OF_A_SORT;
            if wanted {
                *of_its_sort += 1;
                bytes += length;
            }
            wanted
        })
        .collect()
}

fn sort(case: &Json) -> String {
    match case["err"].as_str() {
        Some(error) => skeleton(error),
        None => words(case["t"].as_str().unwrap_or_default()).into_iter().collect::<Vec<_>>().join(" "),
    }
}

/// An error's words without what it quotes and counts.
fn skeleton(error: &str) -> String {
    let message = error.rsplit(">: ").next().unwrap_or(error);
    let mut quoted = false;
    let mut out = String::new();
    for found in message.chars() {
        if found == '"' {
            quoted = !quoted;
        } else if !quoted && !found.is_ascii_digit() {
            out.push(found);
        }
    }
    out
}

/// The names used in the actions of a template.
fn words(template: &str) -> BTreeSet<&str> {
    let actions = template.split("{{").skip(1).filter_map(|behind| behind.split("}}").next());
    actions
        .flat_map(|action| action.split(|found: char| !found.is_ascii_alphabetic()))
        .filter(|word| word.len() > 1)
        .collect()
}
