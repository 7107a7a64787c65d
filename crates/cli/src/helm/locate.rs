//! From the name of a chart to where it lies: on this machine, in a repository, in a registry.

use super::fetch::{ChartFlags, access_of, in_registry, wait_for};
use super::globals::Globals;
use super::go_words::go_words;
use super::registry_config::RegistryConfig;
use super::repositories;
use crate::disk::Disk;
use charts::{ChartError, Found, Problem, Repository, Wanted};
use clock::Clock;
use helm::{Output, Profile};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use tree::{MemoryTree, Tree, TreePath};

/// How much of a file tells what it is, as Go looks at it.
const SNIFFED_BYTES: u64 = 512;

/// What is said where a signature should be checked.
pub(super) const UNVERIFIED: &str = "--verify is not supported: signatures are not checked here. Fetch CHART.tgz and \
                                     CHART.tgz.prov, check them with `gpg --verify CHART.tgz.prov` and the SHA-256 it \
                                     names, and give CHART.tgz as the chart";

/// A chart that can be loaded.
pub(super) struct Located {
    pub(super) tree: Box<dyn Tree>,
    pub(super) path: TreePath,
    /// What is told of how it was found.
    pub(super) notes: String,
    /// Where Chart.yaml should be and is not.
    pub(super) missing: Option<PathBuf>,
}

/// Where charts are looked for.
#[derive(Clone, Copy)]
pub(super) struct Search<'a> {
    pub(super) flags: &'a ChartFlags,
    pub(super) globals: &'a Globals,
    pub(super) clock: &'a Clock,
}

impl Located {
    /// Puts what was told in front of a command's own notes.
    pub(super) fn tell(&self, mut output: Output) -> Output {
        output.stderr.insert_str(0, &self.notes);
        output
    }

    /// That the folder is no chart's.
    pub(super) fn check_chart_file(&self) -> Result<(), String> {
        if self.missing.is_some() { Err("Chart.yaml file is missing".to_owned()) } else { Ok(()) }
    }

    fn fetched(archive: &bytes::Bytes, notes: String) -> Result<Self, String> {
        let path = TreePath::parse("chart.tgz").map_err(|error| error.to_string())?;
        let mut tree = MemoryTree::new();
        tree.insert_file(path.clone(), archive.clone());
        Ok(Located { tree: Box::new(tree), path, notes, missing: None })
    }
}

/// The chart at `path` on this machine. The tree is the whole machine's, so that links of the chart are followed
/// wherever they lead, as Helm does.
pub(super) fn on_disk(path: &str) -> Result<Located, String> {
    let absolute = absolute(Path::new(path)).map_err(|error| format!("{path}: {error}"))?;
    if absolute.is_file() {
        check_archive(&absolute)?;
    }
    let text = absolute.to_str().ok_or_else(|| format!("path {path:?} is not UTF-8"))?;
    let path = TreePath::parse(text).map_err(|error| error.to_string())?;
    let missing = Some(absolute.join("Chart.yaml")).filter(|file| absolute.is_dir() && !file.exists());
    Ok(Located { tree: Box::new(Disk::new("/")), path, notes: String::new(), missing })
}

/// That a file is no archive, before its content is looked at: people give values in a chart's place.
fn check_archive(path: &Path) -> Result<(), String> {
    let mut head = Vec::new();
    let shown = path.display();
    let told = |error: &std::io::Error| format!("file '{shown}' cannot be read: {}", go_words(error));
    let file = std::fs::File::open(path).map_err(|error| told(&error))?;
    file.take(SNIFFED_BYTES).read_to_end(&mut head).map_err(|error| told(&error))?;
    if head.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    if matches!(path.extension().and_then(|ending| ending.to_str()), Some("yml" | "yaml")) {
        return Err(format!("file '{shown}' seems to be a YAML file, but expected a gzipped archive"));
    }
    let is_text = head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b));
    let kind = if is_text { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    Err(format!("file '{shown}' does not appear to be a gzipped archive; got '{kind}'"))
}

