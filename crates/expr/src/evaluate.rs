//! Computes what an expression comes to. Builtins with a predicate are in `predicates`.

mod predicates;
mod scope;

use crate::access;
use crate::arithmetic;
use crate::ast::{Binary, Node, NodeId, Tree, Unary};
use crate::builtin::{self, Call, mistyped};
use crate::compare::{Ordered, equal, ordered};
use crate::environment::Environment;
use crate::error::{Outcome, Wrong};
use crate::types::{ListType, MapType, Type};
use crate::value::{Key, Value};
use sprig::re2::Pattern;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The value of `root`.
pub(crate) fn evaluate(tree: &Tree, root: NodeId, environment: &Environment, call: Call<'_>) -> Outcome<Value> {
    let mut evaluator =
        Evaluator { tree, environment, call, variables: Vec::new(), scopes: Vec::new(), is_skipping: false };
    evaluator.value(root)
}

struct Evaluator<'t, 'b> {
    tree: &'t Tree,
    environment: &'t Environment,
    call: Call<'b>,
    variables: Vec<(Arc<str>, Value)>,
    scopes: Vec<scope::Scope>,
    /// A `?.` found nil: everything up to the end of its chain is passed over.
    is_skipping: bool,
}

impl Evaluator<'_, '_> {
    /// The value of a node. Operators that stand one behind the other are worked off in a loop.
    fn value(&mut self, id: NodeId) -> Outcome<Value> {
        let mut spine = vec![id];
        let mut lowest = id;
        while let Node::Binary { left, .. } = self.tree.node(lowest) {
            lowest = *left;
            spine.push(lowest);
        }
        spine.pop();
        let mut value = self.one(lowest).map_err(|wrong| wrong.or_at(self.tree.at(lowest)))?;
        while let Some(binary) = spine.pop() {
            value = self.binary(binary, value).map_err(|wrong| wrong.or_at(self.tree.at(binary)))?;
        }
        Ok(value)
    }

    fn one(&mut self, id: NodeId) -> Outcome<Value> {
        self.call.budget.spend(1)?;
        let tree = self.tree;
        match tree.node(id) {
            Node::Nil | Node::Binary { .. } => Ok(Value::Nil),
            Node::Identifier(name) => self.identifier(name),
            Node::Constant(value) => Ok(value.clone()),
            Node::Unary { operator, operand } => {
                let value = self.value(*operand)?;
                match operator {
                    Unary::Not(_) => Ok(Value::Bool(!boolean(&value)?)),
                    Unary::Plus => Ok(value),
                    Unary::Minus => arithmetic::negate(&value),
                }
            }
            Node::Chain(inner) => {
                let value = self.value(*inner)?;
                Ok(if std::mem::take(&mut self.is_skipping) { Value::Nil } else { value })
            }
            Node::Member { base, property, is_optional, .. } => self.member(*base, *property, *is_optional),
            Node::Slice { base, from, to } => self.slice(*base, *from, *to),
            Node::Call { callee, arguments } => self.function(*callee, arguments),
            Node::Builtin(builtin) => match builtin::find(builtin.name) {
                Some(definition) => {
                    let arguments = self.values(&builtin.arguments)?;
                    (definition.call)(&arguments, &mut self.call)
                }
                None => self.with_predicate(builtin),
            },
            Node::Predicate(inner) => self.value(*inner),
            Node::Pointer(name) => self.pointer(name),
            Node::Let { name, value, body } => {
                let value = self.value(*value)?;
                self.variables.push((name.clone(), value));
                let result = self.value(*body);
                self.variables.pop();
                result
            }
            Node::Sequence(nodes) => {
                let mut last = Value::Nil;
                for node in nodes {
                    last = self.value(*node)?;
                }
                Ok(last)
            }
            Node::Conditional { condition, then, otherwise } => {
                let condition = boolean(&self.value(*condition)?)?;
                self.value(if condition { *then } else { *otherwise })
            }
            Node::Array(nodes) => {
                let values = self.values(nodes)?;
                self.call.grow(values.len() as u64)?;
                Ok(Value::list(ListType::Any, values)?)
            }
            Node::Map(pairs) => self.map(pairs),
            Node::SumOf(nodes) => {
                let mut values = self.values(nodes)?;
                let mut sum = values.pop().unwrap_or(Value::Nil);
                while let Some(value) = values.pop() {
                    sum = arithmetic::add(&value, &sum, &mut self.call)?;
                }
                Ok(sum)
            }
        }
    }

