//! What is measured, and how.
#![expect(clippy::disallowed_methods, reason = "what is measured is the real time")]

use crate::case::{LIMITS, read_folder};
use crate::corpus::Corpus;
use crate::say::say;
use anyhow::{Context, Result, bail};
use budget::Budget;
use helm::{Compiled, Loaded, Piece, Printed, Profile, Request, Source, UserValues, Workers, load, print, render};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tree::{MemoryTree, TreePath};

const STACK: &str = "charts/kube-prometheus-stack";
const COLLECTOR: &str = "charts/opentelemetry-collector";

/// How many charts the umbrella holds.
const SUBCHARTS: usize = 120;

/// How often the small chart is rendered again for one sample.
const AGAIN: u32 = 50;

/// Tells the bytes of the heap in use, and the most that were so far.
pub struct Count {
    pub held: fn() -> usize,
    pub peak: fn() -> usize,
}

/// What to measure with.
pub struct Bench {
    pub capstan: Option<PathBuf>,
    pub helm: Option<PathBuf>,
    pub corpus: Corpus,
    pub samples: usize,
}

impl Bench {
    /// Everything, or only what is called so.
    pub fn run(&self, only: Option<&str>) -> Result<()> {
        machine()?;
        say(
            "method: a cold render reads a chart's files from memory, parses all templates (on as many threads as the command",
        )?;
        say("has, or on one), renders and prints; a render")?;
        say(
            "again keeps the loaded chart and its parsed templates; whole processes are run one after the other, in turns",
        )?;
        let is_wanted = |name: &str| only.is_none_or(|only| only == name);
        if is_wanted("small_again") {
            self.again(&small_chart()?)?;
        }
        for subject in ["kube_prometheus_stack", "umbrella_120"].into_iter().filter(|name| is_wanted(name)) {
            let folder = self.subject(subject)?;
            let files = read_folder(folder.path())?;
            self.cold(subject, &files, folder.path())?;
            self.memory(subject)?;
        }
        if only.is_none() { self.processes() } else { Ok(()) }
    }

    fn subject(&self, name: &str) -> Result<tempfile::TempDir> {
        let folder = tempfile::tempdir()?;
        match name {
            "kube_prometheus_stack" => self.corpus.put(STACK, folder.path())?,
            "umbrella_120" => self.umbrella(folder.path())?,
            other => bail!("nothing is called {other}"),
        }
        Ok(folder)
    }

    /// A chart of nothing but one public chart under many names.
    fn umbrella(&self, folder: &Path) -> Result<()> {
        let part = tempfile::tempdir()?;
        self.corpus.put(COLLECTOR, part.path())?;
        let chart = folder.join("chart");
        std::fs::create_dir_all(chart.join("charts"))?;
        let status =
            Command::new("cp").arg("-r").arg(part.path().join("chart")).arg(chart.join("charts/c")).status()?;
        anyhow::ensure!(status.success(), "the chart cannot be copied");
        let mut chart_yaml = "apiVersion: v2\nname: umbrella\nversion: 1.0.0\ndependencies:\n".to_owned();
        let mut values = String::new();
        for at in 0..SUBCHARTS {
            chart_yaml.push_str(&format!("- {{name: opentelemetry-collector, alias: o{at}, version: '*'}}\n"));
            values.push_str(&format!(
                "o{at}:\n  mode: daemonset\n  image: {{repository: otel/collector}}\n  fullnameOverride: c{at}\n"
            ));
        }
        std::fs::write(chart.join("Chart.yaml"), chart_yaml)?;
        std::fs::write(chart.join("values.yaml"), values)?;
        Ok(())
    }

    /// With the threads that the command has, and with one, as a controller renders; in turns.
    fn cold(&self, name: &str, files: &MemoryTree, folder: &Path) -> Result<()> {
        let (mut ours, mut on_one_thread) = (Vec::new(), Vec::new());
        for _ in 0..self.samples {
            let start = Instant::now();
            render_once(files)?;
            ours.push(start.elapsed());
            let start = Instant::now();
            rendered(&load_chart(files)?, &UserValues::default(), &mut Compiled::new())?;
            on_one_thread.push(start.elapsed());
        }
        distribution(&format!("{name}_cold"), &ours)?;
        distribution(&format!("{name}_cold_one_thread"), &on_one_thread)?;
        if let Some(helm) = &self.helm {
            let theirs = (0..5).map(|_| time(helm, &["template", "chart"], folder)).collect::<Result<Vec<_>>>()?;
            distribution(&format!("{name}_helm_process"), &theirs)?;
        }
        Ok(())
    }

    /// The chart rendered again with other values.
    fn again(&self, files: &MemoryTree) -> Result<()> {
        let loaded = load_chart(files)?;
        let mut compiled = Compiled::new();
        rendered(&loaded, &UserValues::default(), &mut compiled)?;
        let mut samples = Vec::new();
        for sample in 0..self.samples {
            let start = Instant::now();
            for round in 0..AGAIN {
                let set = Source::Set(format!("replicas={round},name=n{sample}"));
                let values = UserValues::merge(&[set], Profile::V4_2, &mut Budget::new(LIMITS))?;
                rendered(&loaded, &values, &mut compiled)?;
            }
            samples.push(start.elapsed() / AGAIN);
        }
        distribution("small_again", &samples)
    }