/// The path from the root, cleaned by its text alone.
pub(super) fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let mut cleaned = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        match component {
            Component::ParentDir => {
                cleaned.pop();
            }
            component => cleaned.push(component),
        }
    }
    Ok(cleaned)
}

impl Search<'_> {
    /// The chart of that name.
    ///
    /// # Errors
    /// In Helm's words where it has some.
    pub(super) fn locate(self, name: &str) -> Result<Located, String> {
        let name = name.trim();
        if self.flags.verify {
            return Err(UNVERIFIED.to_owned());
        }
        if self.flags.repo.is_empty() {
            if Path::new(name).exists() {
                return on_disk(name);
            }
            if name.starts_with(['/', '.']) {
                return Err(format!("path {name:?} not found"));
            }
        }
        self.fetch(name)
    }

    fn fetch(self, name: &str) -> Result<Located, String> {
        let version = self.flags.wanted_version();
        if name.starts_with("oci://") {
            let logins = RegistryConfig::read(&self.globals.registry_configs());
            return self.fetch_wanted(&in_registry(name, version, &self.flags.reach, &logins)?);
        }
        let transport = self.flags.reach.transport();
        let repository = |url: &str| Repository::parse(url, transport).map_err(|problem| problem.to_string());
        if !self.flags.repo.is_empty() {
            let mut wanted = Wanted::new(repository(&self.flags.repo)?, name, version);
            wanted.access = self.flags.access()?;
            return self.fetch_wanted(&wanted);
        }
        if name.starts_with("https://") || name.starts_with("http://") {
            return self.fetch_url(name);
        }
        let Some((first, chart)) = name.split_once('/') else {
            return Err(format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}"));
        };
        let known = repositories::read(&self.globals.repositories_file())?;
        let entry = known.iter().find(|entry| entry.name == first);
        let entry = entry.ok_or_else(|| format!("repo {first} not found"))?;
        let mut wanted = Wanted::new(repository(&entry.url)?, chart, version);
        wanted.access = access_of(entry, &self.flags.reach)?;
        self.fetch_wanted(&wanted)
    }

    fn fetch_wanted(self, wanted: &Wanted) -> Result<Located, String> {
        let fetched = wait_for(&self.globals.chart_folder(), self.clock, async |charts| {
            charts.fetch(wanted).await.map_err(|error| told(&error, wanted))
        })?;
        let mut notes = String::new();
        if fetched.found == Found::Closest && self.globals.helm_version == Profile::V4_2 {
            notes = format!(
                "level=WARN msg=\"unable to find exact version requested; falling back to closest available version\" \
                 chart={} requested={} selected={}\n",
                wanted.chart, wanted.version, fetched.version
            );
        }
        Located::fetched(&fetched.archive, notes)
    }

    fn fetch_url(self, url: &str) -> Result<Located, String> {
        let parsed = url::Url::parse(url).map_err(|_| format!("invalid chart URL format: {url}"))?;
        let access = self.flags.access()?;
        let archive = wait_for(&self.globals.chart_folder(), self.clock, async |charts| {
            charts
                .fetch_url(&parsed, &access)
                .await
                .map_err(|error| format!("failed to fetch {url}: {}", error.problem))
        })?;
        Located::fetched(&archive, String::new())
    }
}

/// What Helm says where a chart is not to be had.
pub(super) fn told(error: &ChartError, wanted: &Wanted) -> String {
    let Wanted { chart, version, repository, .. } = wanted;
    match (&error.problem, repository) {
        (Problem::NoChart { .. } | Problem::NoVersion { .. } | Problem::BadVersion { .. }, Repository::Http(_)) => {
            let version = if version.is_empty() { String::new() } else { format!(" version {version:?}") };
            format!("chart {chart:?}{version} not found in {repository} repository")
        }
        (problem, Repository::Http(_)) => {
            format!("looks like \"{repository}\" is not a valid chart repository or cannot be reached: {problem}")
        }
        (problem, Repository::Registry(_)) => format!("{repository}/{chart}: {problem}"),
    }
}