    fn values(&mut self, ids: &[NodeId]) -> Outcome<Vec<Value>> {
        ids.iter().map(|id| self.value(*id)).collect()
    }

    fn identifier(&mut self, name: &str) -> Outcome<Value> {
        if let Some((_, value)) = self.variables.iter().rev().find(|(known, _)| &**known == name) {
            return Ok(value.clone());
        }
        if name == "$env" {
            let names = self.environment.names();
            self.call.budget.spend(names.len() as u64)?;
            return Ok(Value::object(names.iter().map(|(name, value)| (name.clone(), value.clone())))?);
        }
        Ok(self.environment.get(name).cloned().unwrap_or(Value::Nil))
    }

    fn member(&mut self, base: NodeId, property: NodeId, is_optional: bool) -> Outcome<Value> {
        let base = self.value(base)?;
        if self.is_skipping {
            return Ok(Value::Nil);
        }
        if is_optional && base.is_nil() {
            self.is_skipping = true;
            return Ok(Value::Nil);
        }
        let property = self.value(property)?;
        access::fetch(&base, &property)
    }

    fn slice(&mut self, base: NodeId, from: Option<NodeId>, to: Option<NodeId>) -> Outcome<Value> {
        let base = self.value(base)?;
        if self.is_skipping {
            return Ok(Value::Nil);
        }
        let to = match to {
            Some(to) => self.value(to)?,
            None => Value::int(access::length(&base)?),
        };
        let from = from.map_or(Ok(Value::int(0)), |from| self.value(from))?;
        let slice = access::slice(&base, &from, &to)?;
        match &slice {
            Value::List(list) => self.call.budget.spend(list.items().len() as u64)?,
            Value::String(text) | Value::Bytes(text) => self.call.budget.take_bytes(text.len() as u64)?,
            _ => {}
        }
        Ok(slice)
    }

    fn function(&mut self, callee: NodeId, arguments: &[NodeId]) -> Outcome<Value> {
        let arguments = self.values(arguments)?;
        let callee = self.value(callee)?;
        if self.is_skipping {
            return Ok(Value::Nil);
        }
        match callee {
            Value::Function(function) => function.call(&arguments),
            Value::Nil => Err(Wrong::new("invalid operation: cannot call nil")),
            other => {
                let name = other.type_name();
                Err(Wrong::new(format!("invalid operation: cannot call non-function of type {name}")))
            }
        }
    }

