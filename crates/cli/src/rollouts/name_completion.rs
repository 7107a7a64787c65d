//! `__complete`: what could stand at the end of a command line. The form is that of Cobra, which kubectl reads: a line a
//! candidate, and a number that says what the shell may add.

use super::flags::Flags;
use super::plugin::command;
use super::session::Session;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT, ROLLOUT};
use clap::Args;
use clock::Clock;
use std::fmt::Write as _;

/// Its name.
pub(super) const COMMAND: &str = "__complete";

/// The words so far; the last one is begun, and may be empty.
#[derive(Debug, Args)]
pub(super) struct Complete {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// The shell is not to add names of files.
const NO_FILES: u8 = 4;
/// The shell adds what it likes.
const ANYTHING: u8 = 0;

impl Complete {
    pub(super) async fn run(&self, connection: &Connection, flags: &Flags, clock: &Clock) -> Result<(), Failure> {
        let (begun, before) = self.words.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
        let line = Line::of(before);
        let (candidates, directive) = if begun.starts_with('-') {
            (line.flags(), NO_FILES)
        } else if line.takes_value {
            (Vec::new(), ANYTHING)
        } else if !line.subcommands().is_empty() {
            (line.subcommands(), NO_FILES)
        } else if let Some(kind) = line.kind() {
            let mut flags = flags.clone();
            flags.namespace = line.namespace.clone().or(flags.namespace);
            (names(connection, &flags, clock, kind).await, NO_FILES)
        } else {
            (Vec::new(), ANYTHING)
        };
        let mut text = String::new();
        for candidate in candidates.iter().filter(|candidate| candidate.starts_with(begun)) {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{candidate}");
        }
        terminal::print(&format!("{text}:{directive}\n"))
    }
}

/// A line that is only begun.
struct Line {
    command: clap::Command,
    path: Vec<String>,
    arguments: usize,
    takes_value: bool,
    namespace: Option<String>,
}

impl Line {
    fn of(words: &[String]) -> Self {
        let mut line =
            Line { command: command(), path: Vec::new(), arguments: 0, takes_value: false, namespace: None };
        line.command.build();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word.starts_with('-') {
                let (flag, value) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
                let value = match value {
                    Some(value) => Some(value.to_owned()),
                    None if line.takes_value(flag) => {
                        let next = words.next().cloned();
                        line.takes_value = next.is_none();
                        next
                    }
                    None => None,
                };
                if matches!(flag, "-n" | "--namespace") {
                    line.namespace = value;
                }
            } else if let Some(below) = line.command.find_subcommand(word).cloned() {
                line.path.push(below.get_name().to_owned());
                line.command = below;
            } else {
                line.arguments += 1;
            }
        }
        line
    }

    fn takes_value(&self, flag: &str) -> bool {
        let is_it = |arg: &&clap::Arg| match flag.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long),
            None => arg.get_short().is_some_and(|short| flag.strip_prefix('-') == Some(&short.to_string())),
        };
        let found = self.command.get_arguments().find(is_it);
        found.is_some_and(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set())
    }

    fn flags(&self) -> Vec<String> {
        let visible = self.command.get_arguments().filter(|arg| !arg.is_hide_set());
        let mut flags: Vec<String> = visible.filter_map(|arg| Some(format!("--{}", arg.get_long()?))).collect();
        flags.sort();
        flags
    }

    fn subcommands(&self) -> Vec<String> {
        if self.arguments > 0 {
            return Vec::new();
        }
        let visible = self.command.get_subcommands().filter(|below| !below.is_hide_set());
        visible.map(|below| below.get_name().to_owned()).collect()
    }

    /// The kind whose names come next.
    // Compat: of several names only the first is completed.
    fn kind(&self) -> Option<&'static str> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        if self.arguments > 0 {
            return None;
        }
        match path.as_slice() {
            ["abort" | "pause" | "promote" | "restart" | "status" | "undo" | "explain"]
            | ["get" | "retry", "rollout"]
            | ["set", "image"] => Some(ROLLOUT),
            ["get" | "retry" | "terminate", "experiment"] => Some(EXPERIMENT),
            ["terminate", "analysisrun"] => Some(ANALYSIS_RUN),
            _ => None,
        }
    }
}

/// The names there are; none where nobody can say.
async fn names(connection: &Connection, flags: &Flags, clock: &Clock, kind: &str) -> Vec<String> {
    let Ok(session) = Session::open(connection, flags, clock).await else { return Vec::new() };
    let objects = session.list(&Session::gvk(kind)).await.unwrap_or_default();
    objects.iter().map(|object| object.name().to_owned()).collect()
}
