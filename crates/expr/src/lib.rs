//! The expr language: conditions of metrics, triggers of notifications. As `github.com/expr-lang/expr` 1.17.8 compiles and
//! evaluates it — results, error texts with their place, and quirks — but within counted limits.
//!
//! # What it guarantees
//! - **The original's answers.** Go's types and numbers (an integer stays one, a quotient is a `float64`, NaN equals
//!   nothing), all operators, all builtins, its checks before anything is computed, and what its optimizer makes visible.
//!   Held to it by recorded answers in `tests/cases`, compared by the thousand by `cargo xtask oracle expr`.
//! - **The present is an input**, and nothing else is read. The same expression gives the same value.
//! - **It ends.** Nesting is bounded by the depth of the [`budget::Budget`], work by its fuel, texts by its bytes; what
//!   lists and maps hold by the original's own limit; values lie in each other at most [`VALUE_DEPTH_MAX`] deep.
//!
//! # Where it differs
//! - Maps are sorted by their keys; in Go `keys`, `values` and `toPairs` come in any order.
//! - Sorting more than twelve items keeps the order of equal ones.
//! - `findLast` and `findLastIndex` that find nothing are nil and nothing else; the original leaves a stray `false` behind,
//!   which becomes an operand of what they are part of.
//! - Powers with a fraction in the exponent may differ in the last digit, and `groupBy` puts all NaN into one group.
//! - Time zones are those built in, and the local one is UTC.
//!
//! Start reading at [`Program`]; what Argo Rollouts adds for conditions is in [`condition`].

mod access;
mod arithmetic;
mod ast;
mod builtin;
mod check;
mod compare;
pub mod condition;
mod environment;
mod error;
mod evaluate;
mod function;
mod lexer;
mod methods;
mod optimize;
mod parser;
mod print;
mod program;
mod token;
mod types;
mod unescape;
mod value;

pub use environment::Environment;
pub use error::{Error, Place};
pub use program::Program;
pub use types::{IntKind, ListType, MapType, Signature, Type};
pub use value::{Calling, Function, Integer, Key, List, Map, TooDeep, VALUE_DEPTH_MAX, Value};
