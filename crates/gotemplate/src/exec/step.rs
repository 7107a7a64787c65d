//! One step: what each [`Op`] does.

use super::field::element;
use super::frame::{After, Form, Loop, Over, Slot};
use super::machine::{Failure, Flow, Machine};
use crate::convert;
use crate::format;
use crate::program::{KEEP, Literal, Names, Op, RangeSite, Template};
use crate::types::Kind;
use crate::value::{GoObject, Value};
use std::sync::Arc;

/// A value that is known to be an interface and nothing else.
#[derive(Debug)]
struct Hidden;

impl GoObject for Hidden {
    fn type_name(&self) -> &'static str {
        "interface {}"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Machine<'_, '_> {
    /// Takes one step.
    pub(super) fn step(&mut self) -> Result<Flow, Failure> {
        self.budget.spend(1)?;
        let Some(step) = self.frame.template.code.get(self.frame.next).copied() else {
            return self.leave();
        };
        self.frame.next += 1;
        if step.node != KEEP {
            self.frame.node = step.node;
        }
        match step.op {
            Op::End => return self.leave(),
            Op::Text(span) => {
                let text = span.of(&self.frame.template.source.text);
                self.budget.take_bytes(text.len() as u64)?;
                self.out.extend_from_slice(text);
                self.budget.text_fits(self.out.len() as u64)?;
            }
            Op::Print => self.print()?,
            Op::Dot => self.value = self.frame.dot.clone(),
            Op::NoValue => self.value = Slot::plain(Value::NoValue),
            Op::Constant(at) => self.value = Slot::plain(self.frame.template.parts.constants[at as usize].clone()),
            Op::Variable(slot) => self.value = self.slots[self.frame.slots + slot as usize].clone(),
            Op::DotFields(names) => self.follow(self.frame.dot.clone(), names, self.frame.node)?,
            Op::Fields { first, count, node } => {
                let receiver = std::mem::replace(&mut self.value, Slot::plain(Value::NoValue));
                self.follow(receiver, Names { first, count }, node)?;
            }
            Op::VariableFields { slot, first, count } => {
                let receiver = self.slots[self.frame.slots + usize::from(slot)].clone();
                self.follow(receiver, Names { first, count }, self.frame.node)?;
            }
            Op::Strip => self.value.strip(),
            Op::Jump(target) => self.frame.next = target as usize,
            Op::JumpIfFalse(target) => {
                self.value.strip();
                if !self.value.value.is_true() {
                    self.frame.next = target as usize;
                }
            }
            Op::ShortCircuit { when, target } => {
                if self.value.value.is_true() == when {
                    self.frame.next = target as usize;
                }
            }
            Op::Set(slot) => {
                self.value.strip();
                let at = self.frame.slots + slot as usize;
                self.slots[at] = self.value.clone();
            }
            Op::PushDot => {
                self.value.strip();
                self.dots.push(std::mem::replace(&mut self.frame.dot, self.value.clone()));
            }
            Op::PopDots(count) => self.pop_dots(count as usize),
            other => return self.step_of_call(other),
        }
        Ok(Flow::Next)
    }

    fn step_of_call(&mut self, op: Op) -> Result<Flow, Failure> {
        match op {
            Op::HideInterface if self.value.in_interface() => self.value = Slot::plain(Value::object(Hidden)),
            Op::HideInterface => {}
            Op::SaveFinal => {
                self.value.strip();
                self.finals.push(self.value.value.clone());
            }
            Op::TakeFinal => self.value = Slot::plain(self.finals.pop().unwrap_or(Value::NoValue)),
            Op::DropFinal => drop(self.finals.pop()),
            Op::ArgumentConstant(at) => self.arguments.push(self.frame.template.parts.constants[at as usize].clone()),
            Op::Argument { site, at } => {
                let target = self.frame.template.parts.calls[site as usize].function.parameter(usize::from(at));
                self.push_argument(target)?;
            }
            Op::ArgumentFinal { site, at } => {
                self.value = Slot::plain(self.finals.pop().unwrap_or(Value::NoValue));
                let target = self.frame.template.parts.calls[site as usize].function.parameter(usize::from(at));
                self.push_argument(target)?;
            }
            Op::Call(site) => {
                let template = self.frame.template.clone();
                self.call_function(&template.parts.calls[site as usize])?;
            }
            Op::Method(site) => {
                let template = self.frame.template.clone();
                let site = &template.parts.methods[site as usize];
                if !self.begin_method(site)? {
                    self.frame.next = site.after as usize;
                    self.value = Slot::plain(Value::NoValue);
                    if site.piped {
                        self.finals.pop();
                    }
                }
            }
            Op::MethodArgument(at) => self.push_argument(self.method_parameter(at))?,
            Op::MethodFinal(at) => {
                self.value = Slot::plain(self.finals.pop().unwrap_or(Value::NoValue));
                self.push_argument(self.method_parameter(at))?;
            }
            Op::MethodLiteral { literal, at } => self.method_literal(literal, at)?,
            Op::MethodCall(site) => {
                let template = self.frame.template.clone();
                self.call_method(&template.parts.methods[site as usize])?;
            }
            other => return self.step_of_control(other),
        }
        Ok(Flow::Next)
    }

    fn step_of_control(&mut self, op: Op) -> Result<Flow, Failure> {
        match op {
            Op::Range(site) => {
                let template = self.frame.template.clone();
                self.begin_range(&template.parts.ranges[site as usize])?;
            }
            Op::Next(site) => {
                let template = self.frame.template.clone();
                self.next_element(&template, &template.parts.ranges[site as usize])?;
            }
            Op::LeaveRange(site) => {
                let template = self.frame.template.clone();
                self.end_range(&template.parts.ranges[site as usize]);
            }
            Op::FindTemplate(name) => self.find_template(name)?,
            Op::RunTemplate => {
                self.value.strip();
                let dot = self.value.clone();
                if let Some(template) = self.found.pop() {
                    self.enter(template, dot, After::Template)?;
                }
            }
            Op::VariableOf(list) => {
                let at = self.first_set(list)?;
                self.value = self.slots[at].clone();
            }
            Op::SetOf(list) => {
                let at = self.first_set(list)?;
                self.value.strip();
                self.slots[at] = self.value.clone();
            }
            Op::Unset(slot) => {
                let at = self.frame.slots + slot as usize;
                self.slots[at] = Slot { value: Value::NoValue, form: Form::Unset };
            }
            Op::Fail(message) => return self.fail(&self.frame.template.parts.messages[message as usize]),
            _ => {}
        }
        Ok(Flow::Next)
    }

    fn print(&mut self) -> Result<(), Failure> {
        self.value.strip();
        match &self.value.value {
            Value::NoValue => {
                self.budget.take_bytes(10)?;
                self.out.extend_from_slice(b"<no value>");
            }
            Value::Func(_) => {
                let node = self.frame.template.parts.nodes[self.frame.node as usize];
                let shown = crate::context::shown(&self.frame.template.source, &node);
                return self.fail(format!("can't print {shown} of type {}", self.value.value.type_name()));
            }
            value => format::append(&mut self.out, value, self.budget)?,
        }
        self.budget.text_fits(self.out.len() as u64)?;
        Ok(())
    }

    fn push_argument(&mut self, target: crate::types::Type) -> Result<(), Failure> {
        let in_interface = self.value.in_interface();
        let value = std::mem::replace(&mut self.value.value, Value::NoValue);
        match convert::argument(value, in_interface, target) {
            Ok(value) => {
                self.arguments.push(value);
                Ok(())
            }
            Err(message) => self.fail(message),
        }
    }

    fn method_literal(&mut self, literal: u32, at: u16) -> Result<(), Failure> {
        let template = self.frame.template.clone();
        let literal = &template.parts.literals[literal as usize];
        let shown = || match literal {
            Literal::Number(_, span) | Literal::String(_, span) => {
                String::from_utf8_lossy(template.text(*span)).into_owned()
            }
            Literal::Bool(value) => value.to_string(),
            Literal::Nil => "nil".to_owned(),
        };
        match convert::literal(literal, self.method_parameter(at), shown) {
            Ok(value) => {
                self.arguments.push(value);
                Ok(())
            }
            Err(message) => self.fail(message),
        }
    }

    fn pop_dots(&mut self, count: usize) {
        let outermost = self.dots.len().saturating_sub(count);
        if let Some(dot) = self.dots.drain(outermost..).next() {
            self.frame.dot = dot;
        }
    }

    /// The variable that is meant where declarations may have been skipped.
    fn first_set(&self, list: u32) -> Result<usize, Failure> {
        let alternatives = &self.frame.template.parts.alternatives[list as usize];
        let slots = alternatives.iter().map(|slot| self.frame.slots + *slot as usize);
        match slots.into_iter().find(|at| self.slots[*at].form != Form::Unset) {
            Some(at) => Ok(at),
            None => {
                let node = self.frame.template.parts.nodes.get(self.frame.node as usize);
                let name =
                    node.map(|node| crate::context::shown(&self.frame.template.source, node)).unwrap_or_default();
                self.fail(format!("undefined variable: {}", name.split('.').next().unwrap_or_default()))
            }
        }
    }

    fn find_template(&mut self, name: u32) -> Result<(), Failure> {
        let Value::Str(name) = self.frame.template.parts.constants[name as usize].clone() else {
            return Ok(());
        };
        match self.find(&name) {
            Some(template) => {
                self.found.push(template);
                Ok(())
            }
            None => self.fail(format!("template {} not defined", crate::quote::quote(name.as_bytes()))),
        }
    }

    fn begin_range(&mut self, site: &RangeSite) -> Result<(), Failure> {
        self.value.strip();
        let Some(over) = self.over(site)? else {
            self.frame.next = site.otherwise as usize;
            return Ok(());
        };
        self.loops.push(Loop { over, dot: self.frame.dot.clone() });
        Ok(())
    }

    /// What to go over; nothing when it is empty.
    fn over(&mut self, site: &RangeSite) -> Result<Option<Over>, Failure> {
        let plain = self.value.value.plain();
        let number = matches!(plain.kind(), Kind::Int(_) | Kind::Uint(_));
        if number && site.variables.len() > 1 {
            let text = format::sprint(&[plain], self.budget)?;
            return self.fail(format!("can't use {text} to iterate over more than one variable"));
        }
        Ok(match plain {
            Value::NoValue | Value::Nil => None,
            Value::Int(end, kind) => (end > 0).then_some(Over::Ints { next: 0, end, kind }),
            Value::Uint(end, kind) => (end > 0).then_some(Over::Uints { next: 0, end, kind }),
            Value::List(list) => {
                let form = element(Value::NoValue, list.list_type().elem).form;
                (!list.is_empty()).then_some(Over::List { list, next: 0, form })
            }
            Value::Bytes(bytes) => (!bytes.is_empty()).then_some(Over::Bytes { bytes, next: 0 }),
            Value::Map(map) => {
                self.budget.spend(map.len() as u64)?;
                let form = element(Value::NoValue, map.map_type().elem).form;
                (!map.is_empty()).then(|| Over::Entries { entries: map.entries().into_iter(), form })
            }
            other => {
                let mut text = Vec::new();
                format::append(&mut text, &other, self.budget)?;
                return self.fail(format!("range can't iterate over {}", String::from_utf8_lossy(&text)));
            }
        })
    }

    fn next_element(&mut self, template: &Arc<Template>, site: &RangeSite) -> Result<(), Failure> {
        let Some((key, element)) = self.loops.last_mut().and_then(|innermost| innermost.over.next()) else {
            self.end_range(site);
            return Ok(());
        };
        let lists = &template.parts.alternatives;
        match site.variables[..] {
            [] => {}
            [only] => self.set_variable(&lists[only as usize], element.clone()),
            [first, second, ..] => {
                self.set_variable(&lists[first as usize], Slot::plain(key));
                self.set_variable(&lists[second as usize], element.clone());
            }
        }
        self.frame.dot = element;
        Ok(())
    }

    fn set_variable(&mut self, alternatives: &[u32], value: Slot) {
        let set = alternatives.iter().find(|slot| self.slots[self.frame.slots + **slot as usize].form != Form::Unset);
        if let Some(slot) = set.or(alternatives.first()) {
            let at = self.frame.slots + *slot as usize;
            self.slots[at] = value;
        }
    }

    fn end_range(&mut self, site: &RangeSite) {
        if let Some(ended) = self.loops.pop() {
            self.frame.dot = ended.dot;
        }
        self.frame.next = site.exit as usize;
    }
}
