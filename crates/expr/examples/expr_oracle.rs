//! Compares the engine with github.com/expr-lang/expr itself. `cargo xtask oracle expr` builds and runs it; Go must be
//! installed (or named: `GO=/usr/local/go/bin/go`). Arguments: `record` writes the recorded answers anew; a number is the
//! seed of what is generated, a second one how much.

#[path = "../tests/it/cases.rs"]
mod cases;
#[path = "../oracle/generate.rs"]
mod generate;
#[path = "../../gotemplate/oracle/go_program.rs"]
mod go_program;

use anyhow::{Result, bail};
use go_program::GoProgram;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

/// How many differences are shown.
const SHOWN_MAX: usize = 40;
/// How many generated cases of one sort are recorded, and how many bytes in all.
const OF_A_SORT: usize = 2;
const BYTES_MAX: usize = 250_000;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let records = arguments.iter().any(|argument| argument == "record");
    let mut numbers = arguments.iter().filter_map(|argument| argument.parse::<u64>().ok());
    let (seed, count) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(20_000));
    let files = [
        ("main.go", include_str!("../oracle/main.go")),
        ("go.mod", include_str!("../oracle/go.mod.txt")),
        ("go.sum", include_str!("../oracle/go.sum")),
    ];
    let go = GoProgram::build(&go_program::scratch("expr"), &files)?;
    let language = answered(&go, &read("language.jsonl")?)?;
    let conditions = answered(&go, &read("conditions.jsonl")?)?;
    let generated = answered(&go, &generate::cases(seed, count as usize))?;
    if records {
        write("language.jsonl", &language)?;
        write("conditions.jsonl", &conditions)?;
        write("generated.jsonl", &sample(generated))?;
        return Ok(());
    }
    let mut differing = 0;
    for (title, cases) in [("language", language), ("conditions", conditions), ("generated", generated)] {
        differing += report(title, &cases)?;
    }
    if differing > 0 {
        bail!("{differing} expressions differ");
    }
    Ok(())
}

fn report(title: &str, cases: &[Json]) -> Result<usize> {
    let environment = cases::environment();
    let mut out = std::io::stdout().lock();
    let failing = cases.iter().filter(|case| case["err"].is_string()).count();
    let stopped = cases.iter().filter(|case| matches!(cases::answer(case, &environment), cases::Answer::Stopped));
    let stopped = stopped.count();
    let differences: Vec<String> = cases.iter().filter_map(|case| cases::difference(case, &environment)).collect();
    for difference in differences.iter().take(SHOWN_MAX) {
        writeln!(out, "{difference}")?;
    }
    let equal = cases.len() - differences.len() - stopped;
    let differ = differences.len();
    writeln!(out, "{title}: {equal} equal ({failing} of them errors), {differ} differ, {stopped} stopped by a limit")?;
    Ok(differences.len())
}

fn answered(go: &GoProgram, cases: &[Json]) -> Result<Vec<Json>> {
    let questions: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let answers = go.ask(&path("data.json"), questions)?;
    let answers = answers.lines().map(serde_json::from_str).collect::<Result<Vec<Json>, _>>()?;
    if answers.len() != cases.len() {
        bail!("{} questions, {} answers", cases.len(), answers.len());
    }
    Ok(answers)
}

/// A few of each sort: by the words that are used, or of errors by what they say.
fn sample(generated: Vec<Json>) -> Vec<Json> {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    let mut bytes = 0;
    let mut few = Vec::new();
    let environment = cases::environment();
    for case in generated {
        // What is known to differ is told in the crate's documentation.
        if cases::difference(&case, &environment).is_some() {
            continue;
        }
        let told = case["err"].as_str().unwrap_or_else(|| case["e"].as_str().unwrap_or_default());
        let told = told.split(" (1:").next().unwrap_or_default();
        let sort: String =
            told.chars().filter(|found| found.is_alphabetic() || "+-*/%<>=!?|&.".contains(*found)).collect();
        let of_its_sort = kept.entry(sort).or_default();
        let length = case.to_string().len();
        if *of_its_sort < OF_A_SORT && length < 600 && bytes + length < BYTES_MAX {
            *of_its_sort += 1;
            bytes += length;
            few.push(case);
        }
    }
    few
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file)
}

fn read(file: &str) -> Result<Vec<Json>> {
    let text = std::fs::read_to_string(path(file))?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn write(file: &str, cases: &[Json]) -> Result<()> {
    let lines: String = cases.iter().map(|case| format!("{}\n", ordered(case))).collect();
    Ok(std::fs::write(path(file), lines)?)
}

/// The expression first.
fn ordered(case: &Json) -> String {
    let mut parts = Vec::new();
    for key in ["e", "c", "out", "err"] {
        if let Some(value) = case.get(key) {
            parts.push(format!("{}:{value}", json!(key)));
        }
    }
    format!("{{{}}}", parts.join(","))
}
