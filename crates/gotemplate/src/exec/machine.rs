//! The machine: its stacks, calling templates and functions, and what happens when something fails.

use super::frame::{After, Form, Frame, Heights, Loop, Slot};
use crate::context::{location, shown};
use crate::error::ExecError;
use crate::held;
use crate::options::{MissingKey, Sources};
use crate::program::{CallSite, KEEP, Parsed, Template};
use crate::quote::quote;
use crate::statement::parse;
use crate::tables::Tables;
use crate::text::Text;
use crate::types::Type;
use crate::value::{Args, Body, Call, FuncError, Function, Render, RenderFailure, State, Target, Value, Written};
use crate::weight::SHORT_BYTES_MAX;
use budget::{Budget, Exceeded};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What templates are executed in: the set they belong to.
#[derive(Clone, Copy)]
pub(crate) struct World<'s> {
    /// The set's name, for the message that a template is missing.
    pub(crate) name: &'s Text,
    pub(crate) templates: &'s BTreeMap<Text, Arc<Template>>,
    pub(crate) tables: Tables<'s>,
    pub(crate) missing_key: MissingKey,
    pub(crate) sources: Sources,
}

/// An execution.
pub(crate) struct Machine<'s, 'r> {
    pub(super) world: World<'s>,
    pub(super) budget: &'r mut Budget,
    state: &'r mut State,
    written: &'r mut Written,
    /// The value worked on.
    pub(super) value: Slot,
    pub(super) frame: Frame,
    callers: Vec<Frame>,
    pub(super) slots: Vec<Slot>,
    pub(super) arguments: Vec<Value>,
    pub(super) finals: Vec<Value>,
    pub(super) methods: Vec<Arc<Function>>,
    pub(super) dots: Vec<Slot>,
    pub(super) loops: Vec<Loop>,
    pub(super) found: Vec<Arc<Template>>,
    pub(super) out: Vec<u8>,
    /// Texts around the one being written.
    outs: Vec<Vec<u8>>,
    /// Definitions of texts that functions had rendered, seen by what they call.
    overlays: Vec<BTreeMap<Text, Arc<Template>>>,
}

/// Why a step failed.
pub(super) enum Failure {
    /// Go's message, location and all.
    Message(String),
    Limit(Exceeded),
}

impl From<Exceeded> for Failure {
    fn from(exceeded: Exceeded) -> Self {
        Failure::Limit(exceeded)
    }
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Done,
}

impl<'s, 'r> Machine<'s, 'r> {
    pub(crate) fn new(world: World<'s>, root: Arc<Template>, data: &Value, call: Call<'r>) -> Self {
        let mut dot = Slot::plain(data.clone());
        dot.strip();
        let slots = vec![Slot { value: Value::NoValue, form: Form::Unset }; root.slots as usize];
        let heights = Heights::default();
        let frame = Frame { template: root, next: 0, node: KEEP, dot, slots: 0, heights, after: After::Template };
        let mut machine = Machine {
            world,
            budget: call.budget,
            state: call.state,
            written: call.written,
            value: Slot::plain(Value::NoValue),
            frame,
            callers: Vec::new(),
            slots,
            arguments: Vec::new(),
            finals: Vec::new(),
            methods: Vec::new(),
            dots: Vec::new(),
            loops: Vec::new(),
            found: Vec::new(),
            out: Vec::new(),
            outs: Vec::new(),
            overlays: Vec::new(),
        };
        machine.slots[0] = machine.frame.dot.clone();
        machine
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Result<Vec<u8>, ExecError> {
        loop {
            let failure = match self.step() {
                Ok(Flow::Next) => continue,
                Ok(Flow::Done) => return Ok(self.out),
                Err(failure) => failure,
            };
            if let Err(error) = self.recover(failure) {
                self.leave_all();
                return Err(error);
            }
        }
    }

    /// Gives the budget back the levels that an execution cut short has not left.
    fn leave_all(&mut self) {
        for _ in 0..self.callers.len() {
            self.budget.leave();
        }
    }

    /// Go's message for something wrong at the current place.
    pub(super) fn fail<T>(&self, message: impl std::fmt::Display) -> Result<T, Failure> {
        Err(Failure::Message(self.located(&message.to_string())))
    }

    fn located(&self, message: &str) -> String {
        let template = &self.frame.template;
        let name = quote(template.name.as_bytes());
        match template.parts.nodes.get(self.frame.node as usize) {
            Some(node) => {
                let (at, shown) = (location(&template.source, node), shown(&template.source, node));
                format!("template: {at}: executing {name} at <{shown}>: {message}")
            }
            None => format!("template: {}: {message}", template.name),
        }
    }

    /// Goes back to the innermost function that asked for a rendering and lets it make something of the failure.
    fn recover(&mut self, failure: Failure) -> Result<(), ExecError> {
        let mut message = match failure {
            Failure::Message(message) => message,
            Failure::Limit(exceeded) => {
                return Err(ExecError { message: self.located(&exceeded.to_string()), exceeded: Some(exceeded) });
            }
        };
        loop {
            let Some(caller) = self.callers.pop() else {
                return Err(ExecError { message, exceeded: None });
            };
            self.budget.leave();
            let ended = std::mem::replace(&mut self.frame, caller);
            self.unwind(&ended);
            let After::Function { then, name, node, overlay } = ended.after else {
                continue;
            };
            self.take_text(overlay);
            let outcome = then(&mut self.call(), Err(RenderFailure::Execute(message)));
            match self.settled(outcome, &name, node) {
                Ok(()) => return Ok(()),
                Err(Failure::Message(next)) => message = next,
                Err(Failure::Limit(exceeded)) => {
                    return Err(ExecError { message: self.located(&exceeded.to_string()), exceeded: Some(exceeded) });
                }
            }
        }
    }

    /// Takes from the stacks what a template has left on them.
    fn unwind(&mut self, ended: &Frame) {
        let heights = ended.heights;
        self.slots.truncate(ended.slots);
        self.arguments.truncate(heights.arguments);
        self.finals.truncate(heights.finals);
        self.methods.truncate(heights.methods);
        self.dots.truncate(heights.dots);
        self.loops.truncate(heights.loops);
        self.found.truncate(heights.found);
    }

    /// What was written since a function asked for a rendering.
    fn take_text(&mut self, overlay: bool) -> Text {
        if overlay {
            self.overlays.pop();
        }
        let outer = self.outs.pop().unwrap_or_default();
        Text::from_bytes(std::mem::replace(&mut self.out, outer))
    }

    pub(super) fn call(&mut self) -> Call<'_> {
        Call { budget: self.budget, state: self.state, written: self.written }
    }

