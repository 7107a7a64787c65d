//! YAML as go-yaml reads it, and what is written of what was read: reading that again must give the same.

use crate::limits::budget;
use budget::{Budget, Limits};
use yaml::Dialect;

pub(crate) const TOKENS: &[&str] = &[
    "---\n",
    "...\n",
    "- ",
    "? ",
    ": ",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "!!binary ",
    "!!int ",
    "!local ",
    "|\n",
    "|-\n",
    ">\n",
    "|2\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    "# ",
    "\"",
    "'",
    "\\u263a",
    "\\x",
    "yes",
    "~",
    "null",
    "0o14",
    "0x1F",
    "1_000",
    "1e400",
    ".inf",
    ".nan",
    "2001-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "12:30:45",
    "%YAML 1.1\n",
    "%TAG ! x\n",
    "\t",
    "\r\n",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{0}",
    "  ",
    "\n\n",
    "9223372036854775808",
    "-0.0",
    "=",
];

pub(crate) fn run(input: &[u8]) {
    for dialect in [Dialect::V2, Dialect::V3] {
        let mut documents = Vec::new();
        // A document before the one with the error counts as read.
        let _ = yaml::parse_until(input, dialect, &mut budget(), &mut documents);
        for document in &documents {
            let text = yaml::emit(&document.value);
            // YAML 1.1 breaks lines at these too. We write them as go-yaml does, but read them as YAML 1.2 has it.
            if text.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
                continue;
            }
            let again = yaml::parse_one(text.as_bytes(), dialect, &mut roomy());
            assert_eq!(again.as_ref(), Ok(&document.value), "{dialect:?}: written as\n{text}");
        }
        assert!(!yaml::emit_all(documents.iter().map(|document| &document.value)).contains('\0'));
    }
}

/// What is written may be longer than what was read, by escapes and indentation.
fn roomy() -> Budget {
    Budget::new(Limits { fuel: 10_000_000, bytes: 256 << 20, depth: 200 })
}
