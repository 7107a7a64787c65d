//! What the original simplifies before it computes anything. It shows: what was folded away is never evaluated, and some
//! messages are other ones. Each rule goes through the whole tree, children first, as the original's do.

use crate::arithmetic::powered;
use crate::ast::{Binary, Builtin, Node, NodeId, Tree, Unary};
use crate::error::{Outcome, Wrong};
use crate::print::text_key;
use crate::types::{ListType, MapType, Type};
use crate::value::{Key, Value};

type Rule = fn(&mut Tree, NodeId) -> Outcome<()>;

/// In the original's order.
const RULES: [Rule; 12] = [
    in_array,
    fold,
    in_range,
    map_of_filter,
    length_of_filter,
    |tree, id| end_of_filter(tree, id, "last", -1, "findLast"),
    |tree, id| end_of_filter(tree, id, "first", 0, "find"),
    sum_of_range,
    sum_of_array,
    sum_of_map,
    count_any,
    count_threshold,
];

/// Applies every rule.
pub(crate) fn optimize(tree: &mut Tree) -> Outcome<()> {
    for rule in RULES {
        for id in tree.ids() {
            rule(tree, id)?;
        }
    }
    Ok(())
}

fn builtin<'t>(tree: &'t Tree, id: NodeId, name: &str) -> Option<&'t Builtin> {
    match tree.node(id) {
        Node::Builtin(builtin) if builtin.name == name => Some(builtin),
        _ => None,
    }
}

/// `x in ["a", "b"]` looks `x` up in a set: what is no string is an error then.
fn in_array(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Node::Binary { operator: Binary::In, left, right } = *tree.node(id) else { return Ok(()) };
    let Node::Array(nodes) = tree.node(right).clone() else { return Ok(()) };
    if nodes.is_empty() {
        return Ok(());
    }
    let integers: Option<Vec<i64>> = nodes.iter().map(|node| tree.integer(*node)).collect();
    let texts: Option<Vec<Key>> = nodes.iter().map(|node| tree.text(*node).map(text_key)).collect();
    let (ty, keys) = match (integers, texts) {
        (Some(integers), _) if *tree.ty(left) == Type::INT => {
            (MapType::IntSet, integers.into_iter().filter_map(|integer| Key::of(Value::int(integer))).collect())
        }
        (_, Some(texts)) => (MapType::StringSet, texts),
        _ => return Ok(()),
    };
    let set = Value::map(ty, keys.into_iter().map(|key| (key, Value::Bool(true))).collect())?;
    tree.replace(right, Node::Constant(set));
    Ok(())
}

fn fold(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    match tree.node(id).clone() {
        Node::Unary { operator, operand } => {
            if let Node::Constant(value) = tree.node(operand)
                && let Some(folded) = folded_unary(operator, value)
            {
                put(tree, id, folded);
            }
        }
        Node::Binary { operator, left, right } => fold_binary(tree, id, operator, (left, right))?,
        Node::Array(nodes) if !nodes.is_empty() => {
            let values: Option<Vec<Value>> = nodes.iter().map(|node| scalar(tree, *node)).collect();
            if let Some(values) = values {
                let ty = tree.ty(id).clone();
                tree.replace(id, Node::Constant(Value::list(ListType::Any, values)?));
                tree.set_ty(id, ty);
            }
        }
        Node::Builtin(outer) if outer.name == "filter" => fold_filters(tree, id, &outer),
        _ => {}
    }
    Ok(())
}

/// A filter of what a filter gives is one filter.
fn fold_filters(tree: &mut Tree, id: NodeId, outer: &Builtin) {
    let [list, predicate] = *outer.arguments else { return };
    let Some(inner) = builtin(tree, list, "filter") else { return };
    let [list, inner] = *inner.arguments else { return };
    if let (Node::Predicate(left), Node::Predicate(right)) = (tree.node(inner), tree.node(predicate)) {
        let (left, right) = (*left, *right);
        // Compat: the original gives these nodes no place.
        let both = tree.add(Node::Binary { operator: Binary::And("&&"), left, right }, 0);
        let predicate = tree.add(Node::Predicate(both), 0);
        tree.replace(id, Node::Builtin(Builtin::new("filter", vec![list, predicate])));
    }
}

/// The value of a node that is a number, a text or a boolean.
fn scalar(tree: &Tree, id: NodeId) -> Option<Value> {
    match tree.node(id) {
        Node::Constant(value @ (Value::Int(_) | Value::Float(_) | Value::String(_) | Value::Bool(_))) => {
            Some(value.clone())
        }
        _ => None,
    }
}

