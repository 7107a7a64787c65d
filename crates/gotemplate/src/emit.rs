//! Expressions to steps. Each step carries the place that Go's executor would report an error at, so that messages agree.

use crate::convert;
use crate::lex::LoopKeywords;
use crate::program::{CallSite, KEEP, Literal, MethodSite, Names, Node, Op, Parts, Shape, Span, Step};
use crate::syntax::{Arena, Expression, Form, Id};
use crate::types::Type;
use crate::value::{Function, Value};
use std::sync::Arc;

/// A template being compiled.
pub(crate) struct Builder<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) code: Vec<Step>,
    pub(crate) parts: Parts,
    scope: Vec<Variable<'t>>,
    /// Slots of variables whose declaration a short circuit may skip.
    skippable: Vec<u32>,
    /// How many short circuits may skip what is compiled now.
    conditions: u32,
    pub(crate) slots: u32,
    pub(crate) empty: bool,
    /// Where the last command of the last pipeline begins.
    pub(crate) last_begins: u32,
}

#[derive(Clone, Copy)]
struct Variable<'t> {
    name: &'t [u8],
    slot: u32,
    skippable: bool,
}

/// What a scope is reset to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// Finds functions by name; says whether it is a builtin.
pub(crate) trait Functions {
    /// The function that templates mean by `name`, and whether it is one of Go's own.
    fn find(&self, name: &str) -> Option<(&Arc<Function>, bool)>;

    /// Whether loops' keywords are keywords.
    fn keywords(&self) -> LoopKeywords {
        LoopKeywords { break_is: self.find("break").is_none(), continue_is: self.find("continue").is_none() }
    }
}

/// The expressions of one action, and where functions are found.
#[derive(Clone, Copy)]
pub(crate) struct Action<'a> {
    pub(crate) arena: &'a Arena,
    pub(crate) functions: &'a dyn Functions,
}

/// The variables that a name can mean, the innermost first, and whether the last of them is surely set.
#[derive(Debug, Clone)]
struct Meaning {
    slots: Vec<u32>,
    certain: bool,
}

