//! Reports as tables, JSON and YAML.

use crate::failure::Failure;
use crate::tabs::{Layout, align};
use clap::ValueEnum;
use imageupdates::report::{OfApplication, OfImage, Report};

/// The formats of `-o`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    Wide,
    Json,
    Yaml,
}

/// One line an image.
pub(super) fn narrow(report: &Report) -> String {
    let line = |of: &OfApplication, image: &OfImage| {
        format!("{}\t{}\t{}\t{}\t{}\n", name(of), image.image, running(image), newest(image), image.state.word())
    };
    table("APPLICATION\tIMAGE\tRUNNING\tNEWEST\tSTATE\n", report, line)
}

/// The same with the rule, and why.
pub(super) fn wide(report: &Report) -> String {
    let line = |of: &OfApplication, image: &OfImage| {
        let rule = if image.constraint.is_empty() { "*" } else { &image.constraint };
        let (alias, message) = (dash(&image.alias), dash(&image.message));
        let (state, strategy) = (image.state.word(), image.strategy);
        let (running, newest) = (running(image), newest(image));
        format!("{}\t{alias}\t{}\t{strategy}\t{rule}\t{running}\t{newest}\t{state}\t{message}\n", name(of), image.image)
    };
    table("APPLICATION\tALIAS\tIMAGE\tSTRATEGY\tCONSTRAINT\tRUNNING\tNEWEST\tSTATE\tMESSAGE\n", report, line)
}

fn table(header: &str, report: &Report, line: impl Fn(&OfApplication, &OfImage) -> String) -> String {
    let mut text = header.to_owned();
    let mut below = String::new();
    for of in &report.applications {
        for image in &of.images {
            text.push_str(&line(of, image));
        }
        for problem in &of.problems {
            below.push_str(&format!("{}: {problem}\n", name(of)));
        }
    }
    format!("{}{below}", align(&text, Layout::TABLE))
}

pub(super) fn structured(report: &Report, output: Output) -> Result<String, Failure> {
    let value = serde_json::to_value(report).map_err(|error| Failure::new(error.to_string()))?;
    Ok(if output == Output::Json { format!("{value:#}\n") } else { yaml::emit(&value) })
}

pub(super) fn name(of: &OfApplication) -> String {
    format!("{}/{}", of.namespace, of.name)
}

fn running(image: &OfImage) -> String {
    short(image.running.as_deref())
}

fn newest(image: &OfImage) -> String {
    short(image.newest.as_deref())
}

/// A digest by its first twelve digits: a whole one fills a terminal.
pub(super) fn short(version: Option<&str>) -> String {
    match version.and_then(|version| version.split_once("@sha256:")) {
        Some((tag, digits)) => format!("{tag}@sha256:{}", digits.chars().take(12).collect::<String>()),
        None => dash(version.unwrap_or_default()).to_owned(),
    }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}
