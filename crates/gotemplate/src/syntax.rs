//! The expressions of one action as a tree in an arena: read from tokens by `expression`, compiled by `emit`.

use crate::number::Number;
use crate::program::Span;
use crate::value::{Function, Value};
use std::sync::Arc;

/// The expressions of one action. Emptied and used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Arena<'t> {
    pub(crate) all: Vec<Expression>,
    /// Field names and the names of variables.
    pub(crate) names: Vec<Span>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) strings: Vec<Value>,
    /// Functions, and whether each is one of Go's own.
    pub(crate) functions: Vec<(&'t Arc<Function>, bool)>,
}

/// A position in an [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) u32);

/// One expression.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expression {
    pub(crate) form: Form,
    /// Where Go says it is.
    pub(crate) pos: u32,
    /// The piece of text it was read from, without parentheses around it.
    pub(crate) span: Span,
    /// The same with its parentheses.
    pub(crate) outer: Span,
    /// The first of its parts.
    pub(crate) child: Option<Id>,
    /// The part after it within the same whole.
    pub(crate) sibling: Option<Id>,
}

/// What an expression is. Names are positions in [`Arena::names`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// Commands, each given the value of the one before; variables take the last value.
    Pipeline {
        variables: u32,
        count: u8,
        assigns: bool,
    },
    /// What is called, then its arguments.
    Command,
    /// A position in [`Arena::functions`].
    Function(u32),
    /// `.a.b`.
    Fields {
        first: u32,
        count: u16,
    },
    /// `$x.a.b`: the first name is the variable's.
    Variable {
        first: u32,
        count: u16,
    },
    /// `(…).a.b` and `name.a.b`: the child is what stands before the dot.
    Chain {
        first: u32,
        count: u16,
    },
    Dot,
    Nil,
    Bool(bool),
    Number(u32),
    String(u32),
}

impl Arena<'_> {
    pub(crate) fn clear(&mut self) {
        self.all.clear();
        self.names.clear();
        self.numbers.clear();
        self.strings.clear();
        self.functions.clear();
    }

    pub(crate) fn get(&self, id: Id) -> &Expression {
        &self.all[id.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, id: Id) -> &mut Expression {
        &mut self.all[id.0 as usize]
    }

    pub(crate) fn add(&mut self, form: Form, pos: usize, span: Span) -> Id {
        let id = Id(self.all.len() as u32);
        self.all.push(Expression { form, pos: pos as u32, span, outer: span, child: None, sibling: None });
        id
    }

    pub(crate) fn name(&mut self, span: Span) -> u32 {
        self.names.push(span);
        self.names.len() as u32 - 1
    }

    /// The parts of an expression in order.
    pub(crate) fn children(&self, of: Id) -> impl Iterator<Item = Id> + '_ {
        self.row(Row { first: self.get(of).child })
    }

    /// What stands behind an expression within the same whole: behind what is called, its arguments.
    pub(crate) fn behind(&self, id: Id) -> Row {
        Row { first: self.get(id).sibling }
    }

    /// The expressions of a row in order.
    pub(crate) fn row(&self, row: Row) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(row.first, |id| self.get(*id).sibling)
    }
}

/// An expression and those behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) first: Option<Id>,
}

impl Row {
    pub(crate) const EMPTY: Row = Row { first: None };

    pub(crate) fn is_empty(self) -> bool {
        self.first.is_none()
    }
}

/// Collects the parts of an expression.
#[derive(Debug)]
pub(crate) struct Parts {
    whole: Id,
    last: Option<Id>,
}

impl Parts {
    pub(crate) fn of(whole: Id) -> Self {
        Parts { whole, last: None }
    }

    pub(crate) fn push(&mut self, arena: &mut Arena<'_>, part: Id) {
        match self.last {
            Some(last) => arena.get_mut(last).sibling = Some(part),
            None => arena.get_mut(self.whole).child = Some(part),
        }
        self.last = Some(part);
        let end = arena.get(part).outer.end;
        let whole = arena.get_mut(self.whole);
        whole.span.end = end;
        whole.outer.end = end;
    }
}