    fn map(&mut self, pairs: &[(NodeId, NodeId)]) -> Outcome<Value> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        for (key, value) in pairs {
            entries.push((self.value(*key)?, self.value(*value)?));
        }
        self.call.grow(entries.len() as u64)?;
        let mut map: BTreeMap<Key, Value> = BTreeMap::new();
        // Compat: of two equal keys the first one counts.
        for (key, value) in entries.into_iter().rev() {
            let Value::String(key) = &key else { return Err(mistyped(&key, "string")) };
            map.insert(crate::print::text_key(key), value);
        }
        Ok(Value::map(MapType::Any, map)?)
    }

    /// The operator at `id`, whose left operand is `left`.
    fn binary(&mut self, id: NodeId, left: Value) -> Outcome<Value> {
        self.call.budget.spend(1)?;
        let Node::Binary { operator, right, .. } = *self.tree.node(id) else { return Ok(left) };
        match operator {
            Binary::Or(_) => return if boolean(&left)? { Ok(left) } else { self.value(right) },
            Binary::And(_) => return if boolean(&left)? { self.value(right) } else { Ok(left) },
            Binary::Coalesce => return if left.is_nil() { self.value(right) } else { Ok(left) },
            _ => {}
        }
        let right = self.value(right)?;
        if let Binary::Equal | Binary::NotEqual = operator {
            self.promised(id, &left, &right)?;
        }
        Ok(match operator {
            Binary::Equal => Value::Bool(equal(&left, &right, self.call.budget)?),
            Binary::NotEqual => Value::Bool(!equal(&left, &right, self.call.budget)?),
            Binary::Less => Value::Bool(ordered(Ordered::Less, &left, &right)?),
            Binary::More => Value::Bool(ordered(Ordered::More, &left, &right)?),
            Binary::LessOrEqual => Value::Bool(ordered(Ordered::LessOrEqual, &left, &right)?),
            Binary::MoreOrEqual => Value::Bool(ordered(Ordered::MoreOrEqual, &left, &right)?),
            Binary::In => Value::Bool(access::is_in(&left, &right, self.call.budget)?),
            Binary::Matches => Value::Bool(self.matches(&left, &right)?),
            Binary::Contains => self.texts(&left, &right, contains)?,
            Binary::StartsWith => self.texts(&left, &right, |one, other| one.starts_with(other))?,
            Binary::EndsWith => self.texts(&left, &right, |one, other| one.ends_with(other))?,
            Binary::Range => arithmetic::range(&left, &right, &mut self.call)?,
            Binary::Add => arithmetic::add(&left, &right, &mut self.call)?,
            Binary::Subtract => arithmetic::subtract(&left, &right)?,
            Binary::Multiply => arithmetic::multiply(&left, &right)?,
            Binary::Divide => arithmetic::divide(&left, &right)?,
            Binary::Modulo => arithmetic::modulo(&left, &right)?,
            Binary::Power(_) => arithmetic::power(&left, &right)?,
            Binary::Or(_) | Binary::And(_) | Binary::Coalesce => left,
        })
    }

    /// Compat: where both sides of `==` were found to be integers, or texts, the original relies on it, and fails when
    /// `findIndex` found nothing.
    fn promised(&self, id: NodeId, left: &Value, right: &Value) -> Outcome<()> {
        let Node::Binary { left: left_id, right: right_id, .. } = *self.tree.node(id) else { return Ok(()) };
        let (ty, other) = (self.tree.ty(left_id), self.tree.ty(right_id));
        if ty != other || !(*ty == Type::INT || *ty == Type::String) {
            return Ok(());
        }
        match [left, right].into_iter().find(|value| value.ty() != *ty) {
            Some(value) => Err(mistyped(value, &ty.to_string())),
            None => Ok(()),
        }
    }

    fn matches(&mut self, subject: &Value, pattern: &Value) -> Outcome<bool> {
        if subject.is_nil() || pattern.is_nil() {
            return Ok(false);
        }
        let Value::String(pattern) = pattern else { return Err(mistyped(pattern, "string")) };
        let (Value::String(text) | Value::Bytes(text)) = subject else { return Err(mistyped(subject, "[]uint8")) };
        self.call.budget.spend(text.len() as u64 + pattern.len() as u64)?;
        let pattern = Pattern::compile(pattern.as_bytes()).map_err(|error| Wrong::new(error.to_string()))?;
        Ok(pattern.is_match(text.as_bytes()))
    }

    fn texts(&mut self, one: &Value, other: &Value, test: fn(&[u8], &[u8]) -> bool) -> Outcome<Value> {
        if one.is_nil() || other.is_nil() {
            return Ok(Value::Bool(false));
        }
        // Go asserts the right one last, but evaluates the left assertion first.
        let Value::String(one) = one else { return Err(mistyped(one, "string")) };
        let Value::String(other) = other else { return Err(mistyped(other, "string")) };
        self.call.budget.spend(one.len() as u64)?;
        Ok(Value::Bool(test(one.as_bytes(), other.as_bytes())))
    }
}

/// The boolean that a condition must be.
fn boolean(value: &Value) -> Outcome<bool> {
    value.as_bool().ok_or_else(|| mistyped(value, "bool"))
}

fn contains(one: &[u8], other: &[u8]) -> bool {
    match (std::str::from_utf8(one), std::str::from_utf8(other)) {
        (Ok(one), Ok(other)) => one.contains(other),
        _ => one.windows(other.len().max(1)).any(|window| window == other) || other.is_empty(),
    }
}
