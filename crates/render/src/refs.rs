//! The sources that one may refer to, each remembering what was read of it.

use crate::{Lent, RefReads};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use tree::Recording;

/// The sources that may be referred to.
pub(crate) struct Refs<'t> {
    present: BTreeMap<&'t str, Recording<'t>>,
    charts: BTreeSet<&'t str>,
    /// Names that were looked for and give no files.
    missing: RefCell<BTreeSet<String>>,
}

/// What a name leads to.
pub(crate) enum Referred<'r, 't> {
    Files(&'r Recording<'t>),
    Chart,
    Nothing,
}

impl<'t> Refs<'t> {
    pub(crate) fn new(all: &'t BTreeMap<String, Lent<'t>>) -> Self {
        let mut refs = Refs { present: BTreeMap::new(), charts: BTreeSet::new(), missing: RefCell::default() };
        for (name, lent) in all {
            match lent {
                Lent::Files(tree) => drop(refs.present.insert(name.as_str(), Recording::new(*tree))),
                Lent::Chart => drop(refs.charts.insert(name.as_str())),
            }
        }
        refs
    }

    /// The source with that name; that there is none is remembered.
    pub(crate) fn get(&self, name: &str) -> Referred<'_, 't> {
        if let Some(found) = self.present.get(name) {
            return Referred::Files(found);
        }
        self.missing.borrow_mut().insert(name.to_owned());
        if self.charts.contains(name) { Referred::Chart } else { Referred::Nothing }
    }

    /// The names that are there, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        self.present.keys().chain(&self.charts).map(|name| format!("${name}")).collect()
    }

    /// What was read of those that were used.
    pub(crate) fn into_reads(self) -> BTreeMap<String, RefReads> {
        let present = self.present.into_iter().map(|(name, tree)| (name, tree.into_reads()));
        let used = present.filter(|(_, reads)| !reads.is_empty());
        let used = used.map(|(name, reads)| (name.to_owned(), RefReads::Read(reads)));
        let missing = self.missing.into_inner().into_iter().map(|name| (name, RefReads::Missing));
        used.chain(missing).collect()
    }
}
