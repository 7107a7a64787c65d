//! Replays each corpus and seeded mutations of it. `cargo fuzz` finds what is worth keeping; this keeps it found.

use crate::measure::beside_others;
use fuzzing::{Mutator, TARGETS, Target, target};
use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::PathBuf;

/// Mutations of each entry of a corpus. `CAPSTAN_FUZZ_ROUNDS` asks for more.
const ROUNDS: usize = 40;

fn corpus_of(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).expect("a folder of seeds");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        (name, std::fs::read(&path).expect("a readable file"))
    };
    paths.into_iter().map(read).collect()
}

/// Runs an input, and tells it when something did not hold.
fn survives(target: &Target, from: &str, input: &[u8]) {
    let run = target.run;
    let survived = catch_unwind(|| run(input)).is_ok();
    let (name, shown) = (target.name, String::from_utf8_lossy(input));
    assert!(survived, "{name}, from {from}: what panicked stands above; the input:\n{input:?}\n{shown}");
}

fn replay(name: &str) {
    let _beside = beside_others();
    let target = target(name).expect("a target of that name");
    let (names, inputs): (Vec<String>, Vec<Vec<u8>>) = corpus_of(name).into_iter().unzip();
    assert!(!inputs.is_empty(), "{name} has no corpus");
    let rounds = std::env::var("CAPSTAN_FUZZ_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    for (seed, (from, input)) in names.iter().zip(&inputs).enumerate() {
        survives(target, from, input);
        let mut mutator = Mutator::new(seed as u64, &inputs, target.tokens);
        let mut mutated = input.clone();
        for round in 0..rounds {
            // Every fourth time the damage begins anew; between, it adds up.
            mutated = mutator.damage(if round % 4 == 0 { input } else { &mutated });
            survives(target, from, &mutated);
        }
    }
}

#[test]
fn template_parse() {
    replay("template_parse");
}

#[test]
fn template_execute() {
    replay("template_execute");
}

#[test]
fn yaml_text() {
    replay("yaml_text");
}

#[test]
fn chart_archive() {
    replay("chart_archive");
}

#[test]
fn values() {
    replay("values");
}

#[test]
fn kustomization() {
    replay("kustomization");
}

#[test]
fn patches() {
    replay("patches");
}

#[test]
fn directory() {
    replay("directory");
}

#[test]
fn every_target_has_a_corpus_and_a_fuzzer() {
    let fuzz = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let names = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(fuzz.join(folder)).expect("a folder");
        let name = |path: PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        entries.filter_map(|entry| name(entry.expect("a readable folder").path())).collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("fuzz_targets"), targets);
}
