//! A filter as a tree.

use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) enum Expr {
    /// `.`
    Identity,
    /// `..`
    RecurseDefault,
    /// A constant.
    Literal(Value),
    /// `$name`
    Variable(String),
    /// `f[i]`, `f.name`: what `base` gives, at what `index` gives for the same input.
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    /// `f[a:b]`
    Slice {
        base: Box<Expr>,
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
    },
    /// `f[]`
    Iterate(Box<Expr>),
    /// `f?`, `try f`
    Try {
        body: Box<Expr>,
        catch: Option<Box<Expr>>,
    },
    Pipe(Box<Expr>, Box<Expr>),
    Comma(Box<Expr>, Box<Expr>),
    /// `a // b`
    Otherwise(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    Calculate(Calculation, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    /// `[f]`
    Array(Option<Box<Expr>>),
    /// `{a: f, (g): h}`
    Object(Vec<(Expr, Expr)>),
    If {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Option<Box<Expr>>,
    },
    /// `source as $name | body`
    Bind {
        source: Box<Expr>,
        name: String,
        body: Box<Expr>,
    },
    /// A function, by its name.
    Call(String, Vec<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calculation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}
