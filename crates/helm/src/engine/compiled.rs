//! Templates that have been parsed already, kept between renders.

use super::ahead::{self, Named, Workers};
use crate::profile::Profile;
use budget::Budget;
use bytes::Bytes;
use gotemplate::{ParseError, Parsed, Set, Text};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Parsed templates by profile and text, whatever charts they stand in. Give the same one to renders of the same chart,
/// and they parse only what has changed; a chart under many names is parsed once in any case.
#[derive(Default)]
pub struct Compiled {
    texts: BTreeMap<(Profile, Content), Kept>,
    /// Counts renders.
    round: u64,
    workers: Option<Box<dyn Workers>>,
}

struct Kept {
    parsed: Arc<Parsed>,
    /// It was parsed ahead, and no render has paid for it yet.
    owed: bool,
    /// The last render that used it.
    round: u64,
}

/// How many texts are kept for each one that the last render used, and how many in any case: charts may take turns.
const KEPT_FOR_EACH: usize = 4;
const KEPT_MIN: usize = 256;

impl Compiled {
    /// Nothing parsed yet.
    #[must_use]
    pub fn new() -> Self {
        Compiled::default()
    }

    /// Nothing parsed yet. Much that is to be parsed is shared among `workers`.
    #[must_use]
    pub fn with_workers(workers: impl Workers + 'static) -> Self {
        Compiled { workers: Some(Box::new(workers)), ..Compiled::default() }
    }

    /// Has `texts` parsed ahead by the workers, if there are any. A render that meets one of them pays for it then, and finds
    /// again what is wrong with those that were left out.
    pub(super) fn parse_ahead<'t>(
        &mut self,
        texts: impl Iterator<Item = Named<'t>>,
        profile: Profile,
        budget: &Budget,
    ) {
        let Some(workers) = &self.workers else { return };
        let mut seen = BTreeSet::new();
        let mut is_new = |text: &Bytes| {
            let key = (profile, Content(text.clone()));
            !self.texts.contains_key(&key) && seen.insert(key)
        };
        let texts: Vec<Named<'_>> = texts.filter(|(_, text)| is_new(text)).collect();
        let round = self.round;
        for (text, parsed) in ahead::parse(&texts, profile, workers.as_ref(), budget) {
            self.texts.insert((profile, Content(text)), Kept { parsed, owed: true, round });
        }
    }

    /// A render begins.
    pub(super) fn begin(&mut self) {
        self.round += 1;
    }

    /// A render has all it needs: what others needed goes, should it have become much.
    pub(super) fn end(&mut self) {
        let used = self.texts.values().filter(|kept| kept.round == self.round).count();
        if self.texts.len() > KEPT_MIN + used * KEPT_FOR_EACH {
            self.texts.retain(|_, kept| kept.round == self.round);
        }
    }

    pub(super) fn get_or_parse(
        &mut self,
        path: &Text,
        text: &Bytes,
        profile: Profile,
        budget: &mut Budget,
    ) -> Result<Arc<Parsed>, ParseError> {
        let round = self.round;
        let key = (profile, Content(text.clone()));
        if let Some(kept) = self.texts.get_mut(&key) {
            kept.round = round;
            if std::mem::take(&mut kept.owed) {
                kept.parsed.pay(budget)?;
            }
            if kept.parsed.is_named(path) {
                return Ok(kept.parsed.clone());
            }
            if let Some(named) = kept.parsed.named(path) {
                return Ok(Arc::new(named));
            }
        }
        let parsed = Set::compile(&path.to_str_lossy(), text, &crate::functions::table(profile), budget)?;
        self.texts.insert(key, Kept { parsed: parsed.clone(), owed: false, round });
        Ok(parsed)
    }
}

/// A text. Its length is compared first, then where it lies: most comparisons look at no letter.
struct Content(Bytes);

impl Ord for Content {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| if self.0.as_ptr() == other.0.as_ptr() { Ordering::Equal } else { self.0.cmp(&other.0) })
    }
}

impl PartialOrd for Content {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Content {}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({} templates)", self.texts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(compiled: &mut Compiled, path: &str, text: &'static str) -> Arc<Parsed> {
        compiled
            .get_or_parse(
                &Text::from(path),
                &Bytes::from_static(text.as_bytes()),
                Profile::V4_2,
                &mut Budget::default(),
            )
            .expect("a template")
    }

    #[test]
    fn one_text_under_two_names_is_parsed_once() {
        let mut compiled = Compiled::new();
        compiled.begin();
        let first = parsed(&mut compiled, "a/x", "{{ define \"f\" }}1{{ end }}");
        let second = parsed(&mut compiled, "b/x", "{{ define \"f\" }}1{{ end }}");
        assert_eq!(compiled.texts.len(), 1);
        let names = |parsed: &Parsed| parsed.names().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!((names(&first), names(&second)), ("a/x f".to_owned(), "b/x f".to_owned()));
    }

    #[test]
    fn a_text_that_defines_a_template_of_its_own_name_is_parsed_for_each_name() {
        let mut compiled = Compiled::new();
        let text = "{{ define \"b/x\" }}1{{ end }}";
        assert!(parsed(&mut compiled, "b/x", text).named(&Text::from("a/x")).is_none());
        assert!(parsed(&mut compiled, "a/x", text).named(&Text::from("b/x")).is_none());
    }

    #[test]
    fn what_is_not_used_for_long_goes() {
        let mut compiled = Compiled::new();
        for round in 0..1000 {
            compiled.begin();
            let text = Bytes::from(format!("text {round}"));
            compiled.get_or_parse(&Text::from("a"), &text, Profile::V4_2, &mut Budget::default()).expect("a template");
            compiled.end();
            assert!(compiled.texts.len() <= KEPT_MIN + KEPT_FOR_EACH);
        }
    }
}
