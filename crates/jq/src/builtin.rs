//! The functions a filter may call: one table, one function each.

use crate::compare::{compare, number, number_value, type_name};
use crate::error::{RunError, raised};
use crate::eval::{Machine, Outputs, at, calculate, children};
use crate::item::Item;
use crate::strings;
use crate::syntax::{Calculation, Expr};
use serde_json::{Map, Value};

/// A function and how it is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Builtin(&'static Entry);

struct Entry {
    name: &'static str,
    arguments: usize,
    body: Body,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.name, self.arguments)
    }
}

/// How a function works.
#[derive(Clone, Copy)]
enum Body {
    /// On paths: it may pick.
    Picks(for<'v> fn(&mut Machine<'_>, &[Expr], Item<'v>) -> Outputs<'v>),
    /// From the input alone.
    Plain(fn(&Value) -> Result<Value, RunError>),
    /// From the input and the values of its one argument.
    With(fn(&Value, &Value) -> Result<Value, RunError>),
}

const fn picks(
    name: &'static str,
    arguments: usize,
    body: for<'v> fn(&mut Machine<'_>, &[Expr], Item<'v>) -> Outputs<'v>,
) -> Entry {
    Entry { name, arguments, body: Body::Picks(body) }
}

const fn plain(name: &'static str, body: fn(&Value) -> Result<Value, RunError>) -> Entry {
    Entry { name, arguments: 0, body: Body::Plain(body) }
}

const fn with(name: &'static str, body: fn(&Value, &Value) -> Result<Value, RunError>) -> Entry {
    Entry { name, arguments: 1, body: Body::With(body) }
}

