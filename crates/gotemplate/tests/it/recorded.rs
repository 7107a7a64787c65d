//! Cases recorded from Go's own `text/template` and `html/template`: `cargo xtask oracle templates -- record` writes them anew.

use crate::cases::difference;
use crate::generate::BESIDE;
use crate::generate_html::BESIDE_HTML;
use serde_json::Value as Json;
use std::path::Path;

/// Every line of a case file, and one failure that tells all differences.
fn check(file: &str, beside: Option<&str>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file);
    let text = std::fs::read_to_string(&path).expect("the case file is there");
    let mut cases: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect();
    if let Some(beside) = beside {
        cases.iter_mut().for_each(|case| case["files"] = serde_json::json!({ "b": beside }));
    }
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
    check("go/language.jsonl", None);
}

#[test]
fn generated_templates_give_what_go_gives() {
    check("go/generated.jsonl", Some(BESIDE));
}

#[test]
fn html_is_escaped_as_go_escapes_it() {
    check("go/html.jsonl", None);
}

#[test]
fn generated_html_is_escaped_as_go_escapes_it() {
    check("go/html_generated.jsonl", Some(BESIDE_HTML));
}
