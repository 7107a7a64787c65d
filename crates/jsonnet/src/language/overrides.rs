//! The functions of the standard library that the library and the original disagree on, given to every text in place
//! of the library's own.

use super::parse_yaml::parse_yaml;
use rsjsonnet_lang::program::{NativeError, Program, Value};
use std::rc::Rc;

/// What the native function behind `std.parseYaml` is called. Compat: the original reads YAML as Kubernetes' tools do.
const PARSE_YAML: &str = "capstan.parseYaml";

const BEFORE: &[u8] = b"(function(std) ";
const AFTER: &[u8] = include_bytes!("overrides.jsonnet");

/// Makes the functions known to `program`.
pub(super) fn register(program: &mut Program<'_>) {
    let (name, parameter) = (program.intern_str(PARSE_YAML), program.intern_str("str"));
    program.register_native_func(name, &[parameter]);
}

/// A text with these functions in its `std`, and where in it the text ends; its lines stay the same. Assumption: the
/// text is a program by itself.
pub(super) fn wrap(text: &[u8]) -> (Rc<[u8]>, usize) {
    ([BEFORE, text, AFTER].concat().into(), BEFORE.len() + text.len())
}

/// Calls the function of that name.
pub(super) fn call<'p>(program: &mut Program<'p>, name: &str, args: &[Value<'p>]) -> Result<Value<'p>, Refused> {
    match (name, args) {
        (PARSE_YAML, [text]) => parse_yaml(program, &text.to_string().unwrap_or_default()).map_err(Refused::Because),
        _ => Err(Refused::Unknown(NativeError)),
    }
}

/// Why a function gave nothing.
pub(super) enum Refused {
    /// In words.
    Because(String),
    /// There is none of that name.
    Unknown(NativeError),
}
