//! Every module says what it is for, files are named for their idea, and nothing is left for later in silence.

use crate::workspace::Crate;
use anyhow::Result;

/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "manager"];

/// Words that mean unfinished work; split so that this file does not contain them.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ig", "nore")];

pub fn check(one: &Crate) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        for (path, text) in one.sources(folder)? {
            let shown = path.strip_prefix(crate::workspace::root()).unwrap_or(&path).display().to_string();
            if !text.trim_start().starts_with("//!") {
                findings.push(format!("{shown}: begins without `//!` saying what it is for"));
            }
            if path.file_stem().is_some_and(|stem| EMPTY_NAMES.iter().any(|name| stem == *name)) {
                findings.push(format!("{shown}: is named for nothing; name it for its idea"));
            }
            findings
                .extend(UNFINISHED.iter().filter(|word| text.contains(**word)).map(|word| format!("{shown}: {word}")));
        }
    }
    Ok(findings)
}
