//! How far the parser has come in a template: what has been opened in it and not yet ended.

use crate::emit::Builder;
use crate::outline::Outline;
use crate::scope::Mark;
use crate::text::Text;

/// A template being read.
pub(crate) struct Level<'t> {
    pub(crate) builder: Builder<'t>,
    pub(crate) opened: Vec<Opened>,
    /// Loops around here, within this template.
    pub(crate) loops: u32,
    pub(crate) of: Of,
    /// The variables of the template around, while this one is read.
    pub(crate) variables: Vec<&'t [u8]>,
    pub(crate) outline: Outline,
}

/// What a template being read is.
pub(crate) enum Of {
    Root,
    Define(Text),
    Block(Text),
}

/// An `if`, `with` or `range` that has not been ended.
pub(crate) struct Opened {
    pub(crate) form: Control,
    /// Its condition's jump to the part for when it does not hold.
    pub(crate) skip: usize,
    /// The jump from its first part's end.
    pub(crate) exit: Option<usize>,
    /// It is the `else if` of the one before: one `end` ends both.
    pub(crate) chained: bool,
    pub(crate) variables: usize,
    /// Variables as they were before it, and within it before its first part.
    pub(crate) before: Mark,
    pub(crate) within: Mark,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    If,
    With,
    /// Its site and the step that goes on to the next element.
    Range {
        site: u32,
        next: u32,
    },
}

impl Control {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Control::If => "if",
            Control::With => "with",
            Control::Range { .. } => "range",
        }
    }
}
