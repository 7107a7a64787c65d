//! What a template is compiled to: a list of simple steps over a few stacks. Running them needs no recursion, so a
//! template that calls itself uses memory that is counted, never the thread's stack.

use crate::error::ParseError;
use crate::number::Number;
use crate::outline::Outline;
use crate::text::Text;
use crate::value::{Function, Value};
use budget::Budget;
use bytes::Bytes;
use std::sync::Arc;

/// The text that templates were parsed from.
#[derive(Debug)]
pub(crate) struct Source {
    /// What error messages call it.
    pub(crate) name: Text,
    /// Shared with whoever gave it: a chart's templates are held once.
    pub(crate) text: Bytes,
}

/// One template.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) name: Text,
    pub(crate) source: Arc<Source>,
    /// Nothing but space and comments: does not take the place of another.
    pub(crate) empty: bool,
    pub(crate) code: Arc<[Step]>,
    /// How many variables it needs, `$` included.
    pub(crate) slots: u32,
    pub(crate) parts: Arc<Parts>,
    /// Empty unless it was asked for.
    pub(crate) outline: Arc<Outline>,
}

/// What the steps of a template refer to by position.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    /// Places in the text that errors point to.
    pub(crate) nodes: Vec<Node>,
    /// Field names.
    pub(crate) names: Vec<Span>,
    pub(crate) constants: Vec<Value>,
    pub(crate) literals: Vec<Literal>,
    pub(crate) calls: Vec<CallSite>,
    pub(crate) methods: Vec<MethodSite>,
    pub(crate) ranges: Vec<RangeSite>,
    /// Variables of one name, innermost first, of which the first that has been set is meant.
    pub(crate) alternatives: Vec<Vec<u32>>,
    pub(crate) messages: Vec<String>,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A place that an error can point to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    /// Where Go says it is: for `.a.b` at the second dot.
    pub(crate) pos: u32,
    /// What is printed between the angle brackets.
    pub(crate) span: Span,
    pub(crate) shape: Shape,
}

/// How a place is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As the expression that it is.
    Expression,
    /// As an action, in delimiters.
    Action,
    /// As a call of a template, in delimiters.
    Call,
}

/// A step, and the place that errors point to from here on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) op: Op,
    /// [`KEEP`] when the place stays as it is.
    pub(crate) node: u32,
}

/// No change of place.
pub(crate) const KEEP: u32 = u32::MAX;

/// What a step does. Most work on one value, the accumulator.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    /// Writes a piece of the text.
    Text(Span),
    /// Loads dot.
    Dot,
    /// Loads a variable.
    Variable(u32),
    /// Loads the first set one of several variables.
    VariableOf(u32),
    /// Loads a constant.
    Constant(u32),
    /// Follows fields from the accumulator.
    Fields {
        first: u32,
        count: u16,
        node: u32,
    },
    /// Follows fields from dot.
    DotFields(Names),
    /// Follows fields from a variable.
    VariableFields {
        slot: u16,
        first: u32,
        count: u16,
    },
    /// Forgets that the value came out of an interface: nil becomes no value.
    Strip,
    /// Makes a value that came out of an interface one of unknown type.
    HideInterface,
    /// Sets the accumulator aside, to be the next call's last argument.
    SaveFinal,
    /// Takes back what was set aside.
    TakeFinal,
    /// Drops what was set aside.
    DropFinal,
    /// Checks the accumulator against a parameter and puts it among the arguments.
    Argument {
        site: u32,
        at: u16,
    },
    /// Puts a constant of the right type among the arguments.
    ArgumentConstant(u32),
    /// As [`Op::Argument`], of what was set aside.
    ArgumentFinal {
        site: u32,
        at: u16,
    },
    /// Calls a function with the arguments.
    Call(u32),
    /// Finds a method that is given arguments.
    Method(u32),
    MethodArgument(u16),
    MethodLiteral {
        literal: u32,
        at: u16,
    },
    MethodFinal(u16),
    MethodCall(u32),
    /// Jumps when the accumulator is as true as that: `and`, `or`.
    ShortCircuit {
        when: bool,
        target: u32,
    },
    Jump(u32),
    JumpIfFalse(u32),
    /// Sets a variable.
    Set(u32),
    /// Sets the first set one of several variables.
    SetOf(u32),
    /// Marks a variable as not declared.
    Unset(u32),
    /// Writes the accumulator.
    Print,
    /// Makes the accumulator dot.
    PushDot,
    /// Takes the dots before so many [`Op::PushDot`] back.
    PopDots(u32),
    /// Begins a loop over the accumulator.
    Range(u32),
    /// Goes on to the next element.
    Next(u32),
    /// Ends the innermost loop, which is this one.
    LeaveRange(u32),
    /// Looks a template up.
    FindTemplate(u32),
    /// Runs the template found last, with the accumulator as dot.
    RunTemplate,
    /// Loads no value.
    NoValue,
    /// Fails with a message.
    Fail(u32),
    /// The end of the template.
    End,
}

/// A run of field names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) first: u32,
    pub(crate) count: u16,
}

