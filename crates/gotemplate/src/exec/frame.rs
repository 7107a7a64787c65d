//! What is remembered of a template while another runs, and of a loop while its body does.

use crate::program::Template;
use crate::text::Text;
use crate::types::{IntKind, UintKind};
use crate::value::{List, Then, Value};
use std::sync::Arc;

/// A value, and whether it came out of an `interface {}`: that shows in messages and when it is nil.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) value: Value,
    pub(super) form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A variable that has not been declared.
    Unset,
    Plain,
    Interface,
}

impl Slot {
    pub(super) fn plain(value: Value) -> Self {
        Slot { value, form: Form::Plain }
    }

    pub(super) fn in_interface(&self) -> bool {
        self.form == Form::Interface
    }

    /// Go's `indirectInterface`: nil becomes no value.
    pub(super) fn strip(&mut self) {
        if matches!(self.value, Value::Nil) {
            self.value = Value::NoValue;
        }
        self.form = Form::Plain;
    }
}

/// A template that is being executed.
pub(super) struct Frame {
    pub(super) template: Arc<Template>,
    pub(super) next: usize,
    /// The place that errors point to.
    pub(super) node: u32,
    pub(super) dot: Slot,
    /// Where its variables begin.
    pub(super) slots: usize,
    pub(super) heights: Heights,
    pub(super) after: After,
}

/// How high the shared stacks were when a template began: what is above belongs to it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heights {
    pub(super) arguments: usize,
    pub(super) finals: usize,
    pub(super) methods: usize,
    pub(super) dots: usize,
    pub(super) loops: usize,
    pub(super) found: usize,
}

/// What becomes of a template's text.
pub(super) enum After {
    /// It is part of the text of whoever called.
    Template,
    /// A function asked for it and makes its value of it.
    Function { then: Then, name: String, node: u32, overlay: bool },
}

/// A loop over something.
pub(super) struct Loop {
    pub(super) over: Over,
    /// dot as it was before.
    pub(super) dot: Slot,
}

/// What a loop goes over, and how far it is.
pub(super) enum Over {
    Ints { next: i64, end: i64, kind: IntKind },
    Uints { next: u64, end: u64, kind: UintKind },
    List { list: List, next: usize, form: Form },
    Bytes { bytes: Arc<[u8]>, next: usize },
    Entries { entries: std::vec::IntoIter<(Text, Value)>, form: Form },
}

impl Over {
    /// The next index or key, and element.
    pub(super) fn next(&mut self) -> Option<(Value, Slot)> {
        match self {
            Over::Ints { next, end, kind } => {
                let value = (*next < *end).then_some(*next)?;
                *next += 1;
                Some((Value::NoValue, Slot::plain(Value::Int(value, *kind))))
            }
            Over::Uints { next, end, kind } => {
                let value = (*next < *end).then_some(*next)?;
                *next += 1;
                Some((Value::NoValue, Slot::plain(Value::Uint(value, *kind))))
            }
            Over::List { list, next, form } => {
                let value = list.get(*next)?;
                let index = Value::int(*next as i64);
                *next += 1;
                Some((index, Slot { value, form: *form }))
            }
            Over::Bytes { bytes, next } => {
                let value = Value::Uint((*bytes.get(*next)?).into(), UintKind::Uint8);
                let index = Value::int(*next as i64);
                *next += 1;
                Some((index, Slot::plain(value)))
            }
            Over::Entries { entries, form } => {
                let (key, value) = entries.next()?;
                Some((Value::Str(key), Slot { value, form: *form }))
            }
        }
    }
}
