//! How Sprig merges maps: the rules of the mergo library for `map[string]interface {}`.

use gotemplate::{Call, FuncError, Kind, Map, Type, VALUE_DEPTH_MAX, Value};

/// Whose value stays where both maps have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// The destination's, unless it is empty.
    Keep,
    /// The source's, even when it is empty.
    Overwrite,
}

/// Merges `source` into `destination`. Maps and lists that only the source has are shared afterwards, not copied.
pub(crate) fn merge(call: &mut Call<'_>, destination: &Map, source: &Map, conflict: Conflict) -> Result<(), FuncError> {
    merge_at(call, destination, source, conflict, 0)
}

fn merge_at(
    call: &mut Call<'_>,
    destination: &Map,
    source: &Map,
    conflict: Conflict,
    depth: u32,
) -> Result<(), FuncError> {
    if depth >= VALUE_DEPTH_MAX {
        return Err(budget::Exceeded::Depth(VALUE_DEPTH_MAX).into());
    }
    for (key, theirs) in source.entries() {
        call.spend(1)?;
        let ours = destination.get(&key);
        let overwrite = conflict == Conflict::Overwrite;
        let is_map = |value: &Value| value.kind() == Kind::Map;
        let take = match (&ours, &theirs) {
            // Compat: nil overwrites, but is never filled in.
            (_, Value::Nil | Value::NoValue) => overwrite,
            (Some(Value::Map(ours)), Value::Map(theirs)) => {
                if !ours.is_nil() {
                    merge_at(call, ours, theirs, conflict, depth + 1)?;
                }
                ours.is_empty()
            }
            (Some(ours), theirs) if is_map(ours) && is_map(theirs) => !ours.is_true(),
            (Some(ours), _) => overwrite || !ours.is_true(),
            (None, _) => true,
        };
        if take {
            assignable(destination, source)?;
            call.set(destination, key, theirs);
        }
    }
    Ok(())
}

/// What Go's reflection panics with when values of any type are put into a map of strings.
fn assignable(destination: &Map, source: &Map) -> Result<(), FuncError> {
    let (to, from) = (*destination.map_type().elem, *source.map_type().elem);
    if to == Type::Any || from == to {
        return Ok(());
    }
    Err(format!("reflect.Value.SetMapIndex: value of type {from} is not assignable to type {to}").into())
}