#[rustfmt::skip]
static BUILTINS: &[Entry] = &[
    picks("empty", 0, |_, _, _| Ok(Vec::new())),
    picks("error", 0, |_, _, input| Err(raised(strings::shown(&input.value)))),
    picks("error", 1, |machine, arguments, input| {
        let given = machine.eval(&arguments[0], input)?;
        Err(raised(given.first().map(|item| strings::shown(&item.value)).unwrap_or_default()))
    }),
    picks("select", 1, select),
    picks("recurse", 0, |machine, _, input| machine.recurse(input)),
    picks("recurse", 1, recurse),
    picks("first", 0, |_, _, input| Ok(vec![at(&input, &Value::from(0))?])),
    picks("last", 0, |_, _, input| Ok(vec![at(&input, &Value::from(-1))?])),
    picks("first", 1, |machine, arguments, input| Ok(machine.eval(&arguments[0], input)?.into_iter().take(1).collect())),
    picks("last", 1, |machine, arguments, input| Ok(machine.eval(&arguments[0], input)?.pop().into_iter().collect())),
    picks("limit", 2, limit),
    picks("getpath", 1, get_path),
    picks("map", 1, map),
    picks("map_values", 1, map_values),
    picks("any", 0, |machine, _, input| quantify(machine, None, None, input, true)),
    picks("all", 0, |machine, _, input| quantify(machine, None, None, input, false)),
    picks("any", 1, |machine, arguments, input| quantify(machine, None, arguments.first(), input, true)),
    picks("all", 1, |machine, arguments, input| quantify(machine, None, arguments.first(), input, false)),
    picks("any", 2, |machine, arguments, input| quantify(machine, arguments.first(), arguments.get(1), input, true)),
    picks("all", 2, |machine, arguments, input| quantify(machine, arguments.first(), arguments.get(1), input, false)),
    picks("isempty", 1, |machine, arguments, input| {
        let given = machine.eval(&arguments[0], input)?;
        Ok(vec![Item::made(Value::Bool(given.is_empty()))])
    }),
    picks("IN", 1, |machine, arguments, input| {
        let given = machine.eval(&arguments[0], input.detached())?;
        let is_in = given.iter().any(|item| compare(&item.value, &input.value).is_eq());
        Ok(vec![Item::made(Value::Bool(is_in))])
    }),
    picks("with_entries", 1, with_entries),
    picks("sort_by", 1, |machine, arguments, input| keyed(machine, &arguments[0], &input, sorted)),
    picks("unique_by", 1, |machine, arguments, input| keyed(machine, &arguments[0], &input, unique)),
    picks("test", 2, |machine, arguments, input| {
        let flags = machine.eval(&arguments[1], input.detached())?;
        let flags = flags.first().map(|item| item.value.as_str().unwrap_or_default().to_owned()).unwrap_or_default();
        machine.each(&arguments[0], input.clone(), |_, item| Ok(vec![Item::made(strings::test(&input.value, &item.value, &flags)?)]))
    }),
    picks("arrays", 0, |_, _, input| of_type(input, |value| value.is_array())),
    picks("objects", 0, |_, _, input| of_type(input, |value| value.is_object())),
    picks("iterables", 0, |_, _, input| of_type(input, |value| value.is_array() || value.is_object())),
    picks("scalars", 0, |_, _, input| of_type(input, |value| !value.is_array() && !value.is_object())),
    picks("booleans", 0, |_, _, input| of_type(input, |value| value.is_boolean())),
    picks("numbers", 0, |_, _, input| of_type(input, |value| value.is_number())),
    picks("strings", 0, |_, _, input| of_type(input, |value| value.is_string())),
    picks("nulls", 0, |_, _, input| of_type(input, |value| value.is_null())),
    picks("values", 0, |_, _, input| of_type(input, |value| !value.is_null())),
    plain("not", |value| Ok(Value::Bool(matches!(value, Value::Null | Value::Bool(false))))),
    plain("length", length),
    plain("utf8bytelength", |value| strings::text(value).map(|text| Value::from(text.len()))),
    plain("keys", keys),
    plain("keys_unsorted", keys),
    plain("type", |value| Ok(Value::from(type_name(value)))),
    plain("add", add),
    plain("sort", |value| Ok(Value::Array(sorted(list(value)?.iter().map(|own| (own.clone(), own.clone())).collect())))),
    plain("unique", |value| Ok(Value::Array(unique(list(value)?.iter().map(|own| (own.clone(), own.clone())).collect())))),
    plain("reverse", |value| Ok(Value::Array(list(value)?.iter().rev().cloned().collect()))),
    plain("min", |value| Ok(list(value)?.iter().min_by(|a, b| compare(a, b)).cloned().unwrap_or(Value::Null))),
    plain("max", |value| Ok(list(value)?.iter().max_by(|a, b| compare(a, b)).cloned().unwrap_or(Value::Null))),
    plain("flatten", |value| Ok(Value::Array(flat(list(value)?)))),
    plain("to_entries", to_entries),
    plain("from_entries", from_entries),
    plain("tostring", |value| Ok(Value::String(strings::shown(value)))),
    plain("tojson", |value| Ok(Value::String(value.to_string()))),
    plain("fromjson", |value| serde_json::from_str(strings::text(value)?).map_err(|_| raised("the text is no JSON"))),
    plain("tonumber", tonumber),
    plain("floor", |value| rounded(value, f64::floor)),
    plain("ceil", |value| rounded(value, f64::ceil)),
    plain("round", |value| rounded(value, f64::round)),
    plain("abs", |value| rounded(value, f64::abs)),
    plain("ascii_downcase", |value| Ok(Value::String(strings::text(value)?.to_ascii_lowercase()))),
    plain("ascii_upcase", |value| Ok(Value::String(strings::text(value)?.to_ascii_uppercase()))),
    plain("trim", |value| Ok(Value::from(strings::text(value)?.trim()))),
    with("has", has),
    with("in", |value, within| has(within, value)),
    with("contains", |value, part| contains(value, part).map(Value::Bool)),
    with("inside", |value, whole| contains(whole, value).map(Value::Bool)),
    with("startswith", |value, part| Ok(Value::Bool(strings::text(value)?.starts_with(strings::text(part)?)))),
    with("endswith", |value, part| Ok(Value::Bool(strings::text(value)?.ends_with(strings::text(part)?)))),
    with("ltrimstr", |value, part| Ok(strings::trimmed(value, part, |text, part| text.strip_prefix(part).map(str::to_owned)))),
    with("rtrimstr", |value, part| Ok(strings::trimmed(value, part, |text, part| text.strip_suffix(part).map(str::to_owned)))),
    with("test", |value, expression| strings::test(value, expression, "")),
    with("split", |value, separator| calculate(Calculation::Divide, value, separator)),
    with("join", strings::join),
    with("index", |value, part| Ok(strings::index(value, part))),
];

impl Builtin {
    /// The function with this name and number of arguments.
    pub fn named(name: &str, arguments: usize) -> Option<Self> {
        BUILTINS.iter().find(|entry| entry.name == name && entry.arguments == arguments).map(Builtin)
    }
}

/// Calls a function.
pub(crate) fn call<'v>(machine: &mut Machine<'_>, name: &str, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let unknown = || raised(format!("function {name}/{} is not known here", arguments.len()));
    let builtin = Builtin::named(name, arguments.len()).ok_or_else(unknown)?;
    match builtin.0.body {
        Body::Picks(body) => body(machine, arguments, input),
        Body::Plain(body) => {
            let made = body(&input.value)?;
            machine.count(&made)?;
            Ok(vec![Item::made(made)])
        }
        Body::With(body) => {
            let given = machine.eval(&arguments[0], input.detached())?;
            let mut outputs = Vec::new();
            for argument in given {
                let made = body(&input.value, &argument.value)?;
                machine.count(&made)?;
                outputs.push(Item::made(made));
            }
            Ok(outputs)
        }
    }
}

