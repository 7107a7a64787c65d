//! `__complete`: what could stand at the end of a command line. The form is that of Cobra, which kubectl reads: a line a
//! candidate, and a number that says what the shell may add.

use super::flags::Flags;
use super::session::Session;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{ANALYSIS_RUN, EXPERIMENT, ROLLOUT};
use clap::Args;
use clock::Clock;

/// What the command was started with.
pub(super) struct Around<'a> {
    pub connection: &'a Connection,
    pub flags: &'a Flags,
    pub clock: &'a Clock,
}

/// The words so far; the last one is begun, and may be empty.
#[derive(Debug, Args)]
pub(super) struct Complete {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<String>,
}

/// What the shell may add, by Cobra's names and numbers.
#[derive(Debug, Clone, Copy)]
enum Directive {
    /// What it likes.
    Default = 0,
    /// No names of files.
    NoFileComp = 4,
}

impl Complete {
    pub(super) async fn run(&self, commands: clap::Command, around: &Around<'_>) -> Result<(), Failure> {
        let (begun, before) = self.words.split_last().map_or(("", &[][..]), |(last, rest)| (last.as_str(), rest));
        let line = Line::of(commands, before);
        let (candidates, directive) = if begun.starts_with('-') {
            (line.flags(), Directive::NoFileComp)
        } else if line.takes_value {
            (Vec::new(), Directive::Default)
        } else if !line.subcommands().is_empty() {
            (line.subcommands(), Directive::NoFileComp)
        } else if let Some(kind) = line.kind() {
            // Compat: of several names only the first is completed.
            if line.arguments > 0 {
                return shown(&[], Directive::NoFileComp);
            }
            let mut flags = around.flags.clone();
            flags.namespace = line.namespace.clone().or(flags.namespace);
            (names(around.connection, &flags, around.clock, kind).await, Directive::NoFileComp)
        } else {
            (Vec::new(), Directive::Default)
        };
        let mut candidates = candidates;
        candidates.retain(|candidate| candidate.starts_with(begun));
        shown(&candidates, directive)
    }
}

fn shown(candidates: &[String], directive: Directive) -> Result<(), Failure> {
    let lines: String = candidates.iter().map(|candidate| format!("{candidate}\n")).collect();
    terminal::print(&format!("{lines}:{}\n", directive as u8))?;
    terminal::note(&format!("Completion ended with directive: ShellCompDirective{directive:?}"));
    Ok(())
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
    fn of(command: clap::Command, words: &[String]) -> Self {
        let mut line = Line { command, path: Vec::new(), arguments: 0, takes_value: false, namespace: None };
        line.command.build();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word.starts_with('-') {
                let (flag, value) =
                    word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
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
        let described =
            |arg: &clap::Arg| Some(format!("--{}\t{}", arg.get_long()?, arg.get_help().cloned().unwrap_or_default()));
        let mut flags: Vec<String> = visible.filter_map(described).collect();
        flags.sort();
        flags
    }

    fn subcommands(&self) -> Vec<String> {
        if self.arguments > 0 {
            return Vec::new();
        }
        let visible = self.command.get_subcommands().filter(|below| !below.is_hide_set());
        let described =
            |below: &clap::Command| format!("{}\t{}", below.get_name(), below.get_about().cloned().unwrap_or_default());
        let mut names: Vec<String> = visible.map(described).collect();
        names.sort();
        names
    }

    /// The kind whose names stand behind the command.
    fn kind(&self) -> Option<&'static str> {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
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