    /// The template called `name`, as seen from here.
    pub(super) fn find(&self, name: &Text) -> Option<Arc<Template>> {
        let overlaid = self.overlays.iter().rev().find_map(|overlay| overlay.get(name));
        overlaid.or_else(|| self.world.templates.get(name)).cloned()
    }

    /// Begins a template.
    pub(super) fn enter(&mut self, template: Arc<Template>, dot: Slot, after: After) -> Result<(), Failure> {
        self.budget.enter()?;
        let slots = self.slots.len();
        self.slots.resize(slots + template.slots as usize, Slot { value: Value::NoValue, form: Form::Unset });
        self.slots[slots] = dot.clone();
        let heights = Heights {
            arguments: self.arguments.len(),
            finals: self.finals.len(),
            methods: self.methods.len(),
            dots: self.dots.len(),
            loops: self.loops.len(),
            found: self.found.len(),
        };
        let frame = Frame { template, next: 0, node: KEEP, dot, slots, heights, after };
        self.callers.push(std::mem::replace(&mut self.frame, frame));
        Ok(())
    }

    /// Ends a template.
    pub(super) fn leave(&mut self) -> Result<Flow, Failure> {
        let Some(caller) = self.callers.pop() else {
            return Ok(Flow::Done);
        };
        self.budget.leave();
        let ended = std::mem::replace(&mut self.frame, caller);
        self.unwind(&ended);
        if let After::Function { then, name, node, overlay } = ended.after {
            let text = self.take_text(overlay);
            let outcome = then(&mut self.call(), Ok(text));
            self.settled(outcome, &name, node)?;
        }
        Ok(Flow::Next)
    }

    /// Makes a function's outcome the value, or a failure at its call.
    fn settled(&mut self, outcome: Result<Value, FuncError>, name: &str, node: u32) -> Result<(), Failure> {
        match outcome {
            Ok(value) => {
                self.value = Slot::plain(value);
                Ok(())
            }
            Err(FuncError::Limit(exceeded)) => Err(exceeded.into()),
            Err(FuncError::Message(message)) => {
                self.frame.node = node;
                self.fail(format!("error calling {name}: {message}"))
            }
        }
    }

    /// Calls the function of a call site with the arguments on top of the stack.
    pub(super) fn call_function(&mut self, site: &CallSite) -> Result<(), Failure> {
        let first = self.arguments.len() - usize::from(site.arguments);
        if let Some(callee) = site.callee {
            let template = self.frame.template.clone();
            let shown = crate::context::expression(callee.of(&template.source.text));
            let callee = if shown.is_empty() { described(&self.arguments[first]) } else { shown };
            return self.call_value(&callee, first, site.node);
        }
        let template = self.frame.template.clone();
        self.invoke(
            &site.function,
            &|| String::from_utf8_lossy(template.text(site.name)).into_owned(),
            first,
            site.node,
        )
    }