fn put(tree: &mut Tree, id: NodeId, value: Value) {
    tree.set_ty(id, value.ty());
    tree.replace(id, Node::Constant(value));
}

fn folded_unary(operator: Unary, value: &Value) -> Option<Value> {
    match (operator, value) {
        (Unary::Minus, Value::Int(integer)) => Some(Value::int(integer.value.wrapping_neg())),
        (Unary::Minus, Value::Float(value)) => Some(Value::Float(-value)),
        (Unary::Plus, Value::Int(_) | Value::Float(_)) => Some(value.clone()),
        (Unary::Not(_), Value::Bool(value)) => Some(Value::Bool(!value)),
        _ => None,
    }
}

fn fold_binary(tree: &mut Tree, id: NodeId, operator: Binary, (left, right): (NodeId, NodeId)) -> Outcome<()> {
    let (one, other) = (scalar(tree, left), scalar(tree, right));
    if let Binary::And(_) | Binary::Or(_) = operator {
        // What changes nothing is left out, what decides stands for the whole.
        let neutral = matches!(operator, Binary::And(_));
        let (one, other) = (one.and_then(|one| one.as_bool()), other.and_then(|other| other.as_bool()));
        if one == Some(neutral) {
            tree.copy(right, id);
        } else if other == Some(neutral) {
            tree.copy(left, id);
        } else if one == Some(!neutral) || other == Some(!neutral) {
            put(tree, id, Value::Bool(!neutral));
        }
        return Ok(());
    }
    let (Some(one), Some(other)) = (one, other) else { return Ok(()) };
    if operator == Binary::Modulo && matches!((&one, &other), (Value::Int(_), Value::Int(zero)) if zero.value == 0) {
        return Err(Wrong::at(tree.at(id), "integer divide by zero"));
    }
    if let Some(folded) = folded_binary(operator, &one, &other) {
        put(tree, id, folded);
    }
    Ok(())
}

