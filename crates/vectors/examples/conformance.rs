//! Sends the recorded requests to a cluster named by a kubeconfig and compares its answers with those of a real server:
//! what `cargo xtask conformance` runs. Each case works in a namespace of its own, which is deleted after it.

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::Parser;
use http::Request;
use http_body_util::{BodyExt, Full};
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use vectors::{Case, Known, Report, clean, load, replay};

/// Compare a cluster's answers with recorded ones.
#[derive(Parser)]
#[command(name = "cargo xtask conformance --")]
struct Arguments {
    /// The kubeconfig of the cluster; its user has to be an administrator. Objects are made and deleted in it.
    #[arg(long, env = "KUBECONFIG")]
    kubeconfig: PathBuf,
    /// The context of the kubeconfig, when not its current one.
    #[arg(long)]
    context: Option<String>,
    /// Only cases whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// The cluster is an API server alone: run the cases, too, that controllers, a scheduler or a kubelet would change.
    #[arg(long)]
    server_alone: bool,
    /// A folder of recordings, in place of those of the repository.
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be told to somebody who has closed standard error.
            let _ = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (cases, skipped) = chosen(load(&arguments.folder.clone().unwrap_or_else(|| root.join("cases")))?, arguments);
    let client = client(arguments).await?;
    let version = client.apiserver_version().await.context("the cluster does not tell its version")?;
    let service = tower::service_fn(move |request: Request<Full<Bytes>>| {
        let client = client.clone();
        async move {
            let (parts, body) = request.into_parts();
            let Ok(whole) = body.collect().await;
            client.send(Request::from_parts(parts, whole.to_bytes().to_vec().into())).await
        }
    });
    let mut report = Report { outcomes: Vec::new() };
    for case in cases {
        let outcome = replay(std::slice::from_ref(&case), async || service.clone()).await;
        clean(&service, &case).await;
        report.outcomes.extend(outcome.outcomes);
    }
    print(&report, &version.git_version, skipped)
}

/// The cases that are asked for, and how many are left out because the cluster is more than an API server.
fn chosen(cases: Vec<Case>, arguments: &Arguments) -> (Vec<Case>, usize) {
    let alone = Known::parse(include_str!("../needs-server-alone.txt"));
    let asked = |case: &Case| arguments.only.as_ref().is_none_or(|part| case.name.contains(part.as_str()));
    let asked: Vec<Case> = cases.into_iter().filter(asked).collect();
    let all = asked.len();
    let kept: Vec<Case> =
        asked.into_iter().filter(|case| arguments.server_alone || !alone.contains(&case.name)).collect();
    let skipped = all - kept.len();
    (kept, skipped)
}

async fn client(arguments: &Arguments) -> anyhow::Result<kube::Client> {
    let file = Kubeconfig::read_from(&arguments.kubeconfig)
        .with_context(|| format!("cannot read {}", arguments.kubeconfig.display()))?;
    let options = KubeConfigOptions { context: arguments.context.clone(), ..KubeConfigOptions::default() };
    let config = kube::Config::from_custom_kubeconfig(file, &options).await?;
    Ok(kube::Client::try_from(config)?)
}

fn print(report: &Report, version: &str, skipped: usize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for outcome in &report.outcomes {
        if let Some(difference) = &outcome.difference {
            writeln!(out, "{} {}: {difference}", outcome.file, outcome.name)?;
        }
    }
    write!(out, "{}", report.summary())?;
    if skipped > 0 {
        writeln!(out, "{skipped} skipped: they need an API server without controllers (--server-alone)")?;
    }
    let verdict = report.verdict(&Known::parse(include_str!("../known-unmet.txt")));
    for case in &verdict.broken {
        writeln!(out, "not met, and not in known-unmet.txt: {}", case.split(':').next().unwrap_or(case))?;
    }
    if !verdict.broken.is_empty() {
        bail!(
            "{} of {} cases differ from the recorded server (v1.36.2); this one is {version}",
            verdict.broken.len(),
            report.outcomes.len()
        );
    }
    Ok(())
}
