//! `bench`: builds what is measured and what measures it, optimised, and runs it.

use crate::workspace;
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use std::path::PathBuf;
use std::process::Command;

/// What can be measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Many applications on a cluster in a process of its own: the figures in docs/benchmarks.md.
    Apps {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// The applications of one repository, rendered in one process.
    Render {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Charts, in process and as whole processes beside helm.
    Helm {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Overlays as whole processes, beside kubectl.
    Kustomize {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Plans of one Rollout, in process.
    Planning {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Verdicts on canaries, healthy and bad ones, in virtual time.
    Verdict {
        /// Handed to the benchmark: a number divides how many canaries are watched.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Many AnalysisRuns on a cluster in a process of its own, and a server that answers them.
    Analysis {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// 1,000 images of 100 repositories asked for, and 90 applications updated by one commit.
    Images {
        /// Handed to the benchmark; it takes none.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// What a change of one of many applications costs, and how quickly many are told while one service hangs.
    Notifications {
        /// Handed to the benchmark; it takes none.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Many Rollouts on a cluster in a process of its own: the figures in docs/benchmarks.md.
    Rollouts {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// The embedded cluster: durable writes, memory, watches, starting again.
    Embedded {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// The API: 10,000 applications listed, filtered and searched, many streams, pushes.
    Server {
        /// Handed to the benchmark: --applications, --streams, --seconds.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// New weights for many Rollouts behind a router, and requests through the simulated ingress.
    Traffic {
        /// Handed to the benchmark; `-- --help` tells what there is.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        match self {
            Bench::Apps { arguments } => measure("apps", arguments),
            Bench::Rollouts { arguments } => measure("rollouts", arguments),
            Bench::Traffic { arguments } => measure("traffic", arguments),
            Bench::Analysis { arguments } => measure("analysis", arguments),
            Bench::Embedded { arguments } => measure("embedded", arguments),
            Bench::Server { arguments } => {
                let mut example = Command::new("cargo");
                example.current_dir(workspace::root());
                example.args(["run", "--release", "--quiet", "-p", "server", "--example", "server_bench", "--"]);
                succeed(example.args(arguments))
            }
            Bench::Planning { arguments } => {
                let mut bench = Command::new("cargo");
                bench.current_dir(workspace::root()).args(["bench", "-p", "strategy", "--bench", "planning", "--"]);
                succeed(bench.args(arguments))
            }
            Bench::Images { arguments } => {
                let mut bench = Command::new("cargo");
                bench.current_dir(workspace::root()).args(["bench", "-p", "imageupdates", "--bench", "images", "--"]);
                succeed(bench.args(arguments))
            }
            Bench::Verdict { arguments } => {
                let mut example = Command::new("cargo");
                example.current_dir(workspace::root());
                example.args(["run", "--release", "--quiet", "-p", "analysis", "--example", "verdict_bench", "--"]);
                succeed(example.args(arguments))
            }
            Bench::Notifications { arguments } => {
                let mut example = Command::new("cargo");
                example.current_dir(workspace::root());
                example.args(["run", "--release", "--quiet", "-p", "notify", "--example", "notify_bench", "--"]);
                succeed(example.args(arguments))
            }
            Bench::Helm { arguments } => {
                build(&["capstan"])?;
                let mut example = Command::new("cargo");
                example.current_dir(workspace::root());
                succeed(example.args([
                    "build",
                    "--release",
                    "-p",
                    "helm",
                    "--example",
                    "helm_bench",
                    "--example",
                    "helm_memory",
                ]))?;
                let binaries = target_folder()?.join("release");
                let mut bench = Command::new(binaries.join("examples").join("helm_bench"));
                succeed(bench.arg("--capstan").arg(binaries.join("capstan")).args(arguments))
            }
            Bench::Kustomize { arguments } => {
                build(&["capstan"])?;
                let mut example = Command::new("cargo");
                example.current_dir(workspace::root());
                succeed(example.args(["build", "--release", "-p", "kustomize", "--example", "kustomize_speed"]))?;
                let binaries = target_folder()?.join("release");
                let mut speed = Command::new(binaries.join("examples").join("kustomize_speed"));
                succeed(speed.arg("--capstan").arg(binaries.join("capstan")).args(arguments))
            }
            Bench::Render { arguments } => {
                build(&["bench"])?;
                let mut bench = Command::new(target_folder()?.join("release").join("bench-render"));
                succeed(bench.args(["--revision", &revision()]).args(arguments))
            }
        }
    }
}

/// Runs the program as two processes, with the benchmark as their user.
fn measure(subject: &str, arguments: &[String]) -> Result<()> {
    build(&["capstan", "bench"])?;
    let binaries = target_folder()?.join("release");
    let mut bench = Command::new(binaries.join("bench"));
    let revision = revision();
    let measured = ["--revision", &revision, "--subject", subject];
    succeed(bench.arg(binaries.join("capstan")).args(measured).args(arguments))
}

fn build(packages: &[&str]) -> Result<()> {
    let mut build = Command::new("cargo");
    build.current_dir(workspace::root()).args(["build", "--release"]);
    build.args(packages.iter().flat_map(|package| ["-p", package]));
    succeed(&mut build)
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{} ended with {status}", command.get_program().display());
    }
    Ok(())
}

/// Where cargo builds: asked, for a user's configuration may say.
fn target_folder() -> Result<PathBuf> {
    let asked = ["metadata", "--format-version", "1", "--no-deps"];
    let output = Command::new("cargo").current_dir(workspace::root()).args(asked).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).context("cargo metadata gave no JSON")?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target directory")?;
    Ok(folder.into())
}

/// The commit that is measured, marked when files differ from it.
fn revision() -> String {
    let described =
        Command::new("git").current_dir(workspace::root()).args(["describe", "--always", "--dirty"]).output();
    let text = described.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    if text.is_empty() { "unknown".to_owned() } else { text }
}
