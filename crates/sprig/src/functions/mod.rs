//! Sprig's functions, a module for each family, each with its table of names, Go signatures and bodies.

pub(crate) mod conversion;
pub(crate) mod dates;
pub(crate) mod defaults;
pub(crate) mod dicts;
pub(crate) mod encoding;
pub(crate) mod lists;
pub(crate) mod math;
pub(crate) mod reflection;
pub(crate) mod regexes;
pub(crate) mod secrets;
pub(crate) mod strings;
pub(crate) mod urls;
