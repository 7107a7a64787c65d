//! Lists. They are never changed in place: every function gives a new one.

use crate::cast::to_int64;
use crate::define::{NIL_DEREFERENCE, Outcome, row, rows};
use gotemplate::{Args, Call, Definition, FuncError, List, ListType, Type, UintKind, Value};
use std::sync::Arc;

const ANY: Type = Type::Any;
const LIST: Type = Type::LIST;
/// `[][]interface {}`.
const LISTS: ListType = ListType { name: None, elem: &Type::LIST };

pub(crate) const TABLE: &[Definition] = &[
    rows("list", &[], ANY, LIST, list),
    rows("tuple", &[], ANY, LIST, list),
    row("append", &[ANY, ANY], LIST, push),
    row("push", &[ANY, ANY], LIST, push),
    row("mustAppend", &[ANY, ANY], LIST, push),
    row("mustPush", &[ANY, ANY], LIST, push),
    row("prepend", &[ANY, ANY], LIST, prepend),
    row("mustPrepend", &[ANY, ANY], LIST, prepend),
    row("first", &[ANY], ANY, first),
    row("mustFirst", &[ANY], ANY, first),
    row("last", &[ANY], ANY, last),
    row("mustLast", &[ANY], ANY, last),
    row("rest", &[ANY], LIST, rest),
    row("mustRest", &[ANY], LIST, rest),
    row("initial", &[ANY], LIST, initial),
    row("mustInitial", &[ANY], LIST, initial),
    row("reverse", &[ANY], LIST, reverse),
    row("mustReverse", &[ANY], LIST, reverse),
    row("compact", &[ANY], LIST, compact),
    row("mustCompact", &[ANY], LIST, compact),
    row("uniq", &[ANY], LIST, uniq),
    row("mustUniq", &[ANY], LIST, uniq),
    rows("without", &[ANY], ANY, LIST, without),
    rows("mustWithout", &[ANY], ANY, LIST, without),
    row("has", &[ANY, ANY], Type::Bool, has),
    row("mustHas", &[ANY, ANY], Type::Bool, has),
    rows("slice", &[ANY], ANY, ANY, slice),
    rows("mustSlice", &[ANY], ANY, ANY, slice),
    row("chunk", &[Type::INT, ANY], Type::List(LISTS), chunk),
    row("mustChunk", &[Type::INT, ANY], Type::List(LISTS), chunk),
    rows("concat", &[], ANY, ANY, concat),
];

fn list(_: &mut Call<'_>, args: Args<'_>) -> Outcome {
    Ok(Value::list(args.to_vec()))
}

/// The elements of any slice; what Go says of anything else, which is called by `verb`.
fn elements(call: &mut Call<'_>, value: &Value, verb: &str) -> Result<Vec<Value>, FuncError> {
    let elements = match value.plain() {
        Value::Nil | Value::NoValue => return Err(NIL_DEREFERENCE.into()),
        Value::List(list) => list.to_vec(),
        Value::Bytes(bytes) => bytes.iter().map(|byte| Value::Uint(u64::from(*byte), UintKind::Uint8)).collect(),
        _ => return Err(format!("{verb} type {}", value.kind()).into()),
    };
    call.make_room(elements.len())?;
    Ok(elements)
}

fn push(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut elements = elements(call, args.any(0), "Cannot push on")?;
    elements.push(args.any(1).clone());
    Ok(Value::list(elements))
}

fn prepend(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut elements = elements(call, args.any(0), "Cannot prepend on")?;
    elements.insert(0, args.any(1).clone());
    Ok(Value::list(elements))
}

fn first(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    Ok(elements(call, args.any(0), "Cannot find first on")?.into_iter().next().unwrap_or(Value::Nil))
}

fn last(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    Ok(elements(call, args.any(0), "Cannot find last on")?.pop().unwrap_or(Value::Nil))
}

fn rest(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut elements = elements(call, args.any(0), "Cannot find rest on")?;
    if elements.is_empty() {
        return Ok(Value::List(List::nil(ListType::ANY)));
    }
    elements.remove(0);
    Ok(Value::list(elements))
}

