//! Calls: the operators that need not look at all their operands, and every function that does.

use super::Evaluator;
use crate::error::EvalError;
use crate::library;
use crate::numbers;
use crate::size::{REGEX, TRAVERSAL, scaled};
use crate::syntax::{ACCUMULATOR, Call, Expr, Kind};
use crate::value::{Evaluated, Identity, Key, Library, List, Value, is_same_item};
use std::sync::Arc;

impl<'a> Evaluator<'a> {
    pub(super) fn call(&mut self, id: usize, call: &'a Call) -> Evaluated {
        match (call.function.as_str(), call.args.as_slice()) {
            ("_&&_", [left, right]) => self.logical(left, right, false),
            ("_||_", [left, right]) => self.logical(left, right, true),
            ("_?_:_", [condition, then, otherwise]) => match self.value(condition)? {
                Value::Bool(true) => self.value(then),
                Value::Bool(false) => self.value(otherwise),
                _ => Err(EvalError::NoSuchOverload),
            },
            ("@not_strictly_false", [operand]) => {
                let value = self.value(operand);
                self.spend(1)?;
                Ok(Value::Bool(value != Ok(Value::Bool(false))))
            }
            ("or" | "orValue", [otherwise]) => self.or(call, otherwise),
            _ => self.strict(id, call),
        }
    }

    /// `&&` and `||`: `decided` is the value that settles it, whatever the other operand is, an error included.
    fn logical(&mut self, left: &'a Expr, right: &'a Expr, decided: bool) -> Evaluated {
        let left = self.value(left);
        match left {
            Ok(Value::Bool(value)) if value == decided => return left,
            Err(EvalError::CostLimit) => return left,
            _ => {}
        }
        let right = self.value(right);
        match (&left, &right) {
            (_, Ok(Value::Bool(value))) if *value == decided => right,
            (_, Err(EvalError::CostLimit)) => right,
            (Err(_), _) => left,
            (_, Err(_)) => right,
            (Ok(Value::Bool(_)), Ok(Value::Bool(_))) => Ok(Value::Bool(!decided)),
            _ => Err(EvalError::NoSuchOverload),
        }
    }

    /// What an optional holds, or else another value, which is looked at only then.
    fn or(&mut self, call: &'a Call, otherwise: &'a Expr) -> Evaluated {
        let Some(target) = &call.target else { return Err(EvalError::NoSuchOverload) };
        let target = self.value(target)?;
        self.spend(1)?;
        match (&target, call.function.as_str()) {
            (Value::Optional(Some(_)), "or") => Ok(target),
            (Value::Optional(Some(value)), _) => Ok((**value).clone()),
            (Value::Optional(None), _) => self.value(otherwise),
            _ => Err(EvalError::NoSuchOverload),
        }
    }

    fn strict(&mut self, id: usize, call: &'a Call) -> Evaluated {
        if call.function == "_+_"
            && let [Expr { kind: Kind::Ident(name), .. }, added] = call.args.as_slice()
            && name == ACCUMULATOR
        {
            return self.accumulated(added);
        }
        let mut args = Vec::with_capacity(call.args.len() + 1);
        for operand in call.operands() {
            args.push(self.value(operand)?);
        }
        let result = apply(&call.function, &args);
        let overload = self.checked.overloads[id].first().copied().unwrap_or_default();
        self.spend(cost(&call.function, overload, &args, result.as_ref().ok()))?;
        result
    }

    /// Adds to the accumulator in place: it would be copied in every round otherwise.
    fn accumulated(&mut self, added: &'a Expr) -> Evaluated {
        let added = self.value(added)?;
        self.spend(2)?;
        let Some((_, slot)) = self.locals.iter_mut().rev().find(|(name, _)| *name == ACCUMULATOR) else {
            return Err(EvalError::NoSuchAttribute(ACCUMULATOR.to_owned()));
        };
        match (std::mem::replace(slot, Ok(Value::Null))?, added) {
            (Value::List(mut list), Value::List(added)) => {
                Arc::make_mut(&mut list).items.extend(added.items.iter().cloned());
                Ok(Value::List(list))
            }
            (before, added) => numbers::arithmetic("_+_", &before, &added).unwrap_or(Err(EvalError::NoSuchOverload)),
        }
    }
}

