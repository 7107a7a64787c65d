//! The parser of Go templates, with Sprig's functions known. Errors say the template's name and a line.

use crate::limits::budget;
use gotemplate::{MissingKey, ParseError, Set};
use std::sync::Arc;

pub(crate) const TOKENS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{/*",
    "*/}}",
    "if ",
    "else if ",
    "else",
    "end",
    "range ",
    "with ",
    "else with ",
    "define \"a\"",
    "block \"a\" .",
    "template \"a\" .",
    "break",
    "continue",
    "$x := ",
    "$x = ",
    "$x, $y := ",
    "$",
    ".",
    ".Values",
    ".a.b",
    "nil",
    "true",
    "|",
    "(",
    ")",
    "\"",
    "`",
    "'a'",
    "1",
    "0x1F",
    "1e3",
    "1i",
    "'\\u00e9'",
    "printf \"%v\" ",
    "include \"a\" .",
    "tpl ",
    "toYaml ",
    "fromYaml ",
    "dict ",
    "list ",
    "index ",
    "slice ",
    "len ",
    "eq ",
    "and ",
    "or ",
    "not ",
    "until ",
    "repeat 9 ",
    "splitList \",\" ",
    "regexReplaceAll \"a\" ",
    "required \"x\" ",
    "fail \"x\"",
    "default 1",
    "nindent 2",
    "quote",
    "kindOf ",
    "lookup \"v1\" \"Pod\" \"\" \"\"",
    "printf \"%9999d\" 1",
    "\u{feff}",
    "\u{0}",
];

pub(crate) fn run(input: &[u8]) {
    let functions = Arc::new(sprig::functions());
    let mut set = Set::new(functions, MissingKey::Invalid);
    match set.parse("input", input, &mut budget()) {
        Ok(()) => {}
        Err(ParseError::Limit { .. }) => {}
        Err(error) => assert!(error.to_string().starts_with("template: input:"), "{error}"),
    }
}
