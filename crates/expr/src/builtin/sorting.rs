//! Sorting, which may fail half way: not everything has an order.

use super::define::{Call, Checking, Definition, Sort};
use crate::compare::{Ordered, ordered};
use crate::error::{Outcome, Wrong};
use crate::types::ListType;
use crate::value::Value;

const ALL: Sort = Sort::List(ListType::Any);
const INTS: Sort = Sort::List(ListType::Int);
const FLOATS: Sort = Sort::List(ListType::Float);
const TEXTS: Sort = Sort::List(ListType::String);
/// Up to here Go sorts by insertion, and so do we: what is compared with what shows in messages.
const INSERTION_MAX: usize = 12;

pub(super) const TABLE: &[Definition] = &[Definition {
    name: "sort",
    checking: Checking::Overloads(&[
        (&[ALL, Sort::String], ALL),
        (&[INTS, Sort::String], ALL),
        (&[FLOATS, Sort::String], ALL),
        (&[TEXTS, Sort::String], ALL),
        (&[ALL], ALL),
        (&[FLOATS], ALL),
        (&[TEXTS], ALL),
        (&[INTS], ALL),
    ]),
    call: sort,
}];

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

impl Order {
    pub fn parse(text: &str) -> Option<Order> {
        match text {
            "asc" => Some(Order::Ascending),
            "desc" => Some(Order::Descending),
            _ => None,
        }
    }
}

fn sort(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let items = match &arguments[0] {
        Value::List(list)
            if matches!(list.list_type(), ListType::Any | ListType::Int | ListType::Float | ListType::String) =>
        {
            list.items().to_vec()
        }
        // Compat: everything else is sorted into nothing.
        _ => Vec::new(),
    };
    let order = match arguments.get(1) {
        None => Order::Ascending,
        Some(Value::String(text)) => Order::parse(&text.to_str_lossy())
            .ok_or_else(|| Wrong::new(format!("invalid order {text}, expected asc or desc")))?,
        Some(other) => {
            let message = format!("sort order argument must be a string (got {})", other.type_name());
            return Err(Wrong::new(message));
        }
    };
    let pairs = items.into_iter().map(|item| (item.clone(), item)).collect();
    let sorted = sort_by(pairs, order, call)?;
    call.grow(sorted.len() as u64)?;
    call.list(ListType::Any, sorted)
}

/// The second of each pair, sorted by the first.
pub(crate) fn sort_by(mut pairs: Vec<(Value, Value)>, order: Order, call: &mut Call<'_>) -> Outcome<Vec<Value>> {
    let mut comes_before = |one: &Value, other: &Value| -> Outcome<bool> {
        call.budget.spend(1)?;
        match order {
            Order::Ascending => ordered(Ordered::Less, one, other),
            Order::Descending => ordered(Ordered::Less, other, one),
        }
    };
    if pairs.len() <= INSERTION_MAX {
        for end in 1..pairs.len() {
            let mut at = end;
            while at > 0 && comes_before(&pairs[at].0, &pairs[at - 1].0)? {
                pairs.swap(at, at - 1);
                at -= 1;
            }
        }
    } else {
        pairs = merge_sorted(pairs, &mut comes_before)?;
    }
    Ok(pairs.into_iter().map(|(_, item)| item).collect())
}

/// Keeps the order of what is equal, which Go does not promise.
fn merge_sorted(
    mut pairs: Vec<(Value, Value)>,
    comes_before: &mut dyn FnMut(&Value, &Value) -> Outcome<bool>,
) -> Outcome<Vec<(Value, Value)>> {
    let mut width = 1;
    while width < pairs.len() {
        let mut merged = Vec::with_capacity(pairs.len());
        for chunk in pairs.chunks(2 * width) {
            let (mut left, mut right) = chunk.split_at(width.min(chunk.len()));
            while let ([first, rest_left @ ..], [second, rest_right @ ..]) = (left, right) {
                if comes_before(&second.0, &first.0)? {
                    merged.push(second.clone());
                    right = rest_right;
                } else {
                    merged.push(first.clone());
                    left = rest_left;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        pairs = merged;
        width *= 2;
    }
    Ok(pairs)
}

/// The order that `sortBy` was asked for.
impl TryFrom<&Value> for Order {
    type Error = Wrong;

    fn try_from(value: &Value) -> Result<Self, Wrong> {
        match value {
            Value::String(text) => {
                Order::parse(&text.to_str_lossy()).ok_or_else(|| Wrong::new("unknown order, use asc or desc"))
            }
            _ => Err(Wrong::new("sortBy order argument must be a string")),
        }
    }
}
