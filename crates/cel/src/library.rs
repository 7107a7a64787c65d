//! The functions there are besides operators, one module for each kind of thing they work on. Start at [`call`].

mod address;
mod convert;
mod format;
mod lists;
mod optional;
mod quantity;
mod quote;
mod regexes;
mod semver;
mod texts;
mod time;
mod url;

pub use time::parse_duration;

pub(crate) use convert::shown;
pub(crate) use regexes::compile as compile_regex;
pub(crate) use texts::check_format;

use crate::value::{Evaluated, Value};

/// The functions of one module.
type Module = fn(&str, &[Value]) -> Option<Evaluated>;

/// Calls a function; `None` when none of that name takes these arguments.
pub(crate) fn call(function: &str, args: &[Value]) -> Option<Evaluated> {
    const MODULES: [Module; 11] = [
        convert::call,
        texts::call,
        lists::call,
        optional::call,
        regexes::call,
        time::call,
        quantity::call,
        address::call,
        url::call,
        format::call,
        semver::call,
    ];
    MODULES.iter().find_map(|module| module(function, args))
}
