//! Takes nulls out of maps.

use budget::{Budget, Exceeded};
use gotemplate::{Frozen, FrozenMap, Map, Value};

/// Removes every entry that is null, all the way down; lists are left alone.
pub(super) fn clean(map: &Map, budget: &mut Budget) -> Result<(), Exceeded> {
    if map.untouched().is_some_and(|data| !has_null(data)) {
        return Ok(());
    }
    for (key, value) in map.entries() {
        budget.spend(1)?;
        match value {
            Value::Nil => {
                map.remove(&key);
            }
            Value::Map(below) => clean(&below, budget)?,
            _ => {}
        }
    }
    Ok(())
}

fn has_null(data: &FrozenMap) -> bool {
    data.entries().iter().any(|(_, value)| match value {
        Frozen::Nil => true,
        Frozen::Map(below) => has_null(below),
        _ => false,
    })
}
