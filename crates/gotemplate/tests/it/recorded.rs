//! Cases recorded from Go's own `text/template` (see `tests/cases/README.md`).

use crate::cases::difference;
use crate::generate::{BESIDE, Dice, template};
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

#[test]
fn generated_templates_give_what_go_gives() {
    check("go/generated.jsonl");
}

/// Writes generated cases for the Go program to answer: `GENERATE=out.jsonl,seed,count cargo test generate_cases`.
#[test]
fn generate_cases() {
    let Ok(wish) = std::env::var("GENERATE") else {
        return;
    };
    let parts: Vec<&str> = wish.split(',').collect();
    let (seed, count) = (parts[1].parse().expect("a seed"), parts[2].parse::<usize>().expect("a count"));
    let mut dice = Dice::new(seed);
    let missing = ["", "zero", "error"];
    let lines = (0..count).map(|at| {
        let case =
            serde_json::json!({ "t": template(&mut dice), "files": { "b": BESIDE }, "missing": missing[at % 3] });
        format!("{case}\n")
    });
    std::fs::write(parts[0], lines.collect::<String>()).expect("the file can be written");
}
