//! What several numbers come to: the largest, the smallest, their mean and median.

use super::define::{Call, Checking, Definition};
use super::numbers::{float_of, go_name};
use crate::compare::{Ordered, ordered};
use crate::error::{Outcome, Wrong};
use crate::types::{ListType, Type};
use crate::value::Value;

pub(super) const TABLE: &[Definition] = &[
    Definition {
        name: "max",
        checking: Checking::Rule(|types| check("max", types)),
        call: |args, call| extreme("max", Ordered::Less, args, call).map(|found| found.unwrap_or(Value::Nil)),
    },
    Definition {
        name: "min",
        checking: Checking::Rule(|types| check("min", types)),
        call: |args, call| extreme("min", Ordered::More, args, call).map(|found| found.unwrap_or(Value::Nil)),
    },
    Definition { name: "mean", checking: Checking::Rule(|types| check("mean", types)), call: mean },
    Definition { name: "median", checking: Checking::Rule(|types| check("median", types)), call: median },
];

fn check(name: &str, types: &[Type]) -> Result<Type, String> {
    let Some(first) = types.first() else { return Err(format!("not enough arguments to call {name}")) };
    for ty in types {
        if ty.is_unknown() || ty.is_list() {
            return Ok(Type::Any);
        }
        if !ty.is_number() && !matches!(ty, Type::Duration | Type::Month | Type::Weekday) {
            return Err(format!("invalid argument for {name} (type {})", go_name(ty)));
        }
    }
    Ok(first.clone())
}

fn is_integer_kind(value: &Value) -> bool {
    matches!(value, Value::Duration(_) | Value::Month(_) | Value::Weekday(_))
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::Float(_))
}

fn invalid(name: &str, value: &Value) -> Wrong {
    let shown = if value.is_nil() { "<nil>".to_owned() } else { value.type_name() };
    Wrong::new(format!("invalid argument for {name} (type {shown})"))
}

/// The value that no other is beyond; `None` when there are no numbers.
fn extreme(name: &str, order: Ordered, arguments: &[Value], call: &mut Call<'_>) -> Outcome<Option<Value>> {
    let mut best: Option<Value> = None;
    let consider = |best: &mut Option<Value>, value: &Value| -> Outcome<()> {
        let is_better = match best {
            None => true,
            Some(best) => ordered(order, best, value)?,
        };
        if is_better {
            *best = Some(value.clone());
        }
        Ok(())
    };
    for argument in arguments {
        call.budget.spend(1)?;
        match argument {
            Value::List(list) => {
                let is_plain = matches!(list.list_type(), ListType::Any | ListType::Int | ListType::Float);
                for item in list.items() {
                    call.budget.spend(1)?;
                    let found = match item {
                        item if is_number(item) => Some(item.clone()),
                        Value::List(_) => extreme(name, order, std::slice::from_ref(item), call)?,
                        item if !is_plain && is_integer_kind(item) => Some(item.clone()),
                        item => return Err(invalid(name, item)),
                    };
                    if let Some(found) = found {
                        consider(&mut best, &found)?;
                    }
                }
            }
            Value::Bytes(_) => {
                for item in super::define::items(argument).unwrap_or_default() {
                    consider(&mut best, &item)?;
                }
            }
            value if is_number(value) || is_integer_kind(value) => consider(&mut best, value)?,
            value if arguments.len() == 1 => return Ok(Some(value.clone())),
            value => return Err(invalid(name, value)),
        }
    }
    Ok(best)
}

/// All numbers of the arguments, lists in lists too.
fn gather(name: &str, arguments: &[Value], call: &mut Call<'_>, into: &mut Vec<f64>) -> Outcome<()> {
    for argument in arguments {
        call.budget.spend(1)?;
        match argument {
            Value::List(list) => gather(name, list.items(), call, into)?,
            Value::Bytes(_) => gather(name, &super::define::items(argument).unwrap_or_default(), call, into)?,
            Value::Duration(value) | Value::Month(value) | Value::Weekday(value) => into.push(*value as f64),
            value if is_number(value) => into.push(float_of(value)?),
            value => return Err(invalid(name, value)),
        }
    }
    Ok(())
}

/// Sums list by list, as the original does: floats do not add up the same in any other order.
fn total(arguments: &[Value], call: &mut Call<'_>) -> Outcome<(u64, f64)> {
    let (mut count, mut sum) = (0, 0.0);
    for argument in arguments {
        call.budget.spend(1)?;
        match argument {
            Value::List(list) if list.items().iter().any(|item| matches!(item, Value::List(_))) => {
                let (mut inner_count, mut inner_sum) = (count, sum);
                for item in list.items() {
                    let (item_count, item_sum) = total(std::slice::from_ref(item), call)?;
                    inner_count += item_count;
                    inner_sum += item_sum;
                }
                (count, sum) = (inner_count, inner_sum);
            }
            other => {
                let mut numbers = Vec::new();
                gather("mean", std::slice::from_ref(other), call, &mut numbers)?;
                count += numbers.len() as u64;
                for number in numbers {
                    sum += number;
                }
            }
        }
    }
    Ok((count, sum))
}

fn mean(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let (count, sum) = total(arguments, call)?;
    Ok(Value::Float(if count == 0 { 0.0 } else { sum / count as f64 }))
}

fn median(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let mut numbers = Vec::new();
    gather("median", arguments, call, &mut numbers)?;
    // Go's order of floats: what is no number comes first.
    numbers.sort_by(|one, other| match (one.is_nan(), other.is_nan()) {
        (false, false) => one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal),
        (one, other) => other.cmp(&one),
    });
    let half = numbers.len() / 2;
    Ok(Value::Float(match numbers.len() {
        0 => 0.0,
        count if count % 2 == 1 => numbers[half],
        _ => (numbers[half - 1] + numbers[half]) / 2.0,
    }))
}
