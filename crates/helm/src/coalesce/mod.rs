//! How the values of charts and of the user become one: what stands higher wins, maps are merged, globals go down.
//!
//! The maps are shared handles, as they are in Go: where the original changes a map that somebody else holds, so does
//! this, for charts can see it. Copies cost what has been written to. Start reading at [`Coalesce::values`].

mod globals;
mod nulls;
mod tables;

use crate::instance::Instance;
use crate::profile::Profile;
use crate::warning::Warning;
use budget::{Budget, Exceeded};
use gotemplate::{Map, Value, Written};

/// Why values cannot be coalesced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CoalesceError {
    /// What stands under a chart's name is no map: name, and the value as Go shows it.
    #[error("type mismatch on {0}: {1}")]
    TypeMismatch(String, String),
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

/// What coalescing works with.
pub(crate) struct Coalesce<'r> {
    pub(crate) profile: Profile,
    pub(crate) budget: &'r mut Budget,
    pub(crate) written: &'r mut Written,
    pub(crate) warnings: &'r mut Vec<Warning>,
}

/// Whether nulls take things away or are kept for a later pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// Helm's "coalesce".
    Delete,
    /// Helm's "merge".
    Keep,
}

impl Coalesce<'_> {
    /// The values of `chart` and of all charts in it under `given`, which is copied.
    pub(crate) fn values(&mut self, chart: &Instance<'_>, given: &Map, nulls: Nulls) -> Result<Map, CoalesceError> {
        let values = self.copy(given)?;
        self.chart(chart, &values, "", nulls)?;
        Ok(values)
    }

    pub(crate) fn copy(&mut self, map: &Map) -> Result<Map, Exceeded> {
        match Value::Map(map.clone()).deep_copy(self.budget)? {
            Value::Map(copy) => Ok(copy),
            _ => Ok(crate::instance::empty_map()),
        }
    }

    fn chart(&mut self, chart: &Instance<'_>, into: &Map, prefix: &str, nulls: Nulls) -> Result<(), CoalesceError> {
        let path = join(prefix, chart.name());
        self.defaults(chart, into, &path, nulls)?;
        for child in &chart.dependencies {
            self.budget.spend(1)?;
            let values = self.of_child(child.name(), into)?;
            self.globals(&values, into, &path)?;
            self.chart(child, &values, &path, nulls)?;
        }
        Ok(())
    }

    /// The map that holds a child's values.
    fn of_child(&mut self, name: &str, parent: &Map) -> Result<Map, CoalesceError> {
        match parent.get(name) {
            Some(Value::Map(values)) => Ok(values),
            Some(other) => {
                // Compat: the original prints with the verb for booleans, whatever the value is.
                let shown = gotemplate::sprintf(b"%t", &[other], self.budget)?;
                Err(CoalesceError::TypeMismatch(name.to_owned(), shown.to_string()))
            }
            None => {
                let values = crate::instance::empty_map();
                self.insert(parent, name, Value::Map(values.clone()));
                Ok(values)
            }
        }
    }

    /// Fills gaps in `into` with what the chart brings itself.
    fn defaults(&mut self, chart: &Instance<'_>, into: &Map, path: &str, nulls: Nulls) -> Result<(), Exceeded> {
        let defaults = self.copy(&chart.values)?;
        let cleans = self.profile.null_rules().cleans_defaults;
        for (key, default) in defaults.entries() {
            self.budget.spend(1)?;
            let name = key.to_str_lossy();
            match (into.get(&key), default) {
                (None, Value::Nil) if cleans && nulls == Nulls::Delete => {}
                (None, default) => {
                    if let (Value::Map(map), true) = (&default, cleans && nulls == Nulls::Delete) {
                        nulls::clean(map, self.budget)?;
                    }
                    self.insert(into, &name, default);
                }
                (Some(Value::Nil), _) if nulls == Nulls::Delete => {
                    into.remove(&key);
                }
                (Some(Value::Map(given)), Value::Map(default)) => {
                    let is_child = chart.dependencies.iter().any(|child| child.name() == name);
                    let nulls = if is_child { Nulls::Keep } else { nulls };
                    if cleans && nulls == Nulls::Delete {
                        nulls::clean(&default, self.budget)?;
                    }
                    self.tables(&given, &default, &join(path, &name), nulls)?;
                }
                (Some(Value::Map(_)), default) => {
                    if !matches!(default, Value::Nil) {
                        self.warnings.push(Warning::NotATable(join(path, &name)));
                    }
                }
                (Some(_), _) => {}
            }
        }
        Ok(())
    }

    pub(crate) fn insert(&mut self, map: &Map, key: &str, value: Value) {
        map.insert(self.written, key, value);
    }
}

pub(crate) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}
