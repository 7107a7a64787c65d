//! What flows through a filter: a value and, as long as it was only picked, the place it was picked from.

use serde_json::Value;
use std::borrow::Cow;

/// One step to a place in a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Key(String),
    /// From the end where negative.
    Index(i64),
    /// A part of a list; open ends are `None`.
    Slice(Option<i64>, Option<i64>),
}

/// A value that flows through a filter.
#[derive(Debug, Clone)]
pub(crate) struct Item<'v> {
    pub value: Cow<'v, Value>,
    /// Where it was picked from; `None` for what was made.
    pub path: Option<Vec<Step>>,
}

impl<'v> Item<'v> {
    pub fn root(value: &'v Value) -> Self {
        Item { value: Cow::Borrowed(value), path: Some(Vec::new()) }
    }

    pub fn made(value: Value) -> Self {
        Item { value: Cow::Owned(value), path: None }
    }

    /// The same value, as if it had been made.
    pub fn detached(&self) -> Item<'v> {
        Item { value: self.value.clone(), path: None }
    }

    /// What is at a step below; null where there is nothing.
    pub fn below(&self, step: Step, pick: impl Fn(&Value) -> Option<&Value>) -> Item<'v> {
        let value = match &self.value {
            Cow::Borrowed(value) => pick(value).map_or(Cow::Owned(Value::Null), Cow::Borrowed),
            Cow::Owned(value) => Cow::Owned(pick(value).cloned().unwrap_or(Value::Null)),
        };
        Item { value, path: self.longer(step) }
    }

    /// A value that was cut out of this one.
    pub fn cut(&self, step: Step, value: Value) -> Item<'v> {
        Item { value: Cow::Owned(value), path: self.longer(step) }
    }

    fn longer(&self, step: Step) -> Option<Vec<Step>> {
        let mut path = self.path.clone()?;
        path.push(step);
        Some(path)
    }

    /// Whether a condition takes it for true.
    pub fn is_true(&self) -> bool {
        !matches!(*self.value, Value::Null | Value::Bool(false))
    }
}

/// The place in a list of that length that an index means; `None` outside of it.
pub(crate) fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let place = if index < 0 { index + length } else { index };
    usize::try_from(place).ok().filter(|_| place < length)
}

/// The bounds that a slice means in a list of that length.
pub(crate) fn bounds(from: Option<i64>, to: Option<i64>, length: usize) -> (usize, usize) {
    let clamp = |index: i64| {
        let length_signed = i64::try_from(length).unwrap_or(i64::MAX);
        let place = if index < 0 { index.saturating_add(length_signed) } else { index };
        usize::try_from(place.clamp(0, length_signed)).unwrap_or(0)
    };
    let (from, to) = (from.map_or(0, clamp), to.map_or(length, clamp));
    (from, to.max(from))
}