fn select<'v>(machine: &mut Machine<'_>, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let verdicts = machine.eval(&arguments[0], input.detached())?;
    Ok(verdicts.iter().filter(|verdict| verdict.is_true()).map(|_| input.clone()).collect())
}

fn recurse<'v>(machine: &mut Machine<'_>, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let mut outputs = Vec::new();
    let mut left = vec![input];
    while let Some(item) = left.pop() {
        machine.budget.spend(1)?;
        left.extend(machine.eval(&arguments[0], item.clone())?.into_iter().rev());
        outputs.push(item);
    }
    Ok(outputs)
}

fn limit<'v>(machine: &mut Machine<'_>, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let counts = machine.eval(&arguments[0], input.detached())?;
    let count = counts.first().and_then(|item| item.value.as_u64()).unwrap_or_default();
    let outputs = machine.eval(&arguments[1], input)?;
    Ok(outputs.into_iter().take(usize::try_from(count).unwrap_or(usize::MAX)).collect())
}

fn get_path<'v>(machine: &mut Machine<'_>, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let paths = machine.eval(&arguments[0], input.detached())?;
    let mut outputs = Vec::new();
    for path in paths {
        let mut item = input.clone();
        for step in list(&path.value)? {
            item = at(&item, step)?;
        }
        outputs.push(item);
    }
    Ok(outputs)
}

fn map<'v>(machine: &mut Machine<'_>, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let mut items = Vec::new();
    for item in children(machine, input.detached())? {
        items.extend(machine.eval(&arguments[0], item)?.into_iter().map(|item| item.value.into_owned()));
    }
    let made = Value::Array(items);
    machine.count(&made)?;
    Ok(vec![Item::made(made)])
}

fn map_values<'v>(machine: &mut Machine<'_>, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let mut first = |item: Item<'v>| -> Result<Option<Value>, RunError> {
        Ok(machine.eval(&arguments[0], item)?.into_iter().next().map(|item| item.value.into_owned()))
    };
    let made = match &*input.value {
        Value::Array(items) => {
            let mut made = Vec::new();
            for item in items {
                made.extend(first(Item::made(item.clone()))?);
            }
            Value::Array(made)
        }
        Value::Object(entries) => {
            let mut made = Map::new();
            for (key, value) in entries {
                made.extend(first(Item::made(value.clone()))?.map(|value| (key.clone(), value)));
            }
            Value::Object(made)
        }
        other => return Err(raised(format!("cannot iterate over {}", type_name(other)))),
    };
    Ok(vec![Item::made(made)])
}

/// `any` and `all`: over what `generator` gives (the elements of the input unless named), by `condition` or by truth.
fn quantify<'v>(
    machine: &mut Machine<'_>,
    generator: Option<&Expr>,
    condition: Option<&Expr>,
    input: Item<'v>,
    sought: bool,
) -> Outputs<'v> {
    let items = match generator {
        Some(generator) => machine.eval(generator, input.detached())?,
        None => children(machine, input.detached())?,
    };
    for item in items {
        let verdicts = match condition {
            Some(condition) => machine.eval(condition, item)?,
            None => vec![item],
        };
        if verdicts.iter().any(|verdict| verdict.is_true() == sought) {
            return Ok(vec![Item::made(Value::Bool(sought))]);
        }
    }
    Ok(vec![Item::made(Value::Bool(!sought))])
}

fn with_entries<'v>(machine: &mut Machine<'_>, arguments: &[Expr], input: Item<'v>) -> Outputs<'v> {
    let entries = Item::made(to_entries(&input.value)?);
    let changed = map(machine, arguments, entries)?;
    changed.into_iter().map(|item| from_entries(&item.value).map(Item::made)).collect()
}

fn keyed<'v>(
    machine: &mut Machine<'_>,
    key: &Expr,
    input: &Item<'v>,
    then: fn(Vec<(Value, Value)>) -> Vec<Value>,
) -> Outputs<'v> {
    let mut pairs = Vec::new();
    for item in list(&input.value)? {
        let keys = machine.eval(key, Item::made(item.clone()))?;
        pairs.push((Value::Array(keys.into_iter().map(|key| key.value.into_owned()).collect()), item.clone()));
    }
    Ok(vec![Item::made(Value::Array(then(pairs)))])
}

fn sorted(mut pairs: Vec<(Value, Value)>) -> Vec<Value> {
    pairs.sort_by(|(a, _), (b, _)| compare(a, b));
    pairs.into_iter().map(|(_, value)| value).collect()
}

