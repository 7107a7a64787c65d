//! Works out the value of an expression, and counts what that costs. Start at [`evaluate`].

mod call;
mod fold;

use crate::check::Checked;
use crate::error::EvalError;
use crate::functions;
use crate::size::{LIST, MAP};
use crate::syntax::{Element, Entry, Expr, Kind, Literal, Select, SelectMode};
use crate::value::{Evaluated, Key, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values by the names of variables.
pub type Bindings = BTreeMap<String, Value>;

/// The value, and what it cost to find it.
pub(crate) fn evaluate(root: &Expr, checked: &Checked, bindings: &Bindings, limit: u64) -> (Evaluated, u64) {
    let mut evaluator = Evaluator { checked, bindings, locals: Vec::new(), cost: 0, limit };
    let value = evaluator.value(root);
    (value, evaluator.cost)
}

pub(crate) struct Evaluator<'a> {
    checked: &'a Checked,
    bindings: &'a Bindings,
    /// Names and values; an accumulator may hold an error that a later round makes irrelevant.
    locals: Vec<(&'a str, Evaluated)>,
    cost: u64,
    limit: u64,
}

impl<'a> Evaluator<'a> {
    fn spend(&mut self, cost: u64) -> Result<(), EvalError> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > self.limit { Err(EvalError::CostLimit) } else { Ok(()) }
    }

    fn value(&mut self, expr: &'a Expr) -> Evaluated {
        match &expr.kind {
            Kind::Literal(literal) => Ok(of_literal(literal)),
            Kind::Ident(name) => {
                self.spend(1)?;
                self.variable(name)
            }
            Kind::Select(select) => self.select(select),
            Kind::List(elements) => self.list(elements),
            Kind::Map(entries) => self.map(entries),
            Kind::Call(call) => self.call(expr.id, call),
            Kind::Comprehension(fold) => self.fold(fold),
        }
    }

    fn variable(&self, name: &str) -> Evaluated {
        let name = name.strip_prefix('.').unwrap_or(name);
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| *local == name) {
            return value.clone();
        }
        if let Some(value) = self.bindings.get(name) {
            return Ok(value.clone());
        }
        match functions::type_named(name) {
            Some(ty) => Ok(Value::Type(ty.name().into())),
            None => Err(EvalError::NoSuchAttribute(name.to_owned())),
        }
    }

    fn select(&mut self, select: &'a Select) -> Evaluated {
        if let Some(name) = self.type_of_name(select) {
            self.spend(1)?;
            return Ok(name);
        }
        let operand = self.value(&select.operand)?;
        if select.mode != SelectMode::Presence {
            self.spend(1)?;
        }
        let found = |operand: &Value| field(operand, &select.field);
        match (&operand, select.mode) {
            (Value::Optional(None), SelectMode::Presence) => Ok(Value::Bool(false)),
            (Value::Optional(None), _) => Ok(Value::Optional(None)),
            (Value::Optional(Some(inner)), SelectMode::Presence) => Ok(Value::Bool(found(inner)?.is_some())),
            (Value::Optional(Some(inner)), _) => Ok(Value::Optional(found(inner)?.map(Arc::new))),
            (operand, SelectMode::Presence) => Ok(Value::Bool(found(operand)?.is_some())),
            (operand, SelectMode::Optional) => Ok(Value::Optional(found(operand)?.map(Arc::new))),
            (operand, SelectMode::Value) => found(operand)?.ok_or_else(|| EvalError::NoSuchKey(select.field.clone())),
        }
    }

    /// `google.protobuf.Timestamp` and the like, whose parts are no values.
    fn type_of_name(&self, select: &Select) -> Option<Value> {
        let mut name = select.field.clone();
        let mut at = &select.operand;
        loop {
            match &at.kind {
                Kind::Select(inner) if inner.mode == SelectMode::Value => {
                    name = format!("{}.{name}", inner.field);
                    at = &inner.operand;
                }
                Kind::Ident(root) if matches!(root.as_str(), "google" | "kubernetes" | "net") => {
                    let is_shadowed =
                        self.bindings.contains_key(root) || self.locals.iter().any(|(local, _)| local == root);
                    let ty = functions::type_named(&format!("{root}.{name}")).filter(|_| !is_shadowed)?;
                    return Some(Value::Type(ty.name().into()));
                }
                _ => return None,
            }
        }
    }

    fn list(&mut self, elements: &'a [Element]) -> Evaluated {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            let value = self.value(&element.value)?;
            match (element.is_optional, value) {
                (false, value) => items.push(value),
                (true, Value::Optional(value)) => items.extend(value.map(|value| (*value).clone())),
                (true, _) => return Err(EvalError::NoSuchOverload),
            }
        }
        self.spend(LIST)?;
        Ok(Value::list(items))
    }

    fn map(&mut self, entries: &'a [Entry]) -> Evaluated {
        let mut map = BTreeMap::new();
        for entry in entries {
            let key = self.value(&entry.key)?;
            let key = Key::of(&key).ok_or_else(|| EvalError::other("unsupported key type"))?;
            let value = match (entry.is_optional, self.value(&entry.value)?) {
                (false, value) => value,
                (true, Value::Optional(Some(value))) => (*value).clone(),
                (true, Value::Optional(None)) => continue,
                (true, _) => return Err(EvalError::NoSuchOverload),
            };
            map.insert(key, value);
        }
        self.spend(MAP)?;
        Ok(Value::Map(Arc::new(map)))
    }
}

/// The field of an object or entry of a map.
fn field(operand: &Value, name: &str) -> Result<Option<Value>, EvalError> {
    match operand {
        Value::Object(fields) => Ok(fields.get(name).cloned()),
        Value::Map(map) => Ok(map.get(&Key::Text(name.into())).cloned()),
        _ => Err(EvalError::NoSuchOverload),
    }
}

fn of_literal(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Uint(value) => Value::Uint(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::Text(text) => Value::Text(Arc::clone(text)),
        Literal::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
    }
}
