//! Values under `global`: what a chart has there, the charts in it have too.

use super::{Coalesce, Nulls, join};
use crate::instance::empty_map;
use crate::values::GLOBAL;
use crate::warning::Warning;
use budget::Exceeded;
use gotemplate::{Map, Value};

impl Coalesce<'_> {
    /// Puts the globals of `parent` over those of `child`.
    ///
    /// Compat: a map among the globals is copied one level deep only. What a child brings for the levels below is
    /// therefore seen by its parent and by every chart that comes after it.
    pub(super) fn globals(&mut self, child: &Map, parent: &Map, path: &str) -> Result<(), Exceeded> {
        let into = match child.get(GLOBAL) {
            None => empty_map(),
            Some(Value::Map(map)) => map,
            Some(_) => {
                self.warnings.push(Warning::GlobalsSkipped("destination"));
                return Ok(());
            }
        };
        let from = match parent.get(GLOBAL) {
            None => empty_map(),
            Some(Value::Map(map)) => map,
            Some(_) => {
                self.warnings.push(Warning::GlobalsSkipped("source"));
                return Ok(());
            }
        };
        for (key, value) in from.entries() {
            self.budget.spend(1)?;
            let name = key.to_str_lossy().into_owned();
            match (value, into.get(&key)) {
                (Value::Map(map), None) => self.insert(&into, &name, Value::Map(shallow_copy(&map))),
                (Value::Map(map), Some(Value::Map(below))) => {
                    let copy = shallow_copy(&map);
                    self.tables(&copy, &below, &join(path, &name), Nulls::Keep)?;
                    self.insert(&into, &name, Value::Map(copy));
                }
                (Value::Map(_), Some(_)) => self.warnings.push(Warning::GlobalConflict(name)),
                (_, Some(Value::Map(_))) => self.warnings.push(Warning::GlobalIsTable(name)),
                (value, _) => self.insert(&into, &name, value),
            }
        }
        self.insert(child, GLOBAL, Value::Map(into));
        Ok(())
    }
}

fn shallow_copy(map: &Map) -> Map {
    Map::from_entries(map.entries())
}
