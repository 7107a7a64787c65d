//! Compares the engine with Go's own `text/template` and `html/template`. `cargo xtask oracle templates` builds and runs it; Go must be
//! installed (or named: `GO=/usr/local/go/bin/go`).

#[path = "../tests/it/cases.rs"]
mod cases;
#[path = "../tests/it/functions.rs"]
mod functions;
#[path = "../tests/it/generate.rs"]
mod generate;
#[path = "../tests/it/generate_html.rs"]
mod generate_html;
#[path = "../oracle/go_program.rs"]
mod go_program;
#[path = "../oracle/sample.rs"]
mod sample;
#[path = "../tests/it/typed.rs"]
mod typed;
#[path = "../oracle/verdict.rs"]
mod verdict;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use go_program::GoProgram;
use serde_json::{Value as Json, json};
use std::io::Write as _;
use std::path::PathBuf;
use verdict::Verdict;

#[derive(Parser)]
#[command(name = "template_oracle", about = "Compares templates with Go's text/template")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Which templates are generated: the same seed, the same templates
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many
    #[arg(long, default_value_t = 20_000)]
    count: usize,
}

#[derive(Subcommand)]
enum Command {
    /// Write the recorded cases anew, and a sample of the generated ones
    Record,
}

/// How many differences are shown.
const SHOWN_MAX: usize = 30;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let go = Go::build()?;
    let language = go.answer(&read("go/language.jsonl")?)?;
    let generated = go.answer(&generated(arguments.seed, arguments.count))?;
    let html = go.answer(&read("go/html.jsonl")?)?;
    let generated_html = go.answer(&self::generated_html(arguments.seed, arguments.count))?;
    if let Some(Command::Record) = arguments.command {
        write("go/language.jsonl", language.iter())?;
        write("go/html.jsonl", html.iter())?;
        record("go/generated.jsonl", generated)?;
        return record("go/html_generated.jsonl", generated_html);
    }
    let differing = report("recorded by hand", &language)?
        + report("generated", &generated)?
        + report("HTML, recorded by hand", &html)?
        + report("HTML, generated", &generated_html)?;
    if differing > 0 {
        bail!("{differing} templates differ");
    }
    Ok(())
}

/// Keeps a sample of what was generated.
fn record(file: &str, generated: Vec<Json>) -> Result<()> {
    let told: Vec<Json> =
        generated.into_iter().filter(|case| !matches!(verdict::of(case), Verdict::Stopped)).map(alone).collect();
    write(file, sample::thinned(&told).into_iter())
}

/// Tells how many cases are equal and how the others differ; gives the number of those.
fn report(title: &str, cases: &[Json]) -> Result<usize> {
    let mut out = std::io::stdout().lock();
    let (mut equal, mut stopped, mut differing) = (0, 0, 0);
    let failing = cases.iter().filter(|case| case["err"].is_string()).count();
    for case in cases {
        match verdict::of(case) {
            Verdict::Equal => equal += 1,
            Verdict::Stopped => stopped += 1,
            Verdict::Differs(difference) => {
                differing += 1;
                if differing <= SHOWN_MAX {
                    writeln!(out, "{}\n  {difference}", case["t"])?;
                }
            }
        }
    }
    writeln!(
        out,
        "{title}: {equal} equal, {differing} differ, {stopped} stopped by a limit; {failing} of {} are errors in Go",
        cases.len()
    )?;
    Ok(differing)
}

fn generated(seed: u64, count: usize) -> Vec<Json> {
    const MISSING: [&str; 3] = ["", "zero", "error"];
    let mut dice = generate::Dice::new(seed);
    (0..count)
        .map(|at| {
            // Every other one obeys the types, so that most of it is executed.
            let text = if at % 2 == 0 { typed::template(&mut dice) } else { generate::template(&mut dice) };
            json!({ "t": text, "files": { "b": generate::BESIDE }, "missing": MISSING[at / 2 % 3] })
        })
        .collect()
}

fn generated_html(seed: u64, count: usize) -> Vec<Json> {
    let mut dice = generate::Dice::new(seed);
    let beside = generate_html::BESIDE_HTML;
    let case = |_| json!({ "t": generate_html::template(&mut dice), "files": { "b": beside }, "html": true });
    (0..count).map(case).collect()
}

/// A case without the text that stands beside all of them.
fn alone(mut case: Json) -> Json {
    if let Some(case) = case.as_object_mut() {
        case.remove("files");
    }
    case
}

struct Go {
    program: GoProgram,
    data: PathBuf,
}

impl Go {
    fn build() -> Result<Self> {
        let files = [("main.go", include_str!("../oracle/main.go")), ("go.mod", "module oracle\n\ngo 1.24\n")];
        let program = GoProgram::build(&go_program::scratch("templates"), &files)?;
        Ok(Go { program, data: path("go/data.json") })
    }

    fn answer(&self, cases: &[Json]) -> Result<Vec<Json>> {
        let questions: String = cases.iter().map(|case| format!("{case}\n")).collect();
        let answers = self.program.ask(&self.data, questions)?;
        let answers = answers.lines().map(serde_json::from_str).collect::<Result<Vec<Json>, _>>()?;
        if answers.len() != cases.len() {
            bail!("{} questions, {} answers", cases.len(), answers.len());
        }
        Ok(answers)
    }
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file)
}

fn read(file: &str) -> Result<Vec<Json>> {
    let text = std::fs::read_to_string(path(file))?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn write<'c>(file: &str, cases: impl Iterator<Item = &'c Json>) -> Result<()> {
    Ok(std::fs::write(path(file), cases.map(|case| format!("{case}\n")).collect::<String>())?)
}
