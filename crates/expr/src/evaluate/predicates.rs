//! Builtins with a predicate: walks through a list.

use super::scope::{Items, Scope};
use super::{Evaluator, boolean};
use crate::arithmetic;
use crate::ast::{Builtin, NodeId};
use crate::builtin::maps::hashed;
use crate::builtin::{Order, sort_by};
use crate::error::{Outcome, Wrong};
use crate::types::{ListType, MapType};
use crate::value::{Key, Value};
use std::collections::BTreeMap;

/// Whether a walk goes on.
enum Step {
    On,
    End,
}

impl Evaluator<'_, '_> {
    pub(super) fn pointer(&mut self, name: &str) -> Outcome<Value> {
        let Some(scope) = self.scopes.last() else { return Ok(Value::Nil) };
        Ok(match name {
            "index" => Value::int(scope.index as i64),
            "acc" => scope.accumulated.clone(),
            _ if matches!(scope.items, Items::Map(_)) => {
                return Err(Wrong::new("reflect: call of reflect.Value.Index on map Value"));
            }
            _ => scope.items.as_slice().get(scope.index).cloned().unwrap_or(Value::Nil),
        })
    }

    pub(super) fn with_predicate(&mut self, builtin: &Builtin) -> Outcome<Value> {
        let list = self.value(builtin.arguments[0])?;
        self.scopes.push(Scope { items: Items::of(&list)?, index: 0, accumulated: Value::Nil });
        let result = self.walk(builtin);
        self.scopes.pop();
        result
    }

    fn walk(&mut self, builtin: &Builtin) -> Outcome<Value> {
        match builtin.name {
            "all" => self.quantified(builtin, Quantifier { ends_at: false, result: false }),
            "none" => self.quantified(builtin, Quantifier { ends_at: true, result: false }),
            "any" => self.quantified(builtin, Quantifier { ends_at: true, result: true }),
            "one" => Ok(Value::Bool(self.count(builtin, None)? == 1)),
            "count" => self.count(builtin, builtin.threshold).map(Value::int),
            "filter" => self.filter(builtin),
            "map" => {
                let values = self.each(builtin)?;
                self.call.grow(values.len() as u64)?;
                Ok(Value::list(ListType::Any, values)?)
            }
            "sum" => self.sum(builtin),
            "groupBy" => self.group(builtin),
            "sortBy" => self.sort(builtin),
            "reduce" => self.reduce(builtin),
            name => self.find(builtin, name),
        }
    }

    fn length(&self) -> usize {
        self.scopes.last().map_or(0, |scope| scope.items.len())
    }

    fn go_to(&mut self, index: usize) -> Outcome<()> {
        self.call.budget.spend(1)?;
        if let Some(scope) = self.scopes.last_mut() {
            scope.index = index;
        }
        Ok(())
    }

    /// Whether the item passes the predicate, or is true itself when there is none.
    fn passes(&mut self, builtin: &Builtin) -> Outcome<bool> {
        let value = match builtin.arguments.get(1) {
            Some(predicate) => self.value(*predicate)?,
            None => self.pointer("")?,
        };
        boolean(&value)
    }

    /// Goes through the items that pass, in order.
    fn passing(&mut self, builtin: &Builtin, mut visit: impl FnMut(&mut Self) -> Outcome<Step>) -> Outcome<()> {
        for index in 0..self.length() {
            self.go_to(index)?;
            if self.passes(builtin)? && matches!(visit(self)?, Step::End) {
                break;
            }
        }
        Ok(())
    }

    fn quantified(&mut self, builtin: &Builtin, quantifier: Quantifier) -> Outcome<Value> {
        for index in 0..self.length() {
            self.go_to(index)?;
            if self.passes(builtin)? == quantifier.ends_at {
                return Ok(Value::Bool(quantifier.result));
            }
        }
        Ok(Value::Bool(!quantifier.result))
    }

    fn count(&mut self, builtin: &Builtin, most: Option<i64>) -> Outcome<i64> {
        let mut count = 0;
        self.passing(builtin, |_| {
            count += 1;
            Ok(if most.is_some_and(|most| count >= most) { Step::End } else { Step::On })
        })?;
        Ok(count)
    }