/// A call of a function known when the template was parsed.
#[derive(Debug, Clone)]
pub(crate) struct CallSite {
    pub(crate) function: Arc<Function>,
    pub(crate) name: Span,
    pub(crate) arguments: u16,
    /// Where an error of the function is reported.
    pub(crate) node: u32,
    /// The builtin `call`: its first argument, by which errors name the callee; empty when it was piped.
    pub(crate) callee: Option<Span>,
    /// The builtin `slice`: it does not look for positions within interfaces.
    pub(crate) slices: bool,
}

/// A field that is given arguments: it must be a method.
#[derive(Debug, Clone)]
pub(crate) struct MethodSite {
    pub(crate) name: Span,
    pub(crate) arguments: u16,
    pub(crate) piped: bool,
    pub(crate) node: u32,
    /// Behind the call: where to go on when there is no receiver.
    pub(crate) after: u32,
}

/// A loop.
#[derive(Debug, Clone, Default)]
pub(crate) struct RangeSite {
    /// The variables, as lists of alternatives in [`Parts`].
    pub(crate) variables: Vec<u32>,
    /// The part for when there is nothing to go over.
    pub(crate) otherwise: u32,
    /// Behind the loop.
    pub(crate) exit: u32,
}

/// A literal whose type depends on what it is passed to.
#[derive(Debug, Clone)]
pub(crate) enum Literal {
    Bool(bool),
    Nil,
    Number(Number, Span),
    String(Value, Span),
}

/// One text, compiled: its own template and those it defines. Bound to the functions it was parsed with.
#[derive(Debug)]
pub struct Parsed {
    /// The text's own template; possibly one of the same name that it defines.
    pub(crate) root: Arc<Template>,
    /// All templates in the order of their names, the root among them.
    pub(crate) templates: Box<[Arc<Template>]>,
    /// Whether it also defines a template of the text's own name.
    pub(crate) names_itself: bool,
    /// The steps that parsing it took.
    pub(crate) steps: u64,
}

impl Parsed {
    /// The names of the templates in it, its own included, sorted.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.templates.iter().map(|template| &template.name)
    }

    /// Pays what parsing it took: for a text that was parsed under another budget.
    ///
    /// # Errors
    /// As [`crate::Set::compile`] would where the budget does not reach.
    pub fn pay(&self, budget: &mut Budget) -> Result<(), ParseError> {
        let Source { name, text } = &*self.root.source;
        let paid = budget.take_bytes(text.len() as u64).and_then(|()| budget.spend(self.steps));
        paid.map_err(|exceeded| ParseError::Limit { name: name.to_string(), exceeded })
    }

    /// Whether it was parsed under this name.
    #[must_use]
    pub fn is_named(&self, name: &Text) -> bool {
        self.root.source.name == *name
    }

    /// What parsing the same text under another name would give, sharing all that is the same; `None` when the text
    /// itself defines a template of one of the two names.
    #[must_use]
    pub fn named(&self, name: &Text) -> Option<Parsed> {
        if self.names_itself || self.names().any(|other| other == name) {
            return None;
        }
        let source = Arc::new(Source { name: name.clone(), text: self.root.source.text.clone() });
        let under = |template: &Template| Template { source: source.clone(), ..template.clone() };
        let root = Arc::new(Template { name: name.clone(), ..under(&self.root) });
        let renamed =
            |template| if Arc::ptr_eq(template, &self.root) { root.clone() } else { Arc::new(under(template)) };
        let mut templates: Box<[_]> = self.templates.iter().map(renamed).collect();
        templates.sort_by(|a, b| a.name.cmp(&b.name));
        Some(Parsed { root, templates, names_itself: false, steps: self.steps })
    }
}

impl Parts {
    /// None so far, with room for what so many actions commonly need.
    pub(crate) fn for_actions(actions: usize) -> Parts {
        Parts {
            nodes: Vec::with_capacity(actions * 2),
            names: Vec::with_capacity(actions * 2),
            constants: Vec::with_capacity(actions / 2),
            calls: Vec::with_capacity(actions / 2),
            ..Parts::default()
        }
    }

    /// Itself in no more memory than it needs; empty from then on.
    pub(crate) fn take(&mut self) -> Parts {
        #[expect(clippy::drain_collect, reason = "what is taken must be no larger than it is full, and the rest stay")]
        fn all<T>(of: &mut Vec<T>) -> Vec<T> {
            of.drain(..).collect()
        }
        Parts {
            nodes: all(&mut self.nodes),
            names: all(&mut self.names),
            constants: all(&mut self.constants),
            literals: all(&mut self.literals),
            calls: all(&mut self.calls),
            methods: all(&mut self.methods),
            ranges: all(&mut self.ranges),
            alternatives: all(&mut self.alternatives),
            messages: all(&mut self.messages),
        }
    }
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Span { start: start as u32, end: end as u32 }
    }

    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl Template {
    pub(crate) fn text(&self, span: Span) -> &[u8] {
        span.of(&self.source.text)
    }
}
