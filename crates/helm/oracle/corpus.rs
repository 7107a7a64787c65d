//! Public charts, rendered by both. The charts come from clones of their repositories and are never kept.

use crate::case::{Flags, read_folder, run, shown};
use crate::peer::Peer;
use crate::repositories::{Repositories, join};
use crate::say::say;
use crate::verdict::{Tally, Verdict, judge};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What to compare with what.
pub struct Corpus {
    pub peers: Vec<Peer>,
    pub repositories: Repositories,
    pub only: Option<String>,
    pub keep: Option<PathBuf>,
}

#[derive(Deserialize)]
struct List {
    chart: Vec<Entry>,
    source: Vec<SourceEntry>,
}

#[derive(Deserialize)]
struct SourceEntry {
    repository: String,
    commit: String,
}

/// One chart of corpus.toml.
#[derive(Deserialize)]
struct Entry {
    repository: String,
    path: String,
    commit: String,
    values: Vec<String>,
    #[serde(default)]
    stubbed: Vec<String>,
    #[serde(default)]
    vendored: BTreeMap<String, String>,
    /// Its values.schema.json refers to the network, where only the original looks: neither checks it.
    #[serde(default)]
    schema_elsewhere: bool,
}

/// A cluster that all charts accept, whatever the binary was built with.
const KUBE_VERSION: &str = "1.33.0";

/// How deep charts are vendored into each other.
const VENDOR_DEPTH_MAX: usize = 4;

/// The list, and the commit of each repository that it names.
fn listed() -> Result<(Vec<Entry>, BTreeMap<String, String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/corpus.toml");
    let list: List = toml::from_str(&std::fs::read_to_string(path)?)?;
    let mut commits: BTreeMap<String, String> =
        list.source.into_iter().map(|source| (source.repository, source.commit)).collect();
    commits.extend(list.chart.iter().map(|chart| (chart.repository.clone(), chart.commit.clone())));
    Ok((list.chart, commits))
}

impl Corpus {
    /// Puts one chart of the list, with all it depends on, into the folder `chart` of `folder`.
    #[allow(dead_code, reason = "the comparison itself goes through all charts; the benchmark takes one")]
    pub fn put(&self, path: &str, folder: &Path) -> Result<()> {
        let (charts, commits) = listed()?;
        let chart = charts.iter().find(|chart| chart.path == path).context("no such chart is on the list")?;
        self.assemble(chart, &commits, folder)
    }

