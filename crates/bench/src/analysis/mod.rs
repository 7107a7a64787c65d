//! Many AnalysisRuns: what they cost, how late their measurements are, and whether a slow server delays those of others.

mod fixture;
mod lateness;
mod server;

use crate::arguments::Arguments;
use crate::figures::{distribution, figure, note};
use crate::rollouts::{NAMESPACE, Stage};
use anyhow::{Context, Result};
use api::names::API_VERSION;
use api::rollouts::{ANALYSIS_RUN, AnalysisRun};
use clock::Clock;
use cluster::ListQuery;
use object::Gvk;
use server::Server;
use std::time::Duration;

/// How many runs ask the slow server.
const SLOW: u32 = 20;
/// How long the slow server takes.
const SLOWNESS: Duration = Duration::from_secs(30);
/// From when the last run was made until costs are counted.
const SETTLING: Duration = Duration::from_secs(12);
/// How long costs are counted.
const MEASURED: Duration = Duration::from_secs(60);

/// Measures everything.
pub async fn run(arguments: &Arguments) -> Result<()> {
    let runs = arguments.analyses;
    note(&format!("phase: {runs} AnalysisRuns of 3 metrics every 10 s, and {SLOW} whose server takes 30 s"))?;
    let clock = Clock::system();
    let (quick, slow) = (Server::start(Duration::ZERO, &clock).await?, Server::start(SLOWNESS, &clock).await?);
    let stage = Stage::set_with(arguments, &["--analysis-private-addresses"]).await?;
    // The slow ones first: who came later must not wait for them.
    stage.create((0..SLOW).map(|index| fixture::analysis_run(&format!("slow-{index:04}"), &slow.url))).await?;
    stage.create((0..runs).map(|index| fixture::analysis_run(&format!("quick-{index:04}"), &quick.url))).await?;
    tokio::time::sleep(SETTLING).await;
    let (before, asked_before) = (stage.usages()?, quick.count());
    tokio::time::sleep(MEASURED).await;
    figure("analysis_length", MEASURED.as_secs_f64(), "s")?;
    stage.report_cpu("analysis", &before)?;
    stage.report_memory("analysis")?;
    figure("analysis_measurements", (quick.count() - asked_before) as f64, "measurements")?;
    figure("analysis_slow_measurements", slow.count() as f64, "measurements")?;
    report_lateness(&stage, &quick).await?;
    crate::machine::load("at the end")
}

/// How long after they were due the quick server was asked, and whether any measurement went wrong.
async fn report_lateness(stage: &Stage, quick: &Server) -> Result<()> {
    let gvk = Gvk::from_api_version(API_VERSION, ANALYSIS_RUN);
    let found =
        stage.client().list(&gvk, &ListQuery::in_namespace(NAMESPACE)).await.context("the runs cannot be read")?;
    let runs: Vec<AnalysisRun> = found.iter().map(AnalysisRun::read).collect::<Result<_, _>>()?;
    let quick_runs = || runs.iter().filter(|run| run.metadata.name.starts_with("quick-"));
    let late = lateness::of(quick_runs(), &quick.asked());
    distribution("analysis_lateness", &late.samples)?;
    let over = late.samples.iter().filter(|late| **late > Duration::from_secs(1)).count();
    figure("analysis_later_than_1s", over as f64, "measurements")?;
    figure("analysis_fewest_measurements_of_a_metric", late.fewest as f64, "measurements")?;
    let results = || quick_runs().flat_map(|run| &run.status.metric_results);
    figure("analysis_errors", results().map(|result| f64::from(result.error)).sum(), "measurements")
}