/// A call of `and` or `or`.
struct Deciding<'a> {
    arguments: &'a [Id],
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
    pub(crate) fn new(text: &'t [u8]) -> Self {
        let root = Variable { name: b"$", slot: 0, skippable: false };
        let (code, parts, skippable) = Default::default();
        Builder {
            text,
            code,
            parts,
            scope: vec![root],
            skippable,
            conditions: 0,
            slots: 1,
            empty: true,
            last_begins: 0,
        }
    }

    /// The variables declared so far.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.scope.len())
    }

    /// Forgets the variables declared since.
    pub(crate) fn reset(&mut self, mark: Mark) {
        self.scope.truncate(mark.0);
    }

    pub(crate) fn here(&self) -> u32 {
        self.code.len() as u32
    }

    pub(crate) fn push(&mut self, op: Op, node: u32) -> usize {
        self.code.push(Step { op, node });
        self.code.len() - 1
    }

    pub(crate) fn node(&mut self, pos: u32, span: Span, shape: Shape) -> u32 {
        self.parts.nodes.push(Node { pos, span, shape });
        self.parts.nodes.len() as u32 - 1
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

    /// The variables that a name can mean, the innermost first; more than one only where a declaration may be skipped.
    fn resolve(&self, name: &[u8]) -> Meaning {
        let mut slots = Vec::new();
        for variable in self.scope.iter().rev().filter(|variable| variable.name == name) {
            slots.push(variable.slot);
            if !variable.skippable {
                return Meaning { slots, certain: true };
            }
        }
        Meaning { slots, certain: false }
    }

    pub(crate) fn alternatives(&mut self, slots: Vec<u32>) -> u32 {
        self.parts.alternatives.push(slots);
        self.parts.alternatives.len() as u32 - 1
    }

    /// A pipeline, its variables included. Leaves its value, which may still be nil in an interface.
    pub(crate) fn pipeline(&mut self, action: Action<'_>, id: Id) -> Vec<u32> {
        let expression = *action.arena.get(id);
        let node = self.node_of(&expression);
        let mut last_begins = self.here();
        for (at, command) in action.arena.children(id).enumerate() {
            last_begins = self.here();
            if at > 0 {
                self.push(Op::SaveFinal, KEEP);
            }
            let piped = at > 0;
            self.command(action, command, piped, if piped { KEEP } else { node });
        }
        self.last_begins = last_begins;
        let Form::Pipeline { variables, count, assigns } = expression.form else {
            return Vec::new();
        };
        let names = variables as usize..variables as usize + usize::from(count);
        action.arena.names[names].iter().map(|name| self.set(*name, assigns)).collect()
    }

    /// Gives the accumulator to a variable. The list of alternatives that it is.
    fn set(&mut self, name: Span, assigns: bool) -> u32 {
        let text = name.of(self.text);
        if assigns {
            let Meaning { slots, certain } = self.resolve(text);
            match slots[..] {
                [] => self.fail(undefined(text), KEEP),
                [slot] if certain => drop(self.push(Op::Set(slot), KEEP)),
                _ => {
                    let list = self.alternatives(slots.clone());
                    self.push(Op::SetOf(list), KEEP);
                }
            }
            return self.alternatives(slots);
        }
        let slot = self.scope.last().map_or(0, |variable| variable.slot + 1);
        self.slots = self.slots.max(slot + 1);
        let skippable = self.conditions > 0;
        if skippable {
            self.skippable.push(slot);
        }
        self.scope.push(Variable { name: text, slot, skippable });
        self.push(Op::Set(slot), KEEP);
        self.alternatives(vec![slot])
    }

    /// A pipeline in parentheses.
    fn nested(&mut self, action: Action<'_>, id: Id) {
        self.pipeline(action, id);
        self.push(Op::Strip, KEEP);
    }

    fn command(&mut self, action: Action<'_>, id: Id, piped: bool, pipeline_node: u32) {
        let parts: Vec<Id> = action.arena.children(id).collect();
        let (Some(&first), arguments) = (parts.first(), parts.get(1..).unwrap_or_default()) else {
            return;
        };
        let expression = *action.arena.get(first);
        let given = piped || !arguments.is_empty();
        match expression.form {
            Form::Function => {
                let node = self.node_of(action.arena.get(id));
                self.call(action, &expression, arguments, piped, node);
            }
            Form::Fields { .. } | Form::Variable { .. } | Form::Chain { .. } => {
                self.fields(action, first, arguments, piped);
            }
            Form::Pipeline { .. } if given => self.not_a_function(&expression, pipeline_node),
            Form::Pipeline { .. } => self.nested(action, first),
            _ => {
                let node = self.node_of(&expression);
                match (given, expression.form) {
                    (true, _) => self.not_a_function(&expression, node),
                    (_, Form::Nil) => self.fail("nil is not a command".to_owned(), node),
                    (_, Form::Dot) => drop(self.push(Op::Dot, node)),
                    _ => self.load_literal(action, &expression, node),
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

    fn load_literal(&mut self, action: Action<'_>, expression: &Expression, node: u32) {
        match self.converted(action, expression, Type::Reflect) {
            Ok(value) => {
                let constant = self.constant(value);
                self.push(Op::Constant(constant), node);
            }
            Err(message) => self.fail(message, node),
        }
    }

    /// A literal as an argument of a type.
    fn converted(&self, action: Action<'_>, expression: &Expression, target: Type) -> Result<Value, String> {
        match literal(action, expression) {
            Some(literal) => convert::literal(&literal, target, || self.shown(expression)),
            None => Ok(Value::NoValue),
        }
    }

    /// `.a.b`, `$x.a.b`, `(…).a.b`, `name.a.b`, with or without arguments for the last.
    fn fields(&mut self, action: Action<'_>, id: Id, arguments: &[Id], piped: bool) {
        let expression = *action.arena.get(id);
        let node = self.node_of(&expression);
        let (receiver, first, count) = match expression.form {
            Form::Fields { first, count } => (Receiver::Dot, first, count),
            Form::Variable { first, count } => {
                let name = action.arena.names[first as usize].of(self.text);
                let meaning = self.resolve(name);
                if meaning.slots.is_empty() {
                    return self.fail(undefined(name), node);
                }
                (Receiver::Variable(meaning), first + 1, count - 1)
            }
            Form::Chain { first, count } => {
                self.before_dot(action, id);
                (Receiver::Accumulator, first, count)
            }
            _ => return,
        };
        let names: Vec<Span> = action.arena.names[first as usize..first as usize + usize::from(count)].to_vec();
        if arguments.is_empty() && !piped {
            return self.follow(receiver, &names, node);
        }
        let Some((last, before)) = names.split_last() else {
            self.follow(receiver, &[], node);
            return self.not_a_function(&expression, KEEP);
        };
        self.follow(receiver, before, node);
        self.method(action, *last, arguments, piped, node);
    }

    /// What stands before the dot of a chain.
    fn before_dot(&mut self, action: Action<'_>, chain: Id) {
        let Some(before) = action.arena.get(chain).child else {
            return;
        };
        self.argument_value(action, before);
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
            (Receiver::Variable(Meaning { slots, certain }), _) => match (&slots[..], count) {
                ([slot], 0) if certain => drop(self.push(Op::Variable(*slot), node)),
                ([slot], _) if certain && *slot <= u32::from(u16::MAX) => {
                    self.push(Op::VariableFields { slot: *slot as u16, first, count }, node);
                }
                _ => {
                    let list = self.alternatives(slots);
                    self.push(Op::VariableOf(list), node);
                    if count > 0 {
                        self.push(Op::Fields { first, count, node }, node);
                    }
                }
            },
        }
    }

    fn method(&mut self, action: Action<'_>, name: Span, arguments: &[Id], piped: bool, node: u32) {
        let site = self.parts.methods.len() as u32;
        let count = arguments.len() as u16;
        self.parts.methods.push(MethodSite { name, arguments: count, piped, node, after: 0 });
        self.push(Op::Method(site), KEEP);
        for (at, &argument) in arguments.iter().enumerate() {
            let at = at as u16;
            let expression = *action.arena.get(argument);
            match literal(action, &expression) {
                Some(literal) => {
                    self.parts.literals.push(literal);
                    let literal = self.parts.literals.len() as u32 - 1;
                    let node = self.node_of(&expression);
                    self.push(Op::MethodLiteral { literal, at }, node);
                }
                None => {
                    self.argument_value(action, argument);
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
    fn argument_value(&mut self, action: Action<'_>, id: Id) {
        let expression = *action.arena.get(id);
        match expression.form {
            Form::Dot => {
                let node = self.node_of(&expression);
                self.push(Op::Dot, node);
            }
            Form::Fields { .. } | Form::Variable { .. } | Form::Chain { .. } => self.fields(action, id, &[], false),
            Form::Pipeline { .. } => self.nested(action, id),
            Form::Function => {
                let node = self.node_of(&expression);
                self.call(action, &expression, &[], false, node);
            }
            _ => {
                let node = self.node_of(&expression);
                self.load_literal(action, &expression, node);
            }
        }
    }

    /// A call of a function; errors of the function itself are reported at `node`.
    fn call(&mut self, action: Action<'_>, name: &Expression, arguments: &[Id], piped: bool, node: u32) {
        let text = String::from_utf8_lossy(name.span.of(self.text));
        let own_node = self.node_of(name);
        let Some((function, builtin)) = action.functions.find(&text) else {
            return self.fail(format!("{text:?} is not a defined function"), own_node);
        };
        if let Some(message) = wrong_count(function, &text, arguments.len(), piped) {
            return self.fail(message, own_node);
        }
        if builtin && matches!(&*text, "and" | "or") {
            let node = if arguments.is_empty() { own_node } else { KEEP };
            return self.short_circuit(Deciding { arguments, piped, when: text == "or", node }, action);
        }
        let first = arguments.first().map_or(Span::new(0, 0), |id| action.arena.get(*id).span);
        let callee = (builtin && text == "call").then_some(first);
        let slices = builtin && text == "slice";
        let count = arguments.len() as u16 + u16::from(piped);
        let site = self.parts.calls.len() as u32;
        let function = function.clone();
        self.parts.calls.push(CallSite { function, name: name.span, arguments: count, node, callee, slices });
        for (at, &argument) in arguments.iter().enumerate() {
            self.argument(action, argument, site, at);
        }
        let node = if arguments.is_empty() { own_node } else { KEEP };
        if piped {
            self.push(Op::ArgumentFinal { site, at: arguments.len() as u16 }, node);
        }
        self.push(Op::Call(site), node);
    }

    fn argument(&mut self, action: Action<'_>, id: Id, site: u32, at: usize) {
        let expression = *action.arena.get(id);
        if literal(action, &expression).is_none() {
            self.argument_value(action, id);
            if at > 0 && self.parts.calls[site as usize].slices {
                self.push(Op::HideInterface, KEEP);
            }
            self.push(Op::Argument { site, at: at as u16 }, KEEP);
            return;
        }
        let target = self.parts.calls[site as usize].function.parameter(at);
        let node = self.node_of(&expression);
        match self.converted(action, &expression, target) {
            Ok(value) => {
                let constant = self.constant(value);
                self.push(Op::ArgumentConstant(constant), node);
            }
            Err(message) => self.fail(message, node),
        }
    }

    /// `and` and `or`: the first argument that decides is the value, and no other is evaluated.
    fn short_circuit(&mut self, deciding: Deciding<'_>, action: Action<'_>) {
        let Deciding { arguments, piped, when, node } = deciding;
        let mut jumps = Vec::new();
        let skippable = self.skippable.len();
        for (at, &argument) in arguments.iter().enumerate() {
            self.conditions += u32::from(at > 0);
            self.argument_value(action, argument);
            self.conditions -= u32::from(at > 0);
            if at + 1 < arguments.len() || piped {
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
fn literal(action: Action<'_>, expression: &Expression) -> Option<Literal> {
    Some(match expression.form {
        Form::Nil => Literal::Nil,
        Form::Bool(value) => Literal::Bool(value),
        Form::Number(at) => Literal::Number(action.arena.numbers[at as usize], expression.span),
        Form::String(at) => Literal::String(action.arena.strings[at as usize].clone(), expression.span),
        _ => return None,
    })
}

/// Go's complaint when a function is given too few or too many arguments.
pub(crate) fn wrong_count(function: &Function, name: &str, arguments: usize, piped: bool) -> Option<String> {
    let (given, wanted) = (arguments + usize::from(piped), function.params.len());
    if function.rest.is_some() {
        let enough = given >= wanted;
        return (!enough).then(|| format!("wrong number of args for {name}: want at least {wanted} got {arguments}"));
    }
    (given != wanted).then(|| format!("wrong number of args for {name}: want {wanted} got {given}"))
}