    /// Renders everything with every peer and prints a line for each render, and totals.
    pub fn compare(&self) -> Result<()> {
        let (charts, commits) = listed()?;
        let mut tallies: Vec<Tally> = self.peers.iter().map(|_| Tally::default()).collect();
        let mut missing = Vec::new();
        for chart in &charts {
            let name = format!("{} {}", chart.repository, chart.path);
            if self.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
                continue;
            }
            let folder = tempfile::tempdir()?;
            match self.assemble(chart, &commits, folder.path()) {
                Ok(()) => self.chart(chart, &name, folder.path(), &mut tallies).context(name)?,
                Err(error) => missing.push(format!("{name}: {error:#}")),
            }
        }
        self.conclude(&tallies, &missing)
    }

    fn conclude(&self, tallies: &[Tally], missing: &[String]) -> Result<()> {
        for chart in missing {
            say(&format!("not compared: {chart}"))?;
        }
        for (peer, tally) in self.peers.iter().zip(tallies) {
            say(&format!("{}: {tally}", peer.version))?;
        }
        let differing: usize = tallies.iter().map(|tally| tally.differing).sum();
        if differing > 0 {
            bail!("{differing} render(s) differ");
        }
        Ok(())
    }

    /// Puts the chart and all it depends on into the folder `chart` of `folder`.
    fn assemble(&self, chart: &Entry, commits: &BTreeMap<String, String>, folder: &Path) -> Result<()> {
        let target = folder.join("chart");
        self.repositories.unpack(&chart.repository, &chart.path, commits, &target)?;
        let from = (chart.repository.as_str(), chart.path.as_str());
        self.vendor(&target, from, chart, commits, 0)
    }

    fn chart(&self, chart: &Entry, name: &str, folder: &Path, tallies: &mut [Tally]) -> Result<()> {
        let files = read_folder(folder)?;
        for values in std::iter::once(None).chain(chart.values.iter().map(Some)) {
            let flags = Flags {
                kube_version: Some(KUBE_VERSION.to_owned()),
                values: values.iter().map(|file| format!("chart/{file}")).collect(),
                include_crds: true,
                skip_schema_validation: chart.schema_elsewhere,
                ..Flags::default()
            };
            let case = values.map_or_else(|| name.to_owned(), |values| format!("{name} -f {values}"));
            for (peer, tally) in self.peers.iter().zip(&mut *tallies) {
                let theirs = peer.run(folder, &flags)?;
                let ours = run(&files, &flags, peer.profile);
                let shown = (shown(&theirs, &flags), shown(&ours, &flags));
                let verdict = judge(&shown.0, &shown.1, || Ok(self::shown(&peer.run(folder, &flags)?, &flags)))?;
                let note = if theirs.code == 0 { "" } else { " (fails)" };
                say(&format!("{} {verdict}{note}: {case}", peer.profile))?;
                tally.count(verdict, theirs.code == 0);
                if verdict == Verdict::Differs {
                    self.keep_both(&format!("{} {case}", peer.profile), &shown.0, &shown.1)?;
                }
            }
        }
        Ok(())
    }

    fn keep_both(&self, case: &str, theirs: &str, ours: &str) -> Result<()> {
        let Some(keep) = &self.keep else { return Ok(()) };
        std::fs::create_dir_all(keep)?;
        let file = case.replace(['/', ' '], "_");
        std::fs::write(keep.join(format!("{file}.theirs")), theirs)?;
        std::fs::write(keep.join(format!("{file}.ours")), ours)?;
        Ok(())
    }

    /// Brings what a chart, which lies at `from` in its repository, declares and does not hold.
    fn vendor(
        &self,
        chart: &Path,
        from: (&str, &str),
        entry: &Entry,
        commits: &BTreeMap<String, String>,
        depth: usize,
    ) -> Result<()> {
        if depth > VENDOR_DEPTH_MAX {
            return Ok(());
        }
        for (name, version, repository) in declared(chart)? {
            let target = chart.join("charts").join(&name);
            if target.is_dir() || has_archive(chart, &name) {
                continue;
            }
            let below;
            let from = if let Some(relative) = repository.strip_prefix("file://") {
                below = join(from.1, relative);
                (from.0, below.as_str())
            } else if let Some(place) = entry.vendored.get(&name).and_then(|place| place.split_once(':')) {
                place
            } else {
                if entry.stubbed.contains(&name) {
                    stub(&target, &name, &version)?;
                }
                continue;
            };
            self.repositories.unpack(from.0, from.1, commits, &target)?;
            self.vendor(&target, from, entry, commits, depth + 1)?;
        }
        Ok(())
    }
}

/// Name, version and repository of each declared dependency.
fn declared(chart: &Path) -> Result<Vec<(String, String, String)>> {
    let mut found = Vec::new();
    for file in ["Chart.yaml", "requirements.yaml"] {
        let Ok(text) = std::fs::read(chart.join(file)) else { continue };
        let value = yaml::parse_one(&text, yaml::Dialect::V2, &mut budget::Budget::default())?;
        for one in value["dependencies"].as_array().into_iter().flatten() {
            let field = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            found.push((field("name"), field("version"), field("repository")));
        }
    }
    Ok(found)
}

fn has_archive(chart: &Path, name: &str) -> bool {
    let entries = std::fs::read_dir(chart.join("charts")).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.any(|file| file.strip_prefix(name).is_some_and(|rest| rest.starts_with('-') && rest.ends_with(".tgz")))
}

/// An empty chart of a version that the constraint most likely takes.
fn stub(target: &Path, name: &str, constraint: &str) -> Result<()> {
    std::fs::create_dir_all(target)?;
    let digits: String = constraint
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let version = if digits.is_empty() { "1.0.0" } else { digits.trim_end_matches('.') };
    std::fs::write(target.join("Chart.yaml"), format!("apiVersion: v2\nname: {name}\nversion: {version}\n"))?;
    Ok(())
}
