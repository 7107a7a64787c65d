//! Compares the functions with Sprig's own. `cargo xtask oracle sprig` builds and runs it; Go must be installed (or named:
//! `GO=/usr/local/go/bin/go`) and Go's module proxy within reach.

#[path = "../oracle/generate.rs"]
mod generate;
#[path = "../../gotemplate/oracle/go_program.rs"]
mod go_program;
#[path = "../oracle/sample.rs"]
mod sample;
#[path = "../tests/it/world.rs"]
mod world;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use go_program::GoProgram;
use gotemplate::FuncMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Parser)]
#[command(name = "sprig_oracle", about = "Compares functions with Masterminds/sprig v3")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Which templates are generated: the same seed, the same templates
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many calls of each function
    #[arg(long, default_value_t = 100)]
    each: usize,
}

#[derive(Subcommand)]
enum Command {
    /// Write the recorded cases anew, and a sample of the generated ones
    Record,
}

/// How many differences are shown.
const SHOWN_MAX: usize = 40;

/// A template and Sprig's answer, as the case files have it.
pub struct Case {
    /// The template.
    pub template: String,
    /// `=>` and its output, or `!!` and its error, quoted.
    pub answer: String,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let files = [
        ("main.go", include_str!("../oracle/main.go")),
        ("go.mod", include_str!("../oracle/go.mod")),
        ("go.sum", include_str!("../oracle/go.sum")),
    ];
    let program = GoProgram::build(&go_program::scratch("sprig"), &files)?;
    let quirks = std::fs::read_to_string(path("quirks.txt"))?;
    let by_hand: Vec<&str> = quirks.lines().filter(|line| !line.starts_with([' ', '#']) && !line.is_empty()).collect();
    let quirks = answer(&program, &by_hand.join("\n"))?;
    let generated = answer(&program, &generate::templates(arguments.seed, arguments.each).join("\n"))?;
    if let Some(Command::Record) = arguments.command {
        write("quirks.txt", quirks.iter())?;
        let told: Vec<Case> = generated.into_iter().filter(|case| readable(&case.answer) == case.answer).collect();
        return write("generated.txt", sample::thinned(&told).into_iter());
    }
    let functions = Arc::new(sprig::functions());
    let differing = report("written by hand", &quirks, &functions)? + report("generated", &generated, &functions)?;
    if differing > 0 {
        bail!("{differing} templates differ");
    }
    Ok(())
}

fn answer(program: &GoProgram, templates: &str) -> Result<Vec<Case>> {
    let answers = program.ask(&path("values.json"), templates.to_owned())?;
    let lines: Vec<&str> = answers.lines().collect();
    let case = |pair: &[&str]| Case { template: pair[0].to_owned(), answer: pair[1].trim_start().to_owned() };
    Ok(lines.chunks_exact(2).map(case).collect())
}

/// Tells how many cases are equal and how the others differ; gives the number of those.
fn report(title: &str, cases: &[Case], functions: &Arc<FuncMap>) -> Result<usize> {
    let mut out = std::io::stdout().lock();
    let mut differing = 0;
    for case in cases {
        let ours = world::run(&case.template, functions);
        let stopped = ours.exceeded.map_or_else(String::new, |limit| format!(" ({limit})"));
        let ours = format!("{} {}{stopped}", if ours.failed { "!!" } else { "=>" }, ours.text);
        if ours != readable(&case.answer) {
            differing += 1;
            if differing <= SHOWN_MAX {
                writeln!(out, "{}\n  theirs {}\n  ours   {ours}", case.template, case.answer)?;
            }
        }
    }
    let failing = cases.iter().filter(|case| case.answer.starts_with("!!")).count();
    let (equal, all) = (cases.len() - differing, cases.len());
    writeln!(out, "{title}: {equal} equal, {differing} differ; {failing} of {all} are errors in Go")?;
    Ok(differing)
}

/// An answer as it can be given here: an error is text, and U+FFFD stands for each of its bytes that is none.
fn readable(answer: &str) -> String {
    if !answer.starts_with("!!") {
        return answer.to_owned();
    }
    let mut out = String::new();
    let mut rest = answer;
    while let Some(at) = rest.find("\\x") {
        let digits = rest[at + 2..].bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
        let end = at + 2 + digits;
        let raw = digits == 2 && rest[at + 2..].starts_with(['8', '9', 'a', 'b', 'c', 'd', 'e', 'f']);
        out.push_str(&rest[..at]);
        out.push_str(if raw && !out.ends_with('\\') { "\u{fffd}" } else { &rest[at..end] });
        rest = &rest[end..];
    }
    out + rest
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file)
}

fn write<'c>(file: &str, cases: impl Iterator<Item = &'c Case>) -> Result<()> {
    let text: String = cases.map(|case| format!("{}\n    {}\n", case.template, case.answer)).collect();
    Ok(std::fs::write(path(file), text)?)
}
