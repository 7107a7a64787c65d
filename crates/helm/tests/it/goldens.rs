//! The cases of `tests/cases` against what Helm's own releases gave for them.
//!
//! `cargo xtask oracle helm record` writes the expected files anew from real binaries.

use crate::case::{Flags, read_folder, run, shown};
use helm::Profile;
use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

fn flags(case: &Path) -> Flags {
    std::fs::read_to_string(case.join("case.toml"))
        .map(|text| toml::from_str(&text).expect("flags"))
        .unwrap_or_default()
}

/// What the release of `profile` gave: one file for all that agree.
fn expected(case: &Path, profile: Profile) -> String {
    let of_profile = case.join(format!("expected/{profile}.txt"));
    let of_all = case.join("expected/all.txt");
    let found = if of_profile.is_file() { of_profile } else { of_all };
    std::fs::read_to_string(&found).expect("what Helm gave, recorded beside the case")
}

fn check(profile: Profile) {
    let only = std::env::var("CASE").ok();
    let mut failed = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 100, "the cases are there");
    for case in cases {
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let flags = flags(&case);
        let files = read_folder(&case).expect("readable");
        let given = shown(&run(&files, &flags, profile), &flags);
        let wanted = expected(&case, profile);
        if given != wanted {
            failed.push(format!("== {name}\n-- wanted\n{wanted}\n-- given\n{given}"));
        }
    }
    assert!(failed.is_empty(), "{} case(s) of {profile}:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn helm_3_17() {
    check(Profile::V3_17);
}

#[test]
fn helm_3_21() {
    check(Profile::V3_21);
}

#[test]
fn helm_4_2() {
    check(Profile::V4_2);
}
