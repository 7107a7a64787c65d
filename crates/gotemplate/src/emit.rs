//! Expressions to steps. Each step carries the place that Go's executor would report an error at, so that messages agree.

use crate::convert;
use crate::function::wrong_count;
use crate::outline::Wanted;
use crate::program::{CallSite, KEEP, Literal, MethodSite, Names, Node, Op, Parts, Shape, Span, Step};
use crate::scope::{Mark, Meaning, Scope};
use crate::syntax::{Arena, Expression, Form, Id, Row};
use crate::types::Type;
use crate::value::Value;
use std::sync::Arc;

/// About how long the text of an action is, and that between it and the next.
const ACTION_BYTES: usize = 64;

/// Room is made beforehand for no more actions: a large text may hold none.
const ACTIONS_FORESEEN_MAX: usize = 512;

/// A template being compiled.
pub(crate) struct Builder<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) code: Vec<Step>,
    pub(crate) parts: Parts,
    scope: Scope<'t>,
    /// Slots of variables whose declaration a short circuit may skip.
    skippable: Vec<u32>,
    /// How many short circuits may skip what is compiled now.
    conditions: u32,
    pub(crate) slots: u32,
    pub(crate) empty: bool,
    /// Where the last command of the last pipeline begins.
    pub(crate) last_begins: u32,
    /// Outlines name places that may be changed later: each then is its own.
    outlines: Wanted,
}

/// A call of a function.
#[derive(Clone, Copy)]
struct Called {
    /// The function: a position in [`Arena::functions`].
    at: u32,
    arguments: Row,
    piped: bool,
    /// Where errors of the function itself are reported.
    node: u32,
}

/// A call of `and` or `or`.
struct Deciding {
    arguments: Row,
    piped: bool,
    /// What an argument that decides is.
    when: bool,
    /// Where it is when no argument says another place.
    node: u32,
}

/// Where the value comes from that fields are followed from.
enum Receiver {
    Dot,
    Variable(Meaning),
    Accumulator,
}

impl<'t> Builder<'t> {
    pub(crate) fn new(text: &'t [u8], outlines: Wanted) -> Self {
        let (scope, skippable) = Default::default();
        let actions = (text.len() / ACTION_BYTES).min(ACTIONS_FORESEEN_MAX);
        let (code, parts) = (Vec::with_capacity(actions * 2), Parts::for_actions(actions));
        Builder { text, code, parts, scope, skippable, conditions: 0, slots: 1, empty: true, last_begins: 0, outlines }
    }

    /// What has been compiled, in no more memory than it needs. The builder is as new.
    pub(crate) fn finish(&mut self) -> (Arc<[Step]>, Parts) {
        let code = self.code.as_slice().into();
        self.code.clear();
        self.scope.clear();
        self.skippable.clear();
        (self.conditions, self.slots, self.empty, self.last_begins) = (0, 1, true, 0);
        (code, self.parts.take())
    }

    /// The variables declared so far.
    pub(crate) fn mark(&self) -> Mark {
        self.scope.mark()
    }

