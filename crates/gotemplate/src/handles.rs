//! The handles that lists and maps over shared data keep of the lists and maps below them. A handle is made when it is
//! first asked for and then kept, because a map has an identity: what is written through it must be seen the next time.

use crate::frozen::Frozen;
use crate::text::Text;
use crate::value::{Handles, List, Map, Value};
use std::sync::{Arc, OnceLock};

/// The handles made so far.
pub(crate) fn handles(made: &OnceLock<Handles>) -> impl Iterator<Item = &Value> {
    made.get().into_iter().flatten().filter_map(OnceLock::get)
}

/// What the places for handles take.
pub(crate) fn handles_bytes(made: &OnceLock<Handles>) -> usize {
    made.get().map_or(0, |all| size_of_val::<[OnceLock<Value>]>(all))
}

/// Whether something was written to what `handle` leads to.
pub(crate) fn is_touched(handle: &Value) -> bool {
    match handle {
        Value::Map(map) => map.untouched().is_none(),
        Value::List(list) => list.untouched().is_none(),
        _ => false,
    }
}

/// Shared data that handles are kept for: the items of a list, the entries of a map.
pub(crate) trait Shared {
    /// The value of an item or entry.
    fn value(&self) -> &Frozen;
}

impl Shared for Frozen {
    fn value(&self) -> &Frozen {
        self
    }
}

impl Shared for (Text, Frozen) {
    fn value(&self) -> &Frozen {
        &self.1
    }
}

/// Up to this many entries there are places for handles of lists and maps only, counted out at each look; most of what
/// values files hold is neither. Larger data has a place for each entry.
const COUNTED_MAX: usize = 64;

/// How many places for handles `data` needs.
fn places<S: Shared>(data: &[S]) -> usize {
    if data.len() > COUNTED_MAX {
        return data.len();
    }
    data.iter().filter(|one| matches!(one.value(), Frozen::List(_) | Frozen::Map(_))).count()
}

/// The value at a position of shared data: scalars anew each time, lists and maps always the same handle.
pub(crate) fn thawed<S: Shared>(made: &OnceLock<Handles>, data: &[S], at: usize) -> Value {
    match data[at].value() {
        value @ (Frozen::List(_) | Frozen::Map(_)) => {
            let all = made.get_or_init(|| (0..places(data)).map(|_| OnceLock::new()).collect());
            let place = if data.len() > COUNTED_MAX { at } else { places(&data[..at]) };
            all[place].get_or_init(|| Value::from(value)).clone()
        }
        scalar => Value::from(scalar),
    }
}

/// Copies of the handles below which something was written; the others can be made again.
pub(crate) fn copied_handles<E>(
    made: &OnceLock<Handles>,
    deep: &mut dyn FnMut(&Value) -> Result<Value, E>,
) -> Result<OnceLock<Handles>, E> {
    let Some(all) = made.get().filter(|_| handles(made).any(is_touched)) else {
        return Ok(OnceLock::new());
    };
    let copies = all.iter().map(|handle| match handle.get().filter(|handle| is_touched(handle)) {
        Some(handle) => Ok(OnceLock::from(deep(handle)?)),
        None => Ok(OnceLock::new()),
    });
    Ok(OnceLock::from(copies.collect::<Result<Handles, E>>()?))
}

impl From<&Frozen> for Value {
    fn from(data: &Frozen) -> Self {
        match data {
            Frozen::Nil => Value::Nil,
            Frozen::Bool(value) => Value::Bool(*value),
            Frozen::Int(value, kind) => Value::Int(*value, *kind),
            Frozen::Float(value) => Value::Float(*value),
            Frozen::Str(text) => Value::Str(text.clone()),
            Frozen::List(items) => Value::List(List::frozen(items.clone())),
            Frozen::Map(entries) => Value::Map(Map::frozen(entries.clone())),
        }
    }
}

/// Drops values without recursion: what the last handle of a list or map leads to is dropped after it.
pub(crate) fn drop_all(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        match value {
            Value::Map(Map { cell, .. }) => {
                if let Some(mut cell) = Arc::into_inner(cell) {
                    cell.give_up(&mut pending);
                }
            }
            Value::List(List(cell)) => {
                if let Some(mut cell) = Arc::into_inner(cell) {
                    cell.give_up(&mut pending);
                }
            }
            _ => {}
        }
    }
}
