//! The cases of `tests/cases` against what kustomize v5.8.1 gave for them.
//!
//! `cargo xtask oracle kustomize --record` writes what the original gives; `UPDATE_CASES=1` our own messages.

use crate::case;
use std::path::Path;

fn read(case: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(case.join(name)).ok()
}

/// What is wrong with a case, if anything.
fn check(case: &Path) -> Option<String> {
    let built = case::build(case);
    let message = built.problem.map(|problem| format!("Error: {problem}\n"));
    if std::env::var_os("UPDATE_CASES").is_some()
        && let Some(message) = &message
        && read(case, "expected.yaml").is_none()
    {
        std::fs::write(case.join("error.txt"), message).expect("written");
    }
    match (read(case, "expected.yaml"), read(case, "error.txt"), message) {
        (Some(_), None, Some(message)) => Some(message),
        (Some(wanted), None, None) => {
            let given = kustomize::to_yaml(&built.resources);
            (given != wanted).then(|| format!("-- wanted\n{wanted}\n-- given\n{given}"))
        }
        (None, Some(wanted), Some(given)) => {
            (given != wanted).then(|| format!("-- wanted\n{wanted}\n-- given\n{given}"))
        }
        (None, Some(wanted), None) => Some(format!("-- wanted\n{wanted}\n-- given no error")),
        (expected, error, _) => {
            Some(format!("expected.yaml: {}, error.txt: {}, want one", expected.is_some(), error.is_some()))
        }
    }
}

#[test]
fn every_case_gives_what_the_original_gives() {
    let only = std::env::var("CASE").ok();
    let cases = case::all();
    assert!(cases.len() >= 150, "the cases are there");
    let mut failed = Vec::new();
    for case in cases {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        if let Some(difference) = check(&case) {
            failed.push(format!("== {name}\n{difference}"));
        }
    }
    assert!(failed.is_empty(), "{} case(s):\n{}", failed.len(), failed.join("\n"));
}
