//! Measures overlays as whole processes, beside kubectl. `cargo xtask bench kustomize` builds and runs it.

#[path = "../oracle/overlay.rs"]
mod overlay;
#[path = "../oracle/say.rs"]
mod say;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use clock::Clock;
use say::say;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Parser)]
#[command(name = "kustomize_speed", about = "Measures overlays as whole processes, beside kubectl")]
struct Arguments {
    /// The program
    #[arg(long)]
    capstan: PathBuf,
    /// The kubectl beside it
    #[arg(long, default_value = "kubectl")]
    kubectl: PathBuf,
    /// How many resources
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1000, 2000, 4000, 20_000])]
    sizes: Vec<usize>,
    /// The largest overlay that kubectl is given
    #[arg(long, default_value_t = 1000)]
    peer_max: usize,
    /// Runs of each; the median counts
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

fn main() -> Result<()> {
    let Arguments { capstan, kubectl, sizes, peer_max, runs } = Arguments::parse();
    let capstan = std::path::absolute(capstan)?;
    say("resources | this program | kubectl kustomize | times")?;
    for size in sizes {
        let scratch = tempfile::tempdir()?;
        overlay::write(scratch.path(), size)?;
        let directory = scratch.path().join("overlay");
        let ours = median(runs, || run(Command::new(&capstan).args(["kustomize", "build"]).arg(&directory)))?;
        let peer = if size <= peer_max && has(&kubectl) {
            same(&capstan, &kubectl, &directory)?;
            Some(median(runs, || run(Command::new(&kubectl).arg("kustomize").arg(&directory)))?)
        } else {
            None
        };
        let told = peer.map_or("- | -".to_owned(), |peer| format!("{peer:.0} ms | {:.0}", peer / ours));
        say(&format!("{size} | {ours:.1} ms | {told}"))?;
    }
    Ok(())
}

fn has(program: &Path) -> bool {
    Command::new(program).arg("version").arg("--client").output().is_ok_and(|output| output.status.success())
}

/// Milliseconds of one run.
fn run(command: &mut Command) -> Result<f64> {
    let clock = Clock::system();
    let begun = clock.monotonic();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().context("cannot run")?;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok((clock.monotonic() - begun).as_secs_f64() * 1000.0)
}

fn median(runs: usize, mut one: impl FnMut() -> Result<f64>) -> Result<f64> {
    let mut taken = (0..runs.max(1)).map(|_| one()).collect::<Result<Vec<f64>>>()?;
    taken.sort_by(f64::total_cmp);
    taken.get(taken.len() / 2).copied().context("no run")
}

/// Both give the same objects: otherwise the figures say nothing. The hash of generated names is the same in both.
fn same(capstan: &Path, kubectl: &Path, directory: &Path) -> Result<()> {
    let ours = Command::new(capstan).args(["kustomize", "build"]).arg(directory).output()?;
    let theirs = Command::new(kubectl).arg("kustomize").arg(directory).output()?;
    ensure!(ours.stdout == theirs.stdout, "the outputs differ: {}", String::from_utf8_lossy(&ours.stderr));
    Ok(())
}
