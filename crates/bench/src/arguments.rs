//! The flags.

use clap::{Parser, ValueEnum};
use std::path::PathBuf;

/// What to measure, and with what.
#[derive(Debug, Parser)]
#[command(name = "bench", about = "Measures applications or Rollouts on an embedded cluster in a process of its own")]
pub struct Arguments {
    /// Path of the capstan binary
    pub capstan: PathBuf,
    /// How many applications
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub apps: u32,
    /// What to measure once all applications are Synced
    #[arg(long, value_enum, value_delimiter = ',', default_value = "idle,local,drift,http")]
    pub phases: Vec<Phase>,
    /// How many commits are measured by a phase of commits
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..))]
    pub commits: u32,
    /// How many Deployments are changed by hand
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub drifts: u32,
    /// What is measured
    #[arg(long, value_enum, default_value = "apps")]
    pub subject: Subject,
    /// How many Rollouts are at rest
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub rollouts: u32,
    /// How many Rollouts are changed at once
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub changed: u32,
    /// How many Rollouts are promoted, one after the other
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub promoted: u32,
    /// How many Rollouts behind a router get a new weight at once
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub routed: u32,
    /// How many AnalysisRuns measure at a time
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pub analyses: u32,
    /// How many requests go through the simulated ingress
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub requests: u32,
    /// How many objects the embedded cluster holds in the end
    #[arg(long, default_value_t = 250_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub objects: u32,
    /// How many clients create them
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub clients: u32,
    /// How many watches are open meanwhile
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub watches: u32,
    /// The commit the binary was built from, for the record
    #[arg(long, default_value = "unknown")]
    pub revision: String,
}

/// Whose cost is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Subject {
    /// Applications
    Apps,
    /// Rollouts
    Rollouts,
    /// Routes of Rollouts, and the simulated ingress
    Traffic,
    /// AnalysisRuns
    Analysis,
    /// The embedded cluster itself
    Embedded,
}

/// One thing to measure. They are run in this order, whatever the order on the command line: the last one moves all
/// applications to another repository, which would change what the others measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Phase {
    /// Processor time while nothing happens
    Idle,
    /// Commits to a repository on disk
    Local,
    /// Changes by hand
    Drift,
    /// Commits to a repository behind http
    Http,
}
