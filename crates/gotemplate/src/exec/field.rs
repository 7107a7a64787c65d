//! Following a field: method, struct field or map key, in this order; calling methods and function values.

use super::frame::{Form, Slot};
use super::machine::{Failure, Machine};
use crate::convert;
use crate::function::wrong_count;
use crate::options::MissingKey;
use crate::program::{MethodSite, Names, Span};
use crate::quote::quote;
use crate::types::Type;
use crate::value::{Function, Map, Value};
use std::sync::Arc;

/// What a field turned out to be.
enum Found {
    Method(Function),
    Value(Slot),
}

impl Machine<'_, '_> {
    /// Follows fields, each without arguments, from a receiver. Errors of methods are reported at `node`.
    pub(super) fn follow(&mut self, mut receiver: Slot, names: Names, node: u32) -> Result<(), Failure> {
        let template = self.frame.template.clone();
        let first = names.first as usize;
        for &name in &template.parts.names[first..first + usize::from(names.count)] {
            receiver = self.field(receiver, name, node)?;
        }
        self.value = receiver;
        Ok(())
    }

    fn field(&mut self, receiver: Slot, name: Span, node: u32) -> Result<Slot, Failure> {
        let template = self.frame.template.clone();
        let name = template.text(name);
        // The way nearly all fields go.
        if let Value::Map(map) = &receiver.value
            && map.class.methods.is_none()
            && let Some(value) = map.get(name)
        {
            return Ok(element(value, map.class.map_type.elem));
        }
        match self.find_field(&receiver, name, false)? {
            Found::Value(slot) => Ok(slot),
            Found::Method(method) => {
                let text = String::from_utf8_lossy(name).into_owned();
                if let Some(message) = wrong_count(&method, text.as_bytes(), 0, false) {
                    return self.fail(message);
                }
                let first = self.arguments.len();
                self.invoke(&method, &|| text.clone(), first, node)?;
                Ok(self.value.clone())
            }
        }
    }

    fn find_field(&self, receiver: &Slot, name: &[u8], given: bool) -> Result<Found, Failure> {
        let text = String::from_utf8_lossy(name);
        match &receiver.value {
            Value::NoValue => {
                if self.world.missing_key == MissingKey::Error {
                    return self.fail(format!("nil data; no entry for key {}", quote(name)));
                }
                Ok(Found::Value(Slot::plain(Value::NoValue)))
            }
            Value::Nil => self.fail(format!("nil pointer evaluating interface {{}}.{text}")),
            Value::Map(map) => match map.method(&text) {
                Some(method) => Ok(Found::Method(method)),
                None => self.entry(map, name, given).map(Found::Value),
            },
            Value::List(list) => match list.method(&text) {
                Some(method) => Ok(Found::Method(method)),
                None => self.no_field(receiver, &text),
            },
            Value::Object(object) => {
                if let Some(method) = object.clone().method(&text) {
                    return Ok(Found::Method(method));
                }
                if let Some(Value::Map(map)) = object.underlying() {
                    return self.entry(&map, name, given).map(Found::Value);
                }
                match object.field(&text) {
                    Some(_) if given => self.fail(format!("{text} has arguments but cannot be invoked as function")),
                    Some(Value::Nil) => Ok(Found::Value(Slot { value: Value::Nil, form: Form::Interface })),
                    Some(value) => Ok(Found::Value(Slot::plain(value))),
                    None => self.no_field(receiver, &text),
                }
            }
            _ => self.no_field(receiver, &text),
        }
    }

    fn no_field(&self, receiver: &Slot, name: &str) -> Result<Found, Failure> {
        let of = if receiver.in_interface() { Type::Any.to_string() } else { receiver.value.type_name() };
        self.fail(format!("can't evaluate field {name} in type {of}"))
    }

    /// What a map has under a key, or what stands for what it has not.
    fn entry(&self, map: &Map, name: &[u8], given: bool) -> Result<Slot, Failure> {
        if given {
            let name = String::from_utf8_lossy(name);
            return self.fail(format!("{name} is not a method but has arguments"));
        }
        let elem = map.class.map_type.elem;
        match (map.get(name), self.world.missing_key) {
            (Some(value), _) => Ok(element(value, elem)),
            (None, MissingKey::Invalid) => Ok(Slot::plain(Value::NoValue)),
            (None, MissingKey::Zero) => Ok(element(convert::zero(*elem), elem)),
            (None, MissingKey::Error) => self.fail(format!("map has no entry for key {}", quote(name))),
        }
    }