fn folded_binary(operator: Binary, one: &Value, other: &Value) -> Option<Value> {
    if let (Value::Int(one), Value::Int(other)) = (one, other) {
        let (one, other) = (one.value, other.value);
        return Some(match operator {
            Binary::Add => Value::int(one.wrapping_add(other)),
            Binary::Subtract => Value::int(one.wrapping_sub(other)),
            Binary::Multiply => Value::int(one.wrapping_mul(other)),
            Binary::Divide => Value::Float(one as f64 / other as f64),
            Binary::Modulo => Value::int(one.wrapping_rem(other)),
            Binary::Power(_) => Value::Float(powered(one as f64, other as f64)),
            Binary::Equal => Value::Bool(one == other),
            _ => return None,
        });
    }
    if let (Value::String(one), Value::String(other)) = (one, other) {
        return match operator {
            Binary::Add => {
                Some(Value::String(gotemplate::Text::from_bytes([one.as_bytes(), other.as_bytes()].concat())))
            }
            Binary::Equal => Some(Value::Bool(one == other)),
            _ => None,
        };
    }
    if let (Value::Bool(one), Value::Bool(other)) = (one, other) {
        return (operator == Binary::Equal).then_some(Value::Bool(one == other));
    }
    let number = |value: &Value| match value {
        Value::Int(integer) => Some(integer.value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    };
    let (one, other) = (number(one)?, number(other)?);
    Some(Value::Float(match operator {
        Binary::Add => one + other,
        Binary::Subtract => one - other,
        Binary::Multiply => one * other,
        Binary::Divide => one / other,
        Binary::Power(_) => powered(one, other),
        _ => return None,
    }))
}

/// `x in 1..3` makes no list.
fn in_range(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Node::Binary { operator: Binary::In, left, right } = *tree.node(id) else { return Ok(()) };
    let Node::Binary { operator: Binary::Range, left: from, right: to } = *tree.node(right) else { return Ok(()) };
    let is_written = tree.integer(from).is_some() && tree.integer(to).is_some();
    if *tree.ty(left) == Type::INT && is_written {
        let at = tree.at(id);
        let above = tree.add(Node::Binary { operator: Binary::MoreOrEqual, left, right: from }, at);
        let below = tree.add(Node::Binary { operator: Binary::LessOrEqual, left, right: to }, at);
        tree.replace(id, Node::Binary { operator: Binary::And("and"), left: above, right: below });
    }
    Ok(())
}

/// `map(filter(…), …)` is one walk.
fn map_of_filter(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Some(map) = builtin(tree, id, "map") else { return Ok(()) };
    let [list, predicate] = *map.arguments else { return Ok(()) };
    let Node::Predicate(body) = *tree.node(predicate) else { return Ok(()) };
    let Some(filter) = builtin(tree, list, "filter").filter(|filter| filter.map.is_none()) else { return Ok(()) };
    if tree.names_index(body) {
        return Ok(());
    }
    let filter = Builtin { map: Some(body), ..filter.clone() };
    tree.replace(id, Node::Builtin(filter));
    Ok(())
}

/// `len(filter(…))` counts.
fn length_of_filter(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Some(length) = builtin(tree, id, "len") else { return Ok(()) };
    let [list] = *length.arguments else { return Ok(()) };
    if let Some(filter) = builtin(tree, list, "filter") {
        let count = Builtin::new("count", filter.arguments.clone());
        tree.replace(id, Node::Builtin(count));
    }
    Ok(())
}

/// `filter(…)[0]` and `first(filter(…))` stop at the first; likewise from the end.
fn end_of_filter(tree: &mut Tree, id: NodeId, end: &str, index: i64, found: &'static str) -> Outcome<()> {
    let (list, throws) = match tree.node(id) {
        Node::Member { base, property, is_optional: false, .. } if tree.integer(*property) == Some(index) => {
            (*base, true)
        }
        Node::Builtin(builtin) if builtin.name == end && builtin.arguments.len() == 1 => (builtin.arguments[0], false),
        _ => return Ok(()),
    };
    if let Some(filter) = builtin(tree, list, "filter") {
        let find = Builtin { throws, map: filter.map, ..Builtin::new(found, filter.arguments.clone()) };
        tree.replace(id, Node::Builtin(find));
    }
    Ok(())
}

/// `sum(1..n)` is a formula.
fn sum_of_range(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Some(sum) = builtin(tree, id, "sum") else { return Ok(()) };
    let [list] = *sum.arguments else { return Ok(()) };
    let Node::Binary { operator: Binary::Range, left, right } = *tree.node(list) else { return Ok(()) };
    if let (Some(from), Some(to)) = (tree.integer(left), tree.integer(right))
        && to >= from
    {
        let count = to.wrapping_sub(from).wrapping_add(1);
        put(tree, id, Value::int(count.wrapping_mul(from.wrapping_add(to)) / 2));
    }
    Ok(())
}

/// `sum([a, b, c])` is `a + (b + c)`.
fn sum_of_array(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Some(sum) = builtin(tree, id, "sum") else { return Ok(()) };
    let [list] = *sum.arguments else { return Ok(()) };
    if let Node::Array(nodes) = tree.node(list)
        && nodes.len() >= 2
    {
        let nodes = nodes.clone();
        tree.replace(id, Node::SumOf(nodes));
    }
    Ok(())
}

/// `sum(map(…))` is one walk.
fn sum_of_map(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Some(sum) = builtin(tree, id, "sum") else { return Ok(()) };
    let [list] = *sum.arguments else { return Ok(()) };
    if let Some(map) = builtin(tree, list, "map").filter(|map| map.arguments.len() == 2) {
        let sum = Builtin::new("sum", map.arguments.clone());
        tree.replace(id, Node::Builtin(sum));
    }
    Ok(())
}

/// `count(…) > 0` asks whether there is any.
fn count_any(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Node::Binary { operator, left, right } = *tree.node(id) else { return Ok(()) };
    let Some(count) = builtin(tree, left, "count").filter(|count| count.arguments.len() == 2) else { return Ok(()) };
    if matches!((operator, tree.integer(right)), (Binary::More, Some(0)) | (Binary::MoreOrEqual, Some(1))) {
        let any = Builtin::new("any", count.arguments.clone());
        tree.replace(id, Node::Builtin(any));
    }
    Ok(())
}

/// `count(…) > 5` need not count beyond 6.
fn count_threshold(tree: &mut Tree, id: NodeId) -> Outcome<()> {
    let Node::Binary { operator, left, right } = *tree.node(id) else { return Ok(()) };
    let Some(limit) = tree.integer(right).filter(|limit| *limit >= 0) else { return Ok(()) };
    let threshold = match operator {
        Binary::More | Binary::LessOrEqual => limit.wrapping_add(1),
        Binary::MoreOrEqual | Binary::Less => limit,
        _ => return Ok(()),
    };
    let Some(count) = builtin(tree, left, "count").filter(|count| count.arguments.len() == 2) else { return Ok(()) };
    if threshold > 1 {
        let count = Builtin { threshold: Some(threshold), ..count.clone() };
        tree.replace(left, Node::Builtin(count));
    }
    Ok(())
}