    /// What becomes of the current item.
    fn mapped(&mut self, map: Option<NodeId>) -> Outcome<Value> {
        match map {
            Some(map) => self.value(map),
            None => self.pointer(""),
        }
    }

    fn filter(&mut self, builtin: &Builtin) -> Outcome<Value> {
        let mut kept = Vec::new();
        self.passing(builtin, |evaluator| {
            kept.push(evaluator.mapped(builtin.map)?);
            Ok(Step::On)
        })?;
        self.call.grow(kept.len() as u64)?;
        Ok(Value::list(ListType::Any, kept)?)
    }

    /// What the second argument is for each item; the items when there is none.
    fn each(&mut self, builtin: &Builtin) -> Outcome<Vec<Value>> {
        (0..self.length())
            .map(|index| {
                self.go_to(index)?;
                self.mapped(builtin.arguments.get(1).copied())
            })
            .collect()
    }

    fn sum(&mut self, builtin: &Builtin) -> Outcome<Value> {
        let mut sum = Value::int(0);
        for index in 0..self.length() {
            self.go_to(index)?;
            let value = self.mapped(builtin.arguments.get(1).copied())?;
            sum = arithmetic::add(&value, &sum, &mut self.call)?;
        }
        Ok(sum)
    }

    fn find(&mut self, builtin: &Builtin, name: &str) -> Outcome<Value> {
        let gives_index = name.ends_with("Index");
        let is_from_end = name.starts_with("findLast");
        let length = self.length();
        for step in 0..length {
            self.go_to(if is_from_end { length - 1 - step } else { step })?;
            if self.passes(builtin)? {
                return if gives_index { self.pointer("index") } else { self.mapped(builtin.map) };
            }
        }
        if builtin.throws { Err(Wrong::new("reflect: slice index out of range")) } else { Ok(Value::Nil) }
    }

    fn group(&mut self, builtin: &Builtin) -> Outcome<Value> {
        let mut groups: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
        for (index, key) in self.each(builtin)?.into_iter().enumerate() {
            self.go_to(index)?;
            let item = self.pointer("")?;
            // Compat: an empty map has other words for it.
            let name = key.type_name();
            let key = hashed(key).map_err(|wrong| {
                if groups.is_empty() { Wrong::new(format!("hash of unhashable type: {name}")) } else { wrong }
            })?;
            groups.entry(key).or_default().push(item);
        }
        let entries = groups.into_iter().map(|(key, items)| Ok((key, Value::list(ListType::Any, items)?)));
        Ok(Value::map(MapType::Groups, entries.collect::<Outcome<_>>()?)?)
    }

    fn sort(&mut self, builtin: &Builtin) -> Outcome<Value> {
        let order = match builtin.arguments.get(2) {
            Some(order) => Order::try_from(&self.value(*order)?)?,
            None => Order::Ascending,
        };
        let keys = self.each(builtin)?;
        let items = self.scopes.last().map(|scope| scope.items.as_slice().to_vec()).unwrap_or_default();
        let count = items.len() as u64;
        let sorted = sort_by(keys.into_iter().zip(items).collect(), order, &mut self.call)?;
        self.call.grow(count)?;
        Ok(Value::list(ListType::Any, sorted)?)
    }

    fn reduce(&mut self, builtin: &Builtin) -> Outcome<Value> {
        let mut start = 0;
        let mut accumulated = match builtin.arguments.get(2) {
            Some(initial) => self.value(*initial)?,
            None if self.length() == 0 => {
                return Err(Wrong::new("reduce of empty array with no initial value"));
            }
            None => {
                start = 1;
                self.pointer("")?
            }
        };
        for index in start..self.length() {
            self.go_to(index)?;
            if let Some(scope) = self.scopes.last_mut() {
                scope.accumulated = accumulated;
            }
            accumulated = self.value(builtin.arguments[1])?;
        }
        Ok(accumulated)
    }
}

/// At which answer a walk ends, and with what.
#[derive(Clone, Copy)]
struct Quantifier {
    ends_at: bool,
    result: bool,
}
