//! Go's regular expressions on Rust's engine. Both are RE2's language and find the same leftmost-first matches in linear
//! time; what differs — the grammar's edges, what `\d`, `\w`, `\b` mean, error texts, replacement, splitting — is here.
//!
//! Start reading at [`Pattern`]; `translate` turns Go's grammar into Rust's.

mod class;
mod cursor;
mod pattern;
mod replace;
mod translate;

pub use pattern::{Pattern, Replacement, quote_meta};