fn apply(function: &str, args: &[Value]) -> Evaluated {
    let applied = match (function, args) {
        ("_==_", [one, other]) => Some(Ok(Value::Bool(one == other))),
        ("_!=_", [one, other]) => Some(Ok(Value::Bool(one != other))),
        ("!_", [Value::Bool(value)]) => Some(Ok(Value::Bool(!value))),
        ("_[_]", [container, index]) => Some(indexed(container, index)),
        ("_[?_]", [container, index]) => Some(optionally_indexed(container, index)),
        ("@in", [item, container]) => contained(item, container),
        ("_+_", [Value::List(one), Value::List(other)]) => Some(Ok(added(one, other))),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [one, other]) => numbers::arithmetic(function, one, other),
        ("-_", [value]) => numbers::negated(value),
        ("_<_" | "_<=_" | "_>_" | "_>=_", [one, other]) => numbers::ordered(function, one, other),
        ("cel.@mapInsert", [Value::Map(map), inserted @ ..]) => Some(insert(map, inserted)),
        _ => library::call(function, args),
    };
    applied.unwrap_or(Err(EvalError::NoSuchOverload))
}

fn index_of(index: &Value) -> Option<i64> {
    match index {
        Value::Int(index) => Some(*index),
        Value::Uint(index) => i64::try_from(*index).ok(),
        #[expect(clippy::cast_possible_truncation)]
        Value::Double(index) if index.fract() == 0.0 => Some(*index as i64),
        _ => None,
    }
}

fn looked_up(container: &Value, index: &Value) -> Result<Option<Value>, EvalError> {
    match container {
        Value::List(list) => {
            let index = index_of(index).ok_or(EvalError::NoSuchOverload)?;
            Ok(usize::try_from(index).ok().and_then(|index| list.items.get(index)).cloned())
        }
        Value::Map(map) => Ok(Key::of(index).and_then(|key| map.get(&key)).cloned()),
        Value::Object(fields) => match index {
            Value::Text(name) => Ok(fields.get(&**name).cloned()),
            _ => Err(EvalError::NoSuchOverload),
        },
        _ => Err(EvalError::NoSuchOverload),
    }
}

fn indexed(container: &Value, index: &Value) -> Evaluated {
    if let Value::Optional(inner) = container {
        return match inner {
            None => Ok(Value::Optional(None)),
            Some(inner) => Ok(Value::Optional(looked_up(inner, index)?.map(Arc::new))),
        };
    }
    looked_up(container, index)?.ok_or_else(|| match (container, index_of(index)) {
        (Value::List(_), Some(index)) => EvalError::OutOfBounds(index),
        _ => EvalError::NoSuchKey(library::shown(index)),
    })
}

fn optionally_indexed(container: &Value, index: &Value) -> Evaluated {
    let container = match container {
        Value::Optional(None) => return Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => inner,
        container => container,
    };
    Ok(Value::Optional(looked_up(container, index)?.map(Arc::new)))
}

fn contained(item: &Value, container: &Value) -> Option<Evaluated> {
    let is_in = match container {
        Value::List(list) => list.items.contains(item),
        Value::Map(map) => Key::of(item).is_some_and(|key| map.contains_key(&key)),
        Value::Object(fields) => matches!(item, Value::Text(name) if fields.contains_key(&**name)),
        _ => return None,
    };
    Some(Ok(Value::Bool(is_in)))
}

/// Lists one after the other; where items have an identity, each stands once and the later one holds.
fn added(one: &List, other: &List) -> Value {
    let mut items = one.items.clone();
    match &one.identity {
        Identity::Place => items.extend(other.items.iter().cloned()),
        Identity::Value => {
            for item in &other.items {
                if !items.contains(item) {
                    items.push(item.clone());
                }
            }
        }
        Identity::Fields(fields) => {
            for item in &other.items {
                match items.iter_mut().find(|before| is_same_item(fields, before, item)) {
                    Some(before) => *before = item.clone(),
                    None => items.push(item.clone()),
                }
            }
        }
    }
    Value::List(Arc::new(List { items, identity: one.identity.clone() }))
}