fn unique(mut pairs: Vec<(Value, Value)>) -> Vec<Value> {
    pairs.sort_by(|(a, _), (b, _)| compare(a, b));
    pairs.dedup_by(|(a, _), (b, _)| compare(a, b).is_eq());
    pairs.into_iter().map(|(_, value)| value).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "the table's form")]
fn of_type(input: Item<'_>, is: fn(&Value) -> bool) -> Outputs<'_> {
    Ok(if is(&input.value) { vec![input] } else { Vec::new() })
}

fn list(value: &Value) -> Result<&Vec<Value>, RunError> {
    value.as_array().ok_or_else(|| raised(format!("a list was expected, not {}", type_name(value))))
}

fn length(value: &Value) -> Result<Value, RunError> {
    Ok(match value {
        Value::Null => Value::from(0),
        Value::Number(own) => number_value(number(own).abs()),
        Value::String(text) => Value::from(text.chars().count()),
        Value::Array(items) => Value::from(items.len()),
        Value::Object(map) => Value::from(map.len()),
        Value::Bool(_) => return Err(raised("boolean has no length")),
    })
}

fn keys(value: &Value) -> Result<Value, RunError> {
    match value {
        Value::Object(map) => Ok(Value::Array(map.keys().cloned().map(Value::String).collect())),
        Value::Array(items) => Ok(Value::Array((0..items.len()).map(Value::from).collect())),
        other => Err(raised(format!("{} has no keys", type_name(other)))),
    }
}

fn add(value: &Value) -> Result<Value, RunError> {
    let items: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        other => return Err(raised(format!("cannot iterate over {}", type_name(other)))),
    };
    items.into_iter().try_fold(Value::Null, |sum, item| calculate(Calculation::Add, &sum, item))
}

fn flat(items: &[Value]) -> Vec<Value> {
    let mut flat = Vec::new();
    let mut left: Vec<&Value> = items.iter().rev().collect();
    while let Some(item) = left.pop() {
        match item {
            Value::Array(items) => left.extend(items.iter().rev()),
            other => flat.push(other.clone()),
        }
    }
    flat
}

fn to_entries(value: &Value) -> Result<Value, RunError> {
    let Value::Object(map) = value else { return Err(raised(format!("{} has no keys", type_name(value)))) };
    let entry = |(key, value): (&String, &Value)| serde_json::json!({"key": key, "value": value});
    Ok(Value::Array(map.iter().map(entry).collect()))
}

fn from_entries(value: &Value) -> Result<Value, RunError> {
    let mut map = Map::new();
    for entry in list(value)? {
        let field = |names: [&str; 4]| names.into_iter().find_map(|name| entry.get(name).filter(|own| !own.is_null()));
        let key = field(["key", "k", "name", "Key"]).map(strings::shown).unwrap_or_else(|| "null".to_owned());
        map.insert(key, field(["value", "v", "Value", "V"]).cloned().unwrap_or(Value::Null));
    }
    Ok(Value::Object(map))
}

fn tonumber(value: &Value) -> Result<Value, RunError> {
    match value {
        Value::Number(_) => Ok(value.clone()),
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number_value(number)),
            _ => Err(raised("the text is no number")),
        },
        other => Err(raised(format!("{} is no number", type_name(other)))),
    }
}

fn rounded(value: &Value, how: fn(f64) -> f64) -> Result<Value, RunError> {
    match value {
        Value::Number(own) => Ok(number_value(how(number(own)))),
        other => Err(raised(format!("a number was expected, not {}", type_name(other)))),
    }
}

fn has(value: &Value, key: &Value) -> Result<Value, RunError> {
    match (value, key) {
        (Value::Object(map), Value::String(key)) => Ok(Value::Bool(map.contains_key(key))),
        (Value::Array(items), Value::Number(own)) => {
            let place = number(own);
            #[expect(clippy::cast_precision_loss, reason = "lists are shorter than 2^52")]
            let length = items.len() as f64;
            Ok(Value::Bool(place >= 0.0 && place < length))
        }
        (value, key) => Err(raised(format!("cannot check whether {} has a {} key", type_name(value), type_name(key)))),
    }
}

fn contains(value: &Value, part: &Value) -> Result<bool, RunError> {
    match (value, part) {
        (Value::Object(map), Value::Object(part)) => {
            for (key, part) in part {
                let Some(own) = map.get(key) else { return Ok(false) };
                if !contains(own, part)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Array(items), Value::Array(parts)) => {
            Ok(parts.iter().all(|part| items.iter().any(|item| contains(item, part).unwrap_or(false))))
        }
        (Value::String(text), Value::String(part)) => Ok(text.contains(part.as_str())),
        (a, b) if type_name(a) == type_name(b) => Ok(compare(a, b).is_eq()),
        (a, b) => Err(raised(format!("{} and {} cannot have their containment checked", type_name(a), type_name(b)))),
    }
}
