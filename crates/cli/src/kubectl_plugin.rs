//! The binary under another name: kubectl finds its plugins, and those who complete their arguments, by file name.

use crate::connection::Connection;
use crate::process::within_runtime;
use crate::rollouts::{BINARY, COMPLETE, Rollouts};
use crate::terminal;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use clock::Clock;
use std::ffi::OsString;
use std::process::ExitCode;

/// The commands under that name.
#[derive(Debug, Parser)]
#[command(
    name = "kubectl-argo-rollouts",
    about = "This command consists of multiple subcommands which can be used to manage Argo Rollouts.",
    disable_version_flag = true
)]
struct Plugin {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    rollouts: Rollouts,
}

/// Runs the command that the plugin was started with.
pub(crate) fn main(words: Vec<OsString>) -> ExitCode {
    match Plugin::try_parse_from(words) {
        Ok(plugin) => within_runtime(async move { plugin.rollouts.run(&plugin.connection, &Clock::system()).await }),
        Err(error) => refused(&error),
    }
}

/// Completes a command line for kubectl, which gives the words behind `argo rollouts`.
pub(crate) fn complete_main(words: Vec<OsString>) -> ExitCode {
    let head = [OsString::from(BINARY), OsString::from(COMPLETE), OsString::from("--")];
    main(head.into_iter().chain(words.into_iter().skip(1)).collect())
}

/// Words that make no command, in upstream's form: what is wrong, or how the command is used, and 1.
pub(crate) fn refused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Somebody who asks for help is no failure; a reader that went away is nobody's.
        let _ = terminal::print(&error.render().ansi().to_string());
        return ExitCode::SUCCESS;
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    let told = match error.kind() {
        ErrorKind::UnknownArgument if argument.starts_with("--") => {
            let flag = argument.split('=').next().unwrap_or(&argument);
            Some(format!("Error: unknown flag: {flag}"))
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            let letter = argument.chars().nth(1).unwrap_or(' ');
            Some(format!("Error: unknown shorthand flag: {letter:?} in {argument}"))
        }
        ErrorKind::InvalidSubcommand if usage(error).contains("[OPTIONS] <COMMAND>") && !is_nested(error) => {
            let word = text(ContextKind::InvalidSubcommand);
            Some(format!("Error: unknown command {word:?} for {BINARY:?}\nRun '{BINARY} --help' for usage."))
        }
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let value = text(ContextKind::InvalidValue);
            let cause =
                std::error::Error::source(error).map_or_else(|| "invalid value".to_owned(), ToString::to_string);
            let flag = argument.split(" <").next().unwrap_or(&argument);
            Some(format!("Error: invalid argument {value:?} for {:?} flag: {cause}", with_short(flag)))
        }
        _ => None,
    };
    terminal::note(&told.unwrap_or_else(|| usage(error)));
    ExitCode::FAILURE
}

fn usage(error: &clap::Error) -> String {
    match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => error.render().to_string().trim_end().to_owned(),
    }
}

/// Whether a word is wrong below a command, not as one.
fn is_nested(error: &clap::Error) -> bool {
    let usage = usage(error);
    let words = usage.split_whitespace().skip(1).take_while(|word| !word.starts_with(['[', '<']));
    let own = words.skip_while(|word| *word != BINARY && *word != "rollouts").count();
    own > 1
}

/// A flag with its letter, as Go names both.
fn with_short(flag: &str) -> String {
    let mut root = Plugin::command();
    root.build();
    let long = flag.trim_start_matches('-');
    match short_of(&root, long) {
        Some(short) => format!("-{short}, {flag}"),
        None => flag.to_owned(),
    }
}

fn short_of(command: &clap::Command, long: &str) -> Option<char> {
    let own = command.get_arguments().find(|arg| arg.get_long() == Some(long)).and_then(clap::Arg::get_short);
    own.or_else(|| command.get_subcommands().find_map(|below| short_of(below, long)))
}