fn insert(map: &std::collections::BTreeMap<Key, Value>, inserted: &[Value]) -> Evaluated {
    let entries = match inserted {
        [key, value] => vec![(Key::of(key).ok_or(EvalError::NoSuchOverload)?, value.clone())],
        [Value::Map(more)] => more.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        _ => return Err(EvalError::NoSuchOverload),
    };
    let mut map = map.clone();
    for (key, value) in entries {
        if map.contains_key(&key) {
            return Err(EvalError::other(format!(
                "insert failed: key {} already exists",
                library::shown(&key.value())
            )));
        }
        map.insert(key, value);
    }
    Ok(Value::Map(Arc::new(map)))
}

/// What a call costs besides its operands.
fn cost(function: &str, overload: &str, args: &[Value], result: Option<&Value>) -> u64 {
    let size = |index: usize| args.get(index).map_or(1, Value::size);
    let traversed = |index: usize, factor: f64| scaled(size(index), factor * TRAVERSAL);
    match function {
        "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" => args.first().map_or(0, traversal),
        "url" | "lowerAscii" | "upperAscii" | "substring" | "trim" | "cidr" | "isIP" | "isCIDR" | "quantity"
        | "isQuantity" | "semver" | "isSemver" => traversed(0, 1.0),
        "replace" | "split" | "ip.isCanonical" => traversed(0, 2.0),
        "join" => scaled(result.map_or(1, Value::size), 2.0 * TRAVERSAL),
        "find" | "findAll" | "matches" => {
            scaled(size(0).saturating_add(1), TRAVERSAL).saturating_mul(scaled(size(1), REGEX))
        }
        "ip" if matches!(args.first(), Some(Value::Text(_))) => traversed(0, 1.0),
        "containsIP" | "containsCIDR" => {
            let mut cost = scaled(size(0).saturating_mul(2), TRAVERSAL);
            if function == "containsCIDR" {
                cost += traversed(0, 1.0) + 1;
            }
            let is_text = matches!(args.get(1), Some(Value::Text(_)));
            cost + if is_text { traversed(1, 1.0) } else { 0 }
        }
        "validate" => validation(args),
        "_==_" | "_!=_" => match args {
            [Value::Library(_), _] => 1,
            _ => scaled(size(0).min(size(1)), TRAVERSAL),
        },
        "_<_" | "_<=_" | "_>_" | "_>=_" if is_text(args) => scaled(size(0).min(size(1)), TRAVERSAL),
        "startsWith" | "endsWith" | "strings.quote" | "format" => traversed(0, 1.0),
        "bytes" | "string" if matches!(overload, "string_to_bytes" | "bytes_to_string") => traversed(0, 1.0),
        "@in" if matches!(args.get(1), Some(Value::List(_))) => size(1),
        "_+_" if is_text(args) => scaled(size(0).saturating_add(size(1)), TRAVERSAL),
        "contains" => traversed(0, 1.0).saturating_mul(traversed(1, 1.0)),
        _ => 1,
    }
}

fn is_text(args: &[Value]) -> bool {
    matches!(args.first(), Some(Value::Text(_) | Value::Bytes(_)))
}

fn validation(args: &[Value]) -> u64 {
    let [Value::Library(format), text] = args else { return 1 };
    let Library::Format(format) = &**format else { return 1 };
    scaled(text.size().saturating_add(1), TRAVERSAL).saturating_mul(scaled(format.regex_size(), REGEX))
}

/// What it costs to go through a value with all it holds.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn traversal(value: &Value) -> u64 {
    match value {
        Value::Text(text) => (text.len() as f64 * TRAVERSAL) as u64,
        Value::Bytes(bytes) => (bytes.len() as f64 * TRAVERSAL) as u64,
        Value::List(list) => list.items.iter().map(traversal).sum(),
        Value::Map(map) => map.iter().map(|(key, value)| traversal(&key.value()) + traversal(value)).sum(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| traversal(&Value::text(name.as_str())) + traversal(value)).sum()
        }
        _ => 1,
    }
}