    /// Calls a function with the arguments from `first` on.
    pub(super) fn invoke(
        &mut self,
        function: &Function,
        name: &dyn Fn() -> String,
        first: usize,
        node: u32,
    ) -> Result<(), Failure> {
        let bytes_left = self.budget.bytes_left();
        let call = &mut Call { budget: self.budget, state: self.state, written: self.written };
        let given = Args(&self.arguments[first..]);
        let outcome = match &function.body {
            Body::Plain(body) => body(call, given),
            Body::Closure(body) => body(call, given),
            Body::Render(body) => {
                let asked = body(call, given);
                self.arguments.truncate(first);
                return match asked {
                    Ok(render) => self.render(render, name(), node),
                    Err(error) => self.settled(Err(error), &name(), node),
                };
            }
        };
        if let Ok(value) = &outcome {
            self.pay_for(value, first, bytes_left)?;
        }
        self.arguments.truncate(first);
        match outcome {
            Ok(value) => {
                let form = if function.returns == Type::Any { Form::Interface } else { Form::Plain };
                self.value = Slot { value, form };
                Ok(())
            }
            error => self.settled(error, &name(), node),
        }
    }

    /// Charges what a function made and has not paid for itself, and looks at what is held by now.
    fn pay_for(&mut self, value: &Value, first: usize, bytes_left: u64) -> Result<(), Exceeded> {
        match value {
            Value::Str(text) if text.len() > SHORT_BYTES_MAX => {
                let given = self.arguments[first..].iter().any(|one| matches!(one, Value::Str(one) if one.same(text)));
                let paid = bytes_left - self.budget.bytes_left();
                let owed = if given { 0 } else { (text.len() as u64).saturating_sub(paid) };
                self.budget.take_bytes(owed)
            }
            Value::List(_) | Value::Map(_) => held::check(self.budget, 0),
            _ => Ok(()),
        }
    }

    /// Begins what a function wants rendered.
    fn render(&mut self, render: Render, name: String, node: u32) -> Result<(), Failure> {
        let Render { target, data, then } = render;
        let mut dot = Slot::plain(data);
        dot.strip();
        let (template, overlay) = match self.target(target) {
            Ok(found) => found,
            Err(failure) => {
                let outcome = then(&mut self.call(), Err(failure));
                return self.settled(outcome, &name, node);
            }
        };
        self.outs.push(std::mem::take(&mut self.out));
        let after = After::Function { then, name, node, overlay };
        let entered = self.enter(template, dot, after);
        if entered.is_err() {
            self.take_text(overlay);
        }
        entered
    }

    fn target(&mut self, target: Target) -> Result<(Arc<Template>, bool), RenderFailure> {
        match target {
            Target::Named(name) => {
                let (quoted, set) = (quote(name.as_bytes()), quote(self.world.name.as_bytes()));
                let missing = || match self.world.sources {
                    Sources::Parsed => format!("template: no template {quoted} associated with template {set}"),
                    Sources::Refused => format!("html/template: {quoted} is undefined"),
                };
                let found = self.find(&name).ok_or_else(|| RenderFailure::Missing(missing()))?;
                Ok((found, false))
            }
            Target::Source { .. } if self.world.sources == Sources::Refused => {
                Err(RenderFailure::Parse("html/template: cannot Parse after Execute".to_owned()))
            }
            Target::Source { name, text } => {
                let source = Bytes::copy_from_slice(text.as_bytes());
                let parsed = parse(&name.to_str_lossy(), &source, self.world.tables, self.budget);
                let parsed = parsed.map_err(|error| RenderFailure::Parse(error.to_string()))?;
                let root = parsed.root.clone();
                self.overlay(parsed);
                Ok((root, true))
            }
        }
    }

    /// Lets the definitions of a text be seen: an empty one does not take the place of another.
    fn overlay(&mut self, parsed: Parsed) {
        let visible = |template: &Arc<Template>| !template.empty || self.find(&template.name).is_none();
        let shown = parsed.templates.into_iter().filter(visible);
        let overlay = shown.map(|template| (template.name.clone(), template)).collect();
        self.overlays.push(overlay);
    }
}

/// Go's `reflect.Value.String`.
fn described(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        Value::NoValue | Value::Nil => "<invalid Value>".to_owned(),
        other => format!("<{} Value>", other.type_name()),
    }
}
