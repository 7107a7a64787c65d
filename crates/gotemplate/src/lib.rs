//! Go's `text/template`: templates are compiled once ([`Set::parse`]) and executed many times ([`Set::execute`]) on
//! [`Value`]s, which carry Go's types, with the functions of a [`FuncMap`], within the counted limits of a
//! [`budget::Budget`]. Output and error messages are Go's to the byte.
//!
//! Knows nothing of Sprig, Helm, charts or files, reads no clock and no random source. Start reading at [`Value`], then
//! [`Set`].

mod builtin;
mod context;
mod convert;
mod emit;
mod error;
mod exec;
mod expression;
mod float;
mod format;
mod frozen;
mod function;
mod handles;
mod inspect;
mod lex;
mod list;
mod map;
mod number;
mod options;
mod program;
mod quote;
mod runes;
mod set;
mod statement;
mod syntax;
mod text;
mod tokens;
mod types;
mod unicode;
mod value;

pub use builtin::{html_escape, js_escape, query_escape};
pub use error::{ExecError, ParseError};
pub use float::{format_float, scientific};
pub use format::{sprint, sprintf, sprintln};
pub use frozen::{Frozen, FrozenMap};
pub use function::{Definition, FuncMap, Signature};
pub use inspect::VALUE_DEPTH_MAX;
pub use options::MissingKey;
pub use program::Parsed;
pub use quote::{Plainly, quote};
pub use set::{Run, Set};
pub use text::Text;
pub use types::{IntKind, Kind, ListType, MapType, Type, UintKind};
pub use value::{
    Args, Call, Closure, FuncError, Function, GoObject, List, ListMethods, Map, MapClass, MapMethods, Plain, Render,
    RenderFailure, Renders, State, Target, Then, Value, Written,
};
