//! Maps. `set`, `unset` and the merges change the map they are given; everybody who holds it sees that.

use crate::define::{Outcome, row, rows};
use crate::merge::{Conflict, merge};
use crate::print::to_text;
use gotemplate::{Args, Call, Definition, FuncError, Map, MapClass, MapType, Text, Type, Value};

const ANY: Type = Type::Any;
const MAP: Type = Type::MAP;
const STR: Type = Type::String;

pub(crate) const TABLE: &[Definition] = &[
    rows("dict", &[], ANY, MAP, dict),
    row("get", &[MAP, STR], ANY, |_, args| {
        Ok(args.map(0).and_then(|map| map.get(args.bytes(1))).unwrap_or_else(|| "".into()))
    }),
    row("set", &[MAP, STR, ANY], MAP, set),
    row("unset", &[MAP, STR], MAP, |_, args| {
        args.map(0).and_then(|map| map.remove(args.bytes(1)));
        Ok(unnamed(args))
    }),
    row("hasKey", &[MAP, STR], Type::Bool, |_, args| {
        Ok(args.map(0).is_some_and(|map| map.contains(args.bytes(1))).into())
    }),
    rows("pluck", &[STR], MAP, Type::LIST, |call, args| {
        call.spend(args.len())?;
        Ok(Value::list(maps(args.from(1)).filter_map(|map| map.get(args.bytes(0))).collect()))
    }),
    // The original's order of keys and values is random; ours is that of the keys.
    rows("keys", &[], MAP, Type::STRINGS, |call, args| {
        let keys: Vec<Text> = maps(args.from(0)).flat_map(Map::keys).collect();
        call.spend(keys.len())?;
        Ok(Value::strings(keys))
    }),
    row("values", &[MAP], Type::LIST, |call, args| {
        let entries = args.map(0).map(Map::entries).unwrap_or_default();
        call.spend(entries.len())?;
        Ok(Value::list(entries.into_iter().map(|(_, value)| value).collect()))
    }),
    rows("pick", &[MAP], STR, MAP, pick),
    rows("omit", &[MAP], STR, MAP, omit),
    rows("dig", &[], ANY, ANY, dig),
    // The merges without `must` give an empty string where the others fail, but nothing makes these fail.
    rows("merge", &[MAP], MAP, ANY, |call, args| merged(call, args, Conflict::Keep)),
    rows("mustMerge", &[MAP], MAP, ANY, |call, args| merged(call, args, Conflict::Keep)),
    rows("mergeOverwrite", &[MAP], MAP, ANY, |call, args| merged(call, args, Conflict::Overwrite)),
    rows("mustMergeOverwrite", &[MAP], MAP, ANY, |call, args| merged(call, args, Conflict::Overwrite)),
    row("deepCopy", &[ANY], ANY, deep_copy),
    row("mustDeepCopy", &[ANY], ANY, deep_copy),
];

/// The maps among values that are all maps, nil ones left out.
fn maps(values: &[Value]) -> impl Iterator<Item = &Map> {
    values.iter().filter_map(|value| match value {
        Value::Map(map) if !map.is_nil() => Some(map),
        _ => None,
    })
}

/// The first argument as the function's parameter sees it: a map of a named type has lost its name.
fn unnamed(args: Args<'_>) -> Value {
    match args.any(0) {
        Value::Map(map) => Value::Map(map.seen_as(&MapClass::ANY)),
        other => other.clone(),
    }
}

fn dict(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let mut entries = Vec::with_capacity(args.len() / 2 + 1);
    for pair in args.chunks(2) {
        let value = pair.get(1).cloned().unwrap_or_else(|| "".into());
        entries.push((to_text(call, &pair[0])?, value));
    }
    Ok(Value::Map(Map::from_entries(entries)))
}

fn set(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let map = args.map(0).ok_or("assignment to entry in nil map")?;
    call.set(map, args.text(1), args.any(2).clone());
    Ok(unnamed(args))
}

fn pick(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    call.spend(args.len())?;
    let map = args.map(0);
    let picked = (1..args.len()).filter_map(|at| Some((args.text(at), map?.get(args.bytes(at))?)));
    Ok(Value::Map(Map::from_entries(picked)))
}

fn omit(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let entries = args.map(0).map(Map::entries).unwrap_or_default();
    call.spend(entries.len().saturating_mul(args.len()))?;
    let omitted: Vec<Text> = (1..args.len()).map(|at| args.text(at)).collect();
    Ok(Value::Map(Map::from_entries(entries.into_iter().filter(|(key, _)| !omitted.contains(key)))))
}

/// `dig key… default map`: what stands under the path of keys.
fn dig(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    call.spend(args.len())?;
    let [keys @ .., default, dict] = &*args else {
        return Err("dig needs at least three arguments".into());
    };
    if keys.is_empty() {
        return Err("dig needs at least three arguments".into());
    }
    let mut map = plain_map(dict)?;
    let mut path = Vec::with_capacity(keys.len());
    for key in keys {
        match key {
            Value::Str(text) => path.push(text),
            other => return Err(conversion(other, "string")),
        }
    }
    for (at, key) in path.iter().enumerate() {
        let Some(step) = map.get(key) else { return Ok(default.clone()) };
        if at + 1 == path.len() {
            return Ok(step);
        }
        map = plain_map(&step)?;
    }
    Ok(default.clone())
}

/// Go's type assertion to `map[string]interface {}`: a named map type does not pass.
fn plain_map(value: &Value) -> Result<Map, FuncError> {
    match value {
        Value::Map(map) if map.map_type() == MapType::ANY => Ok(map.clone()),
        other => Err(conversion(other, "map[string]interface {}")),
    }
}

fn conversion(value: &Value, wanted: &str) -> FuncError {
    let given = value.go_type().map_or_else(|| "nil".to_owned(), |go_type| go_type.to_string());
    format!("interface conversion: interface {{}} is {given}, not {wanted}").into()
}

fn merged(call: &mut Call<'_>, args: Args<'_>, conflict: Conflict) -> Outcome {
    let sources: Vec<&Map> = maps(args.from(1)).collect();
    let destination = match args.map(0) {
        Some(map) => map.seen_as(&MapClass::ANY),
        None if sources.is_empty() => return Ok(unnamed(args)),
        None => Map::from_entries::<Text>([]),
    };
    for source in sources {
        merge(call, &destination, source, conflict)?;
    }
    Ok(Value::Map(destination))
}

fn deep_copy(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    match args.any(0) {
        Value::Nil | Value::NoValue => Err("reflect: call of reflect.Value.Type on zero Value".into()),
        value => Ok(value.deep_copy(call.budget)?),
    }
}