    /// Finds the method that is about to be given arguments. False when there is no receiver, so no call either.
    pub(super) fn begin_method(&mut self, site: &MethodSite) -> Result<bool, Failure> {
        if matches!(self.value.value, Value::NoValue) && self.world.missing_key != MissingKey::Error {
            return Ok(false);
        }
        let template = self.frame.template.clone();
        let name = template.text(site.name);
        match self.find_field(&self.value, name, true)? {
            Found::Value(_) => Ok(false),
            Found::Method(method) => {
                let text = String::from_utf8_lossy(name);
                if let Some(message) = wrong_count(&method, text.as_bytes(), usize::from(site.arguments), site.piped) {
                    return self.fail(message);
                }
                self.methods.push(Arc::new(method));
                Ok(true)
            }
        }
    }

    /// The type of a parameter of the method found last.
    pub(super) fn method_parameter(&self, at: u16) -> Type {
        self.methods.last().map_or(Type::Any, |method| method.parameter(usize::from(at)))
    }

    pub(super) fn call_method(&mut self, site: &MethodSite) -> Result<(), Failure> {
        let Some(method) = self.methods.pop() else {
            return Ok(());
        };
        let template = self.frame.template.clone();
        let count = usize::from(site.arguments) + usize::from(site.piped);
        let first = self.arguments.len() - count;
        self.invoke(&method, &|| String::from_utf8_lossy(template.text(site.name)).into_owned(), first, site.node)
    }

    /// The builtin `call`: its first argument is a function.
    pub(super) fn call_value(&mut self, callee: &str, first: usize, node: u32) -> Result<(), Failure> {
        let wrong = |machine: &mut Self, message: String| {
            machine.frame.node = node;
            machine.fail(format!("error calling call: {message}"))
        };
        let function = match &self.arguments[first] {
            Value::Func(function) => function.clone(),
            Value::Nil | Value::NoValue => return wrong(self, "call of nil".to_owned()),
            other => {
                let message = format!("non-function {callee} of type {}", other.type_name());
                return wrong(self, message);
            }
        };
        let given = self.arguments.len() - first - 1;
        let wanted = function.params.len();
        if function.rest.is_some() && given < wanted {
            return wrong(self, format!("wrong number of args for {callee}: got {given} want at least {wanted}"));
        }
        if function.rest.is_none() && given != wanted {
            return wrong(self, format!("wrong number of args for {callee}: got {given} want {wanted}"));
        }
        for at in 0..given {
            let target = function.parameter(at);
            match prepared(self.arguments[first + 1 + at].clone(), target) {
                Ok(value) => self.arguments[first + 1 + at] = value,
                Err(message) => return wrong(self, format!("arg {at}: {message}")),
            }
        }
        let invoked = self.invoke(&function, &|| "call".to_owned(), first + 1, node);
        self.arguments.truncate(first);
        invoked
    }
}

/// A value out of a list or map with elements of a type.
pub(super) fn element(value: Value, elem: &Type) -> Slot {
    let form = if matches!(elem, Type::Any) { Form::Interface } else { Form::Plain };
    Slot { value, form }
}

/// Go's `prepareArg`: as passing, but integers are converted and the messages differ.
fn prepared(value: Value, target: Type) -> Result<Value, String> {
    let Some(own) = value.go_type() else {
        let nil = target.can_be_nil();
        return if nil { Ok(convert::zero(target)) } else { Err(format!("value is nil; should be of type {target}")) };
    };
    if own.assignable_to(target) {
        return Ok(value);
    }
    match (&value, target) {
        (Value::Int(number, _), Type::Int(kind)) => Ok(Value::Int(*number, kind)),
        (Value::Int(number, _), Type::Uint(kind)) => Ok(Value::Uint(*number as u64, kind)),
        (Value::Uint(number, _), Type::Int(kind)) => Ok(Value::Int(*number as i64, kind)),
        (Value::Uint(number, _), Type::Uint(kind)) => Ok(Value::Uint(*number, kind)),
        _ => Err(format!("value has type {own}; should be {target}")),
    }
}
