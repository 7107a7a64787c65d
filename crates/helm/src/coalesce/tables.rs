//! Two maps into one.

use super::{Coalesce, Nulls, join};
use crate::warning::Warning;
use budget::Exceeded;
use gotemplate::{Map, Text, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Coalesce<'_> {
    /// Merges `weak` into `strong`: what `strong` has stays, maps are merged. Maps of `weak` that `strong` lacks are
    /// shared between the two afterwards.
    pub(crate) fn tables(&mut self, strong: &Map, weak: &Map, path: &str, nulls: Nulls) -> Result<(), Exceeded> {
        self.budget.enter()?;
        let merged = self.merge(strong, weak, path, nulls);
        self.budget.leave();
        merged
    }

    fn merge(&mut self, strong: &Map, weak: &Map, path: &str, nulls: Nulls) -> Result<(), Exceeded> {
        let keeps_unmatched = self.profile.null_rules().keeps_unmatched;
        if (keeps_unmatched || nulls == Nulls::Keep) && is_same_data(strong, weak) {
            return Ok(());
        }
        let mut originally_null = BTreeSet::new();
        if keeps_unmatched {
            originally_null = self.spread_nulls(strong, weak)?;
        }
        for (key, value) in weak.entries() {
            self.budget.spend(1)?;
            match (strong.get(&key), value) {
                (Some(Value::Nil), _) if nulls == Nulls::Delete && !originally_null.contains(&key) => {
                    strong.remove(&key);
                }
                (None, value) => strong.insert(self.written, key, value),
                (Some(Value::Map(strong)), Value::Map(weak)) => {
                    self.tables(&strong, &weak, &join(path, &key.to_str_lossy()), nulls)?;
                }
                (Some(_), value @ Value::Map(_)) => {
                    let path = join(path, &key.to_str_lossy());
                    self.warnings.push(Warning::TableDropped { path, value });
                }
                (Some(Value::Map(_)), value) if !matches!(value, Value::Nil) => {
                    let path = join(path, &key.to_str_lossy());
                    self.warnings.push(Warning::ValueDropped { path, value });
                }
                (Some(_), _) => {}
            }
        }
        Ok(())
    }

    /// Writes the nulls of `strong` into `weak`. Gives the keys for which `weak` had nothing but null itself: a null the
    /// user sets for something that is not there stays.
    fn spread_nulls(&mut self, strong: &Map, weak: &Map) -> Result<BTreeSet<Text>, Exceeded> {
        let mut unmatched = BTreeSet::new();
        for key in strong.keys() {
            self.budget.spend(1)?;
            if !matches!(strong.get(&key), Some(Value::Nil)) {
                continue;
            }
            if matches!(weak.get(&key), None | Some(Value::Nil)) {
                unmatched.insert(key.clone());
            }
            weak.insert(self.written, key, Value::Nil);
        }
        Ok(unmatched)
    }
}

/// Whether both are the same shared data, so that merging changes nothing.
fn is_same_data(a: &Map, b: &Map) -> bool {
    match (a.untouched(), b.untouched()) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => a.same(b),
    }
}
