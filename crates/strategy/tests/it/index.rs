//! The index of behaviours: each has a case that is there, and each timeline shows one of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many of the first part there are: the thirty behaviours most often got wrong.
const FIRST_PART: usize = 30;
/// The sections of the second part that say how a Rollout behaves.
const SECOND_PART: [&str; 19] = [
    "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11", "B12", "B13", "B14", "B15", "B16", "B17",
    "B18", "B20",
];
/// How a case begins that is not this crate's to show; why stands behind it.
const ELSEWHERE: &str = "elsewhere: ";

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The cells of a row.
fn rows(text: &str) -> Vec<[String; 3]> {
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    rows.map(|line| cells(line).try_into().expect("three cells in a row")).collect()
}

/// Why a case cannot be one; `None` when it is there.
fn missing(case: &str) -> Option<String> {
    let Some((file, test)) = case.split_once("::") else {
        let path = tests().join("cases/timelines").join(format!("{case}.txt"));
        return (!path.is_file()).then(|| format!("there is no timeline {case}"));
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = [tests().join("it").join(file), root.join(file), root.join("..").join(file)];
    let text = path.iter().find_map(|path| std::fs::read_to_string(path).ok());
    let is_there = text.is_some_and(|text| text.contains(&format!("fn {test}()")));
    (!is_there).then(|| format!("there is no test {case}"))
}

#[test]
fn every_behaviour_has_a_case() {
    let text = std::fs::read_to_string(tests().join("cases/behaviours.md")).expect("the index");
    let rows = rows(&text);
    let mut wrong = Vec::new();
    let mut shown = BTreeSet::new();
    for [place, behaviour, cases] in &rows {
        if cases.is_empty() {
            wrong.push(format!("{place} {behaviour}: no case"));
        }
        if cases.starts_with(ELSEWHERE) {
            continue;
        }
        for case in cases.split(", ") {
            wrong.extend(missing(case).map(|why| format!("{place} {behaviour}: {why}")));
            shown.insert(case.to_owned());
        }
    }
    let places: BTreeSet<&str> = rows.iter().map(|[place, ..]| place.as_str()).collect();
    let first = (1..=FIRST_PART).map(|number| format!("0.{number}"));
    let wanted = first.chain(SECOND_PART.map(str::to_owned));
    wrong.extend(wanted.filter(|place| !places.contains(place.as_str())).map(|place| format!("{place} is not named")));
    for file in std::fs::read_dir(tests().join("cases/timelines")).expect("the folder").flatten() {
        let name = file.path().file_stem().expect("a name").to_string_lossy().into_owned();
        if !shown.contains(&name) {
            wrong.push(format!("the timeline {name} shows no behaviour of the index"));
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