    /// The memory of one render in a process of its own, whose allocator counts.
    fn memory(&self, subject: &str) -> Result<()> {
        let mut child = Command::new(std::env::current_exe()?.with_file_name("helm_memory"));
        child.args([subject, "--repositories"]).arg(&self.corpus.repositories.0);
        anyhow::ensure!(child.status()?.success(), "the process that measures memory failed");
        Ok(())
    }

    /// The most that one render has of the heap at once, beyond the files it reads.
    pub fn memory_of(&self, subject: &str, count: &Count) -> Result<()> {
        let folder = self.subject(subject)?;
        let files = read_folder(folder.path())?;
        // What all renders share, tables of functions and patterns, and the tree's own index.
        render_once(&read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/typical"))?)?;
        load_chart(&files)?;
        let before = (count.held)();
        let peak_before = (count.peak)();
        let output = render_once(&files)?;
        anyhow::ensure!((count.peak)() > peak_before, "the render stays below what reading its files takes");
        let taken = (count.peak)().saturating_sub(before) as f64;
        figure(&format!("{subject}_output"), output.len() as f64 / 1e6, "MB")?;
        figure(&format!("{subject}_peak_memory"), taken / 1e6, "MB")?;
        figure(&format!("{subject}_memory_by_output"), taken / output.len() as f64, "times")
    }

    /// A typical chart as whole processes.
    fn processes(&self) -> Result<()> {
        let (Some(capstan), Some(helm)) = (&self.capstan, &self.helm) else {
            return say("whole processes: not measured, --capstan or --helm is not given");
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/typical");
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.samples {
            ours.push(time(capstan, &["helm", "template", "chart"], &folder)?);
            theirs.push(time(helm, &["template", "chart"], &folder)?);
        }
        distribution("typical_process", &ours)?;
        distribution("typical_helm_process", &theirs)?;
        let ratio = middle(&theirs).as_secs_f64() / middle(&ours).as_secs_f64();
        figure("typical_process_faster", ratio, "times")
    }
}

fn small_chart() -> Result<MemoryTree> {
    Ok(read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/typical"))?)
}

fn load_chart(files: &MemoryTree) -> Result<Loaded> {
    let path = TreePath::parse("chart").map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(load(files, &path, Profile::V4_2, &mut Budget::new(LIMITS))?)
}

fn render_once(files: &MemoryTree) -> Result<String> {
    rendered(&load_chart(files)?, &UserValues::default(), &mut Compiled::with_workers(Threads))
}

/// Threads as the command line has them.
struct Threads;

impl Workers for Threads {
    fn count(&self) -> usize {
        std::thread::available_parallelism().map_or(1, |cores| cores.get().min(4))
    }

    fn run<'p>(&self, pieces: Vec<Piece<'p>>) {
        std::thread::scope(|scope| {
            let mut pieces = pieces.into_iter();
            let own = pieces.next();
            pieces.for_each(|piece| drop(scope.spawn(piece)));
            own.into_iter().for_each(|piece| piece());
        });
    }
}

fn rendered(loaded: &Loaded, values: &UserValues, compiled: &mut Compiled) -> Result<String> {
    let request = Request::new(&loaded.chart, values, Profile::V4_2);
    let rendered = render(&request, compiled, &mut Budget::new(LIMITS)).map_err(|failed| failed.error)?;
    Ok(print(&rendered, Printed::default()))
}

fn time(program: &Path, arguments: &[&str], folder: &Path) -> Result<Duration> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("HOME", folder).env("KUBECONFIG", folder.join("none"));
    let start = Instant::now();
    let status = command.status().with_context(|| format!("cannot run {}", program.display()))?;
    let taken = start.elapsed();
    anyhow::ensure!(status.success(), "{} ended with {status}", program.display());
    Ok(taken)
}

fn distribution(name: &str, samples: &[Duration]) -> Result<()> {
    let worst = samples.iter().max().copied().unwrap_or_default();
    figure(&format!("{name}_p50"), middle(samples).as_secs_f64() * 1000.0, "ms")?;
    figure(&format!("{name}_max"), worst.as_secs_f64() * 1000.0, "ms")?;
    figure(&format!("{name}_samples"), samples.len() as f64, "samples")
}

fn middle(samples: &[Duration]) -> Duration {
    let mut sorted = samples.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn figure(name: &str, value: f64, unit: &str) -> Result<()> {
    say(&format!("figure: {name} = {value:.3} {unit}"))
}

fn machine() -> Result<()> {
    let line = |path: &str, name: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or(line, |(_, value)| value).trim().to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    say(&format!("cpu: {}, {cores} cores", line("/proc/cpuinfo", "model name")))?;
    say(&format!("memory: {}", line("/proc/meminfo", "MemTotal")))?;
    say(&format!("load at the start: {}", line("/proc/loadavg", "")))
}
