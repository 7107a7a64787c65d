//! Which values are equal and which come first, as Go and the original have it: numbers of different types compare,
//! nothing else does.

use crate::error::{Outcome, Wrong};
use crate::types::ListType;
use crate::value::{Integer, Value};
use budget::{Budget, Exceeded};
use std::cmp::Ordering;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ordered {
    Less,
    More,
    LessOrEqual,
    MoreOrEqual,
}

impl Ordered {
    fn text(self) -> &'static str {
        match self {
            Ordered::Less => "<",
            Ordered::More => ">",
            Ordered::LessOrEqual => "<=",
            Ordered::MoreOrEqual => ">=",
        }
    }

    /// What is not comparable, as NaN, is in no order.
    fn holds(self, ordering: Option<Ordering>) -> bool {
        match self {
            Ordered::Less => ordering == Some(Ordering::Less),
            Ordered::More => ordering == Some(Ordering::Greater),
            Ordered::LessOrEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            Ordered::MoreOrEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// Two numbers, brought to one type.
pub(crate) enum Numbers {
    Integers(i64, i64),
    Floats(f64, f64),
}

/// Both values as numbers of one type, when both are numbers.
pub(crate) fn numbers(one: &Value, other: &Value) -> Option<Numbers> {
    let float = |integer: &Integer| crate::builtin::float_of(&Value::Int(*integer)).unwrap_or(f64::NAN);
    Some(match (one, other) {
        (Value::Int(one), Value::Int(other)) => Numbers::Integers(one.value, other.value),
        (Value::Int(one), Value::Float(other)) => Numbers::Floats(float(one), *other),
        (Value::Float(one), Value::Int(other)) => Numbers::Floats(*one, float(other)),
        (Value::Float(one), Value::Float(other)) => Numbers::Floats(*one, *other),
        _ => return None,
    })
}

/// Whether the comparison holds.
pub(crate) fn ordered(order: Ordered, one: &Value, other: &Value) -> Outcome<bool> {
    let ordering = match numbers(one, other) {
        Some(Numbers::Integers(one, other)) => Some(one.cmp(&other)),
        Some(Numbers::Floats(one, other)) => one.partial_cmp(&other),
        None => match (one, other) {
            (Value::String(one), Value::String(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
            (Value::Time(one), Value::Time(other)) => Some(one.compare(other)),
            (Value::Duration(one), Value::Duration(other)) => Some(one.cmp(other)),
            _ => {
                let (one, other) = (one.type_name(), other.type_name());
                return Err(Wrong::new(format!("invalid operation: {one} {} {other}", order.text())));
            }
        },
    };
    Ok(order.holds(ordering))
}

/// Whether the two are equal.
pub(crate) fn equal(one: &Value, other: &Value, budget: &mut Budget) -> Result<bool, Exceeded> {
    budget.spend(1)?;
    match numbers(one, other) {
        Some(Numbers::Integers(one, other)) => return Ok(one == other),
        Some(Numbers::Floats(one, other)) => return Ok(one == other),
        None => {}
    }
    match (one, other) {
        (Value::List(one_list), Value::List(other_list)) => {
            let (one_type, other_type) = (one_list.list_type(), other_list.list_type());
            let is_plain = |ty| matches!(ty, ListType::Any | ListType::Int | ListType::Float | ListType::String);
            let is_any = one_type == ListType::Any || other_type == ListType::Any;
            if is_plain(one_type) && is_plain(other_type) && (is_any || one_type == other_type) {
                return all_equal(one_list.items(), other_list.items(), budget);
            }
            deep_equal(one, other, budget)
        }
        (Value::List(list), Value::Bytes(bytes)) | (Value::Bytes(bytes), Value::List(list))
            if list.list_type() == ListType::Any =>
        {
            let bytes: Vec<Value> = bytes.as_bytes().iter().map(|byte| crate::builtin::byte_value(*byte)).collect();
            all_equal(list.items(), &bytes, budget)
        }
        _ => deep_equal(one, other, budget),
    }
}

fn all_equal(one: &[Value], other: &[Value], budget: &mut Budget) -> Result<bool, Exceeded> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (one, other) in one.iter().zip(other) {
        if !equal(one, other, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Go's `reflect.DeepEqual`: types must be the same all the way down.
fn deep_equal(one: &Value, other: &Value, budget: &mut Budget) -> Result<bool, Exceeded> {
    budget.spend(1)?;
    Ok(match (one, other) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(one), Value::Int(other)) => one == other,
        (Value::Float(one), Value::Float(other)) => one == other,
        (Value::String(one), Value::String(other)) | (Value::Bytes(one), Value::Bytes(other)) => {
            budget.spend(one.len() as u64 / 64)?;
            one == other
        }
        (Value::Time(one), Value::Time(other)) => one.compare(other) == Ordering::Equal,
        (Value::Duration(one), Value::Duration(other))
        | (Value::Month(one), Value::Month(other))
        | (Value::Weekday(one), Value::Weekday(other)) => one == other,
        (Value::Zone(one), Value::Zone(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            if one.list_type() != other.list_type() || one.items().len() != other.items().len() {
                return Ok(false);
            }
            for (one, other) in one.items().iter().zip(other.items()) {
                if !deep_equal(one, other, budget)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(one), Value::Map(other)) => {
            if one.map_type() != other.map_type() || one.len() != other.len() {
                return Ok(false);
            }
            for (key, value) in one.entries() {
                let Some(other) = other.get(key) else { return Ok(false) };
                if !deep_equal(value, other, budget)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}
