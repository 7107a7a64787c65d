//! Go's `text/template`: templates are compiled once ([`Set::parse`]) and executed many times ([`Set::execute`]) on
//! [`Value`]s, which carry Go's types, with the functions of a [`FuncMap`], within the counted limits of a
//! [`budget::Budget`]. Output and error messages are Go's to the byte.
//!
//! # What it guarantees
//! - **Go's answers.** The whole language as of Go 1.26: output, and errors with their place, word for word. Held to it by
//!   cases of every rule and by generated templates (`tests/cases/go`); `cargo xtask oracle templates` compares tens of
//!   thousands more with Go's own engine.
//! - **Go's types.** `int`, `int64` and `float64` differ, lists and maps have element types, nil in an interface is not
//!   the absence of a value, maps are shared by reference, functions and methods check their arguments as Go does.
//! - **Counted limits.** Steps, bytes, depth and the bytes that lists and maps hold at once are counted against the
//!   [`budget::Budget`], whose stop signal ends an execution at its next step. Neither nested text, nested values nor
//!   templates that call themselves use the thread's stack; nothing panics.
//! - **Compile once.** A [`Set`] is immutable when it is executed, cheap to clone and may be executed on many threads at
//!   once; a [`Parsed`] text can be kept and added to many sets with the same functions.
//! - **The same answer each time.** No clock, no chance, no address, no order but that of the bytes.
//!
//! # Where it differs
//! - Limits end what Go would go on with: parentheses nested deeper than 200, values deeper than [`VALUE_DEPTH_MAX`].
//! - An error's message is text: a byte in it that is not UTF-8 shows as U+FFFD. Addresses (`%p`) are all one.
//! - There are no channels and no iterator functions to range over, for no caller has any.
//!
//! # HTML
//! [`mod@html`] is Go's `html/template`: the same templates, with every value escaped for the place in the document where it
//! is written.
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
mod held;
pub mod html;
mod inspect;
pub mod json;
mod level;
mod lex;
mod list;
mod map;
mod number;
mod options;
mod outline;
mod printed;
mod program;
mod quote;
mod runes;
mod scope;
mod set;
mod statement;
mod strings;
mod syntax;
mod tables;
mod text;
mod tokens;
mod types;
mod unicode;
mod value;
mod weight;

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
