//! Cases recorded from Go's own `text/template` (see `tests/cases/README.md`).

use crate::cases::difference;
use serde_json::Value as Json;
use std::path::Path;

/// Every line of a case file, and one failure that tells all differences.
fn check(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file);
    let text = std::fs::read_to_string(&path).expect("the case file is there");
    let cases: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect();
    assert!(!cases.is_empty(), "{file} holds no case");
    let differences: Vec<_> = cases
        .iter()
        .filter_map(|case| difference(case).map(|difference| format!("{}\n  {difference}", case["t"])))
        .collect();
    assert!(
        differences.is_empty(),
        "{file}: {} of {} differ\n{}",
        differences.len(),
        cases.len(),
        differences.join("\n")
    );
}

#[test]
fn the_language_is_gos() {
    check("go/language.jsonl");
}