fn initial(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut elements = elements(call, args.any(0), "Cannot find initial on")?;
    Ok(match elements.pop() {
        None => Value::List(List::nil(ListType::ANY)),
        Some(_) => Value::list(elements),
    })
}

fn reverse(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut elements = elements(call, args.any(0), "Cannot find reverse on")?;
    elements.reverse();
    Ok(Value::list(elements))
}

fn compact(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut elements = elements(call, args.any(0), "Cannot compact on")?;
    elements.retain(Value::is_true);
    Ok(Value::list(elements))
}

fn uniq(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut unique: Vec<Value> = Vec::new();
    for element in elements(call, args.any(0), "Cannot find uniq on")? {
        if !holds(call, &unique, &element)? {
            unique.push(element);
        }
    }
    Ok(Value::list(unique))
}

fn without(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut kept = Vec::new();
    for element in elements(call, args.any(0), "Cannot find without on")? {
        if !holds(call, args.from(1), &element)? {
            kept.push(element);
        }
    }
    Ok(Value::list(kept))
}

fn has(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    if matches!(args.any(1), Value::Nil | Value::NoValue) {
        return Ok(false.into());
    }
    let elements = elements(call, args.any(1), "Cannot find has on")?;
    Ok(holds(call, &elements, args.any(0))?.into())
}

fn holds(call: &mut Call<'_>, haystack: &[Value], needle: &Value) -> Result<bool, FuncError> {
    for candidate in haystack {
        if needle.deep_equal(candidate, call.budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `slice list from to`: of the same type as the list.
fn slice(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let whole = args.any(0).plain();
    let elements = match &whole {
        Value::List(_) | Value::Bytes(_) | Value::Nil => elements(call, &whole, "")?,
        _ => return Err(format!("list should be type of slice or array but {}", args.any(0).kind()).into()),
    };
    if elements.is_empty() {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, to_int64);
    let end = args.get(2).map_or(elements.len() as i64, to_int64);
    let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
    let part = elements.get(range.clone()).ok_or("reflect.Value.Slice: slice index out of bounds")?;
    Ok(match &whole {
        Value::Bytes(bytes) => Value::Bytes(Arc::from(&bytes[range])),
        Value::List(list) => Value::List(List::typed(list.list_type(), part.to_vec())),
        _ => Value::Nil,
    })
}

/// `chunk size list`: lists of `size` elements, the last one shorter.
/// How many items of a list a list of its own takes the room of.
const CHUNK_ROOM: usize = 3;

fn chunk(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let elements = elements(call, args.any(1), "Cannot chunk")?;
    let chunks_at_most = elements.len() / usize::try_from(args.int(0)).unwrap_or(1).max(1) + 1;
    call.make_room(chunks_at_most * CHUNK_ROOM)?;
    let chunks = match usize::try_from(args.int(0)) {
        Ok(size) if size > 0 => elements.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect(),
        _ if whole_chunks(args.int(0), elements.len()) == 0.0 => Vec::new(),
        _ => return Err("runtime error: makeslice: len out of range".into()),
    };
    Ok(Value::List(List::typed(LISTS, chunks)))
}

/// How many chunks the original's arithmetic finds.
// Compat: a negative size that is larger than the list gives no chunk instead of a panic.
fn whole_chunks(size: i64, length: usize) -> f64 {
    ((length as f64 - 1.0) / size as f64).floor() + 1.0
}

fn concat(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut all = Vec::new();
    for list in args.iter() {
        let kind = list.kind();
        let fail = |error| match error {
            FuncError::Message(text) if text != NIL_DEREFERENCE => format!("Cannot concat type {kind} as list").into(),
            error => error,
        };
        all.extend(elements(call, list, "").map_err(fail)?);
    }
    Ok(Value::List(if all.is_empty() { List::nil(ListType::ANY) } else { List::new(all) }))
}
