//! Which of many generated cases are worth keeping: some of each function, of each type it gives and each error it makes.

use crate::Case;
use std::collections::BTreeMap;

/// How many results of one function and type, and how many errors of one function and sort, are kept.
const RESULTS: usize = 10;
const ERRORS: usize = 1;
/// How many results of a function that takes long are kept.
const SLOW_RESULTS: usize = 2;
/// How many regular expressions with a result, and with one error, are kept.
const PATTERNS: usize = 500;
const BROKEN_PATTERNS: usize = 12;
/// Larger cases are hard to read when they fail.
const CASE_BYTES_MAX: usize = 1_500;

/// A sample of `cases`.
pub fn thinned(cases: &[Case]) -> Vec<&Case> {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    let wanted = |case: &&Case| {
        let of_its_sort = kept.entry(sort(case)).or_default();
        *of_its_sort += 1;
        let failed = case.answer.starts_with("!!");
        let enough = match (is_pattern(case), failed) {
            (true, true) => BROKEN_PATTERNS,
            (true, false) => PATTERNS,
            (false, true) => ERRORS,
            (false, false) if case.template.contains("derivePassword") => SLOW_RESULTS,
            (false, false) => RESULTS,
        };
        *of_its_sort <= enough && case.template.len() + case.answer.len() <= CASE_BYTES_MAX
    };
    cases.iter().filter(wanted).collect()
}

/// Whether it is a regular expression out of pieces.
fn is_pattern(case: &Case) -> bool {
    case.template.contains('`') && !case.template.contains("typeOf")
}

fn sort(case: &Case) -> String {
    let function = if is_pattern(case) { "pattern" } else { case.template.split(' ').nth(3).unwrap_or_default() };
    match case.answer.strip_prefix("!! ") {
        Some(error) => format!("{function} {}", skeleton(error)),
        None => {
            format!("{function} {}", case.answer.split('|').next().filter(|_| !is_pattern(case)).unwrap_or_default())
        }
    }
}

/// An error's words without what it quotes and counts.
fn skeleton(error: &str) -> String {
    let message = error.rsplit(">: ").next().unwrap_or(error);
    let parts: Vec<&str> = message.split(['"', '`']).step_by(2).collect();
    parts.concat().chars().filter(|found| !found.is_ascii_digit()).collect()
}