    /// Forgets the variables declared since.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.scope.reset(mark);
    }

    pub(crate) fn here(&self) -> u32 {
        self.code.len() as u32
    }

    pub(crate) fn push(&mut self, op: Op, node: u32) -> usize {
        self.code.push(Step { op, node });
        self.code.len() - 1
    }

    pub(crate) fn node(&mut self, pos: u32, span: Span, shape: Shape) -> u32 {
        let (node, nodes) = (Node { pos, span, shape }, &mut self.parts.nodes);
        if self.outlines == Wanted::Yes || nodes.last() != Some(&node) {
            nodes.push(node);
        }
        nodes.len() as u32 - 1
    }

    fn node_of(&mut self, expression: &Expression) -> u32 {
        self.node(expression.pos, expression.span, Shape::Expression)
    }

    pub(crate) fn constant(&mut self, value: Value) -> u32 {
        self.parts.constants.push(value);
        self.parts.constants.len() as u32 - 1
    }

    fn fail(&mut self, message: String, node: u32) {
        self.parts.messages.push(message);
        let message = self.parts.messages.len() as u32 - 1;
        self.push(Op::Fail(message), node);
    }

    /// Makes a jump lead here.
    pub(crate) fn land(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.code[jump].op {
            Op::Jump(target) | Op::JumpIfFalse(target) | Op::ShortCircuit { target, .. } => *target = here,
            _ => {}
        }
    }

    fn alternatives(&mut self, slots: Vec<u32>) -> u32 {
        self.parts.alternatives.push(slots);
        self.parts.alternatives.len() as u32 - 1
    }

    /// A pipeline, its variables included. Leaves its value, which may still be nil in an interface.
    pub(crate) fn pipeline(&mut self, arena: &Arena<'_>, id: Id) {
        let expression = *arena.get(id);
        let node = self.node_of(&expression);
        let mut last_begins = self.here();
        for (at, command) in arena.children(id).enumerate() {
            last_begins = self.here();
            if at > 0 {
                self.push(Op::SaveFinal, KEEP);
            }
            let piped = at > 0;
            self.command(arena, command, piped, if piped { KEEP } else { node });
        }
        self.last_begins = last_begins;
        let Form::Pipeline { variables, count, assigns } = expression.form else {
            return;
        };
        for name in &arena.names[variables as usize..variables as usize + usize::from(count)] {
            if assigns { self.assign(*name) } else { self.declare(*name) }
        }
    }

    /// The variables that a pipeline has set, as lists of alternatives.
    pub(crate) fn variables_of(&mut self, arena: &Arena<'_>, id: Id) -> Vec<u32> {
        let Form::Pipeline { variables, count, .. } = arena.get(id).form else {
            return Vec::new();
        };
        let names = &arena.names[variables as usize..variables as usize + usize::from(count)];
        let slots = |builder: &Self, name: &Span| match builder.scope.resolve(name.of(builder.text)) {
            Meaning::One(slot) => vec![slot],
            Meaning::FirstSet(slots) => slots,
        };
        names.iter().map(|name| self.alternatives(slots(self, name))).collect()
    }

    /// Gives the accumulator to a variable that is there.
    fn assign(&mut self, name: Span) {
        let text = name.of(self.text);
        match self.scope.resolve(text) {
            Meaning::One(slot) => drop(self.push(Op::Set(slot), KEEP)),
            Meaning::FirstSet(slots) if slots.is_empty() => self.fail(undefined(text), KEEP),
            Meaning::FirstSet(slots) => {
                let list = self.alternatives(slots);
                self.push(Op::SetOf(list), KEEP);
            }
        }
    }

    /// Gives the accumulator to a new variable.
    fn declare(&mut self, name: Span) {
        let skippable = self.conditions > 0;
        let slot = self.scope.declare(name.of(self.text), skippable);
        self.slots = self.slots.max(slot + 1);
        if skippable {
            self.skippable.push(slot);
        }
        self.push(Op::Set(slot), KEEP);
    }

    /// A pipeline in parentheses.
    fn nested(&mut self, arena: &Arena<'_>, id: Id) {
        self.pipeline(arena, id);
        self.push(Op::Strip, KEEP);
    }

    fn command(&mut self, arena: &Arena<'_>, id: Id, piped: bool, pipeline_node: u32) {
        let Some(first) = arena.get(id).child else {
            return;
        };
        let arguments = arena.behind(first);
        let expression = *arena.get(first);
        let given = piped || !arguments.is_empty();
        match expression.form {
            Form::Function(at) => {
                let node = self.node_of(arena.get(id));
                let called = Called { at, arguments, piped, node };
                self.call(arena, &expression, called);
            }
            Form::Fields { .. } | Form::Variable { .. } | Form::Chain { .. } => {
                self.fields(arena, first, arguments, piped);
            }
            Form::Pipeline { .. } if given => self.not_a_function(&expression, pipeline_node),
            Form::Pipeline { .. } => self.nested(arena, first),
            _ => {
                let node = self.node_of(&expression);
                match (given, expression.form) {
                    (true, _) => self.not_a_function(&expression, node),
                    (_, Form::Nil) => self.fail("nil is not a command".to_owned(), node),
                    (_, Form::Dot) => drop(self.push(Op::Dot, node)),
                    _ => self.load_literal(arena, &expression, node),
                }
            }
        }
    }

    fn not_a_function(&mut self, expression: &Expression, node: u32) {
        let shown = self.shown(expression);
        self.fail(format!("can't give argument to non-function {shown}"), node);
    }

    fn shown(&self, expression: &Expression) -> String {
        crate::context::expression(expression.span.of(self.text))
    }

    fn load_literal(&mut self, arena: &Arena<'_>, expression: &Expression, node: u32) {
        match self.converted(arena, expression, Type::Reflect) {
            Ok(value) => {
                let constant = self.constant(value);
                self.push(Op::Constant(constant), node);
            }
            Err(message) => self.fail(message, node),
        }
    }

    /// A literal as an argument of a type.
    fn converted(&self, arena: &Arena<'_>, expression: &Expression, target: Type) -> Result<Value, String> {
        match literal(arena, expression) {
            Some(literal) => convert::literal(&literal, target, || self.shown(expression)),
            None => Ok(Value::NoValue),
        }
    }

    /// `.a.b`, `$x.a.b`, `(…).a.b`, `name.a.b`, with or without arguments for the last.
    fn fields(&mut self, arena: &Arena<'_>, id: Id, arguments: Row, piped: bool) {
        let expression = *arena.get(id);
        let node = self.node_of(&expression);
        let (receiver, first, count) = match expression.form {
            Form::Fields { first, count } => (Receiver::Dot, first, count),
            Form::Variable { first, count } => {
                let name = arena.names[first as usize].of(self.text);
                let meaning = self.scope.resolve(name);
                if matches!(&meaning, Meaning::FirstSet(slots) if slots.is_empty()) {
                    return self.fail(undefined(name), node);
                }
                (Receiver::Variable(meaning), first + 1, count - 1)
            }
            Form::Chain { first, count } => {
                self.before_dot(arena, id);
                (Receiver::Accumulator, first, count)
            }
            _ => return,
        };
        let names = &arena.names[first as usize..first as usize + usize::from(count)];
        if arguments.is_empty() && !piped {
            return self.follow(receiver, names, node);
        }
        let Some((last, before)) = names.split_last() else {
            self.follow(receiver, &[], node);
            return self.not_a_function(&expression, KEEP);
        };
        self.follow(receiver, before, node);
        self.method(arena, *last, arguments, piped, node);
    }

    /// What stands before the dot of a chain.
    fn before_dot(&mut self, arena: &Arena<'_>, chain: Id) {
        let Some(before) = arena.get(chain).child else {
            return;
        };
        self.argument_value(arena, before);
    }

    fn follow(&mut self, receiver: Receiver, names: &[Span], place: u32) {
        let node = if matches!(receiver, Receiver::Accumulator) { KEEP } else { place };
        let first = self.parts.names.len() as u32;
        let count = names.len() as u16;
        self.parts.names.extend_from_slice(names);
        let run = Names { first, count };
        match (receiver, count) {
            (Receiver::Dot, 0) => drop(self.push(Op::Dot, node)),
            (Receiver::Dot, _) => drop(self.push(Op::DotFields(run), node)),
            (Receiver::Accumulator, 0) => {}
            (Receiver::Accumulator, _) => drop(self.push(Op::Fields { first, count, node: place }, node)),
            (Receiver::Variable(meaning), _) => match (meaning, count) {
                (Meaning::One(slot), 0) => drop(self.push(Op::Variable(slot), node)),
                (Meaning::One(slot), _) if slot <= u32::from(u16::MAX) => {
                    self.push(Op::VariableFields { slot: slot as u16, first, count }, node);
                }
                (meaning, _) => {
                    let list = match meaning {
                        Meaning::One(slot) => self.alternatives(vec![slot]),
                        Meaning::FirstSet(slots) => self.alternatives(slots),
                    };
                    self.push(Op::VariableOf(list), node);
                    if count > 0 {
                        self.push(Op::Fields { first, count, node }, node);
                    }
                }
            },
        }
    }

    fn method(&mut self, arena: &Arena<'_>, name: Span, arguments: Row, piped: bool, node: u32) {
        let site = self.parts.methods.len() as u32;
        let count = arena.row(arguments).count() as u16;
        self.parts.methods.push(MethodSite { name, arguments: count, piped, node, after: 0 });
        self.push(Op::Method(site), KEEP);
        for (at, argument) in arena.row(arguments).enumerate() {
            let at = at as u16;
            let expression = *arena.get(argument);
            match literal(arena, &expression) {
                Some(literal) => {
                    self.parts.literals.push(literal);
                    let literal = self.parts.literals.len() as u32 - 1;
                    let node = self.node_of(&expression);
                    self.push(Op::MethodLiteral { literal, at }, node);
                }
                None => {
                    self.argument_value(arena, argument);
                    self.push(Op::MethodArgument(at), KEEP);
                }
            }
        }
        if piped {
            self.push(Op::MethodFinal(count), KEEP);
        }
        self.push(Op::MethodCall(site), KEEP);
        self.parts.methods[site as usize].after = self.here();
    }

    /// The value of an argument that is no literal.
    fn argument_value(&mut self, arena: &Arena<'_>, id: Id) {
        let expression = *arena.get(id);
        match expression.form {
            Form::Dot => {
                let node = self.node_of(&expression);
                self.push(Op::Dot, node);
            }
            Form::Fields { .. } | Form::Variable { .. } | Form::Chain { .. } => {
                self.fields(arena, id, Row::EMPTY, false)
            }
            Form::Pipeline { .. } => self.nested(arena, id),
            Form::Function(at) => {
                let node = self.node_of(&expression);
                self.call(arena, &expression, Called { at, arguments: Row::EMPTY, piped: false, node });
            }
            _ => {
                let node = self.node_of(&expression);
                self.load_literal(arena, &expression, node);
            }
        }
    }

    /// A call of a function.
    fn call(&mut self, arena: &Arena<'_>, name: &Expression, called: Called) {
        let Called { at, arguments, piped, node } = called;
        let text = name.span.of(self.text);
        let own_node = self.node_of(name);
        let (function, builtin) = arena.functions[at as usize];
        let given = arena.row(arguments).count();
        if let Some(message) = wrong_count(function, text, given, piped) {
            return self.fail(message, own_node);
        }
        if builtin && matches!(text, b"and" | b"or") {
            let node = if arguments.is_empty() { own_node } else { KEEP };
            return self.short_circuit(Deciding { arguments, piped, when: text == b"or", node }, arena);
        }
        let first = arguments.first.map_or(Span::new(0, 0), |id| arena.get(id).span);
        let callee = (builtin && text == b"call").then_some(first);
        let slices = builtin && text == b"slice";
        let count = given as u16 + u16::from(piped);
        let site = self.parts.calls.len() as u32;
        let function = function.clone();
        self.parts.calls.push(CallSite { function, name: name.span, arguments: count, node, callee, slices });
        for (at, argument) in arena.row(arguments).enumerate() {
            self.argument(arena, argument, site, at);
        }
        let node = if arguments.is_empty() { own_node } else { KEEP };
        if piped {
            self.push(Op::ArgumentFinal { site, at: given as u16 }, node);
        }
        self.push(Op::Call(site), node);
    }

    fn argument(&mut self, arena: &Arena<'_>, id: Id, site: u32, at: usize) {
        let expression = *arena.get(id);
        if literal(arena, &expression).is_none() {
            self.argument_value(arena, id);
            if at > 0 && self.parts.calls[site as usize].slices {
                self.push(Op::HideInterface, KEEP);
            }
            self.push(Op::Argument { site, at: at as u16 }, KEEP);
            return;
        }
        let target = self.parts.calls[site as usize].function.parameter(at);
        let node = self.node_of(&expression);
        match self.converted(arena, &expression, target) {
            Ok(value) => {
                let constant = self.constant(value);
                self.push(Op::ArgumentConstant(constant), node);
            }
            Err(message) => self.fail(message, node),
        }
    }

    /// `and` and `or`: the first argument that decides is the value, and no other is evaluated.
    fn short_circuit(&mut self, deciding: Deciding, arena: &Arena<'_>) {
        let Deciding { arguments, piped, when, node } = deciding;
        let mut jumps = Vec::new();
        let skippable = self.skippable.len();
        for (at, argument) in arena.row(arguments).enumerate() {
            self.conditions += u32::from(at > 0);
            self.argument_value(arena, argument);
            self.conditions -= u32::from(at > 0);
            if !arena.behind(argument).is_empty() || piped {
                let jump = self.push(Op::ShortCircuit { when, target: 0 }, KEEP);
                jumps.push((jump, self.skippable.len()));
            }
        }
        if piped {
            self.push(Op::TakeFinal, node);
        }
        if !piped && self.skippable.len() == skippable {
            jumps.iter().for_each(|(jump, _)| self.land(*jump));
            return;
        }
        let mut ends = vec![self.push(Op::Jump(0), KEEP)];
        for (jump, declared) in jumps {
            self.land(jump);
            for at in declared..self.skippable.len() {
                self.push(Op::Unset(self.skippable[at]), KEEP);
            }
            if piped {
                self.push(Op::DropFinal, KEEP);
            }
            ends.push(self.push(Op::Jump(0), KEEP));
        }
        ends.into_iter().for_each(|end| self.land(end));
    }
}

fn undefined(name: &[u8]) -> String {
    format!("undefined variable: {}", String::from_utf8_lossy(name))
}

/// The literal that an expression is.
fn literal(arena: &Arena<'_>, expression: &Expression) -> Option<Literal> {
    Some(match expression.form {
        Form::Nil => Literal::Nil,
        Form::Bool(value) => Literal::Bool(value),
        Form::Number(at) => Literal::Number(arena.numbers[at as usize], expression.span),
        Form::String(at) => Literal::String(arena.strings[at as usize].clone(), expression.span),
        _ => return None,
    })
}
