//! The tree an expression is read into. Macros are expanded while reading, so that only comprehensions are left.

use std::sync::Arc;

/// How deep an expression may nest, as upstream limits it, so that no walk over it exhausts the stack.
pub(crate) const DEPTH_MAX: u16 = 250;

/// One node. `id` counts nodes from 0; `at` is the character offset that messages point to.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub id: usize,
    pub at: usize,
    pub depth: u16,
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Literal(Literal),
    Ident(String),
    Select(Select),
    Call(Call),
    List(Vec<Element>),
    Map(Vec<Entry>),
    Comprehension(Box<Comprehension>),
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
}

/// `operand.field`.
#[derive(Debug, Clone)]
pub(crate) struct Select {
    pub operand: Box<Expr>,
    pub field: String,
    pub mode: SelectMode,
}

/// What a selection asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelectMode {
    /// The value: an error when there is none.
    Value,
    /// `has(operand.field)`.
    Presence,
    /// `operand.?field`.
    Optional,
}

/// A function or operator on arguments.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub function: String,
    pub target: Option<Box<Expr>>,
    pub args: Vec<Expr>,
}

/// An item of a list; an optional one stands only if it has a value.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub value: Expr,
    pub is_optional: bool,
}

/// An entry of a map.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: Expr,
    pub value: Expr,
    pub is_optional: bool,
}

/// What every macro over lists and maps becomes: a fold.
#[derive(Debug, Clone)]
pub(crate) struct Comprehension {
    pub range: Expr,
    pub variable: String,
    /// The value beside the key, or the item beside the index.
    pub second: Option<String>,
    pub accumulator: String,
    pub init: Expr,
    pub condition: Expr,
    pub step: Expr,
    pub result: Expr,
}

/// The accumulator's name in macros, which nobody can write.
pub(crate) const ACCUMULATOR: &str = "@result";

impl Call {
    /// The target, when there is one, and the arguments.
    pub fn operands(&self) -> impl Iterator<Item = &Expr> {
        self.target.as_deref().into_iter().chain(&self.args)
    }
}
