//! Every trap that is known has a case, and the case exists.

use std::path::Path;

const TRAPS: &str = include_str!("../../../applications/traps.txt");

fn exists(crates: &Path, case: &str) -> bool {
    let (file, name) = case.split_once("::").unwrap_or((case, ""));
    let Ok(text) = std::fs::read_to_string(crates.join(file)) else { return false };
    match file.rsplit_once('.').map(|(_, kind)| kind) {
        Some("rs") => text.contains(&format!("fn {name}(")),
        Some("yaml") => text.lines().any(|line| line.trim_start().starts_with(&format!("{name}:"))),
        _ => name.is_empty(),
    }
}

#[test]
fn every_trap_has_a_case_that_exists() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates/api is two levels deep");
    let lines = TRAPS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut missing, mut count) = (Vec::new(), 0);
    for line in lines {
        let mut words = line.split_whitespace();
        let (Some(number), Some(case), Some(_)) = (words.next(), words.next(), words.next()) else {
            missing.push(format!("{line}: a number, a case and the behaviour are expected"));
            continue;
        };
        count += 1;
        if !exists(crates, case) {
            missing.push(format!("{number}: no case {case}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(count > 90, "only {count} traps");
    assert!(!exists(crates, "api/tests/it/traps.rs::of_no_such_name"), "a case that is not there is seen");
}
