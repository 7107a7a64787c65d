//! Public charts, rendered by both. Charts come from clones and are never kept.

use crate::case::{Flags, read_folder, run, shown};
use crate::peer;
use anyhow::{Context, Result, bail};
use helm::Profile;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What to compare with what.
pub struct Corpus {
    pub helm: PathBuf,
    pub profile: Profile,
    pub repositories: PathBuf,
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
    /// Why its renders differ from each other with Helm alone, when they do.
    #[serde(default)]
    random: Option<String>,
}

/// A cluster that all charts accept, whatever the binary was built with.
const KUBE_VERSION: &str = "1.33.0";

/// How deep charts are vendored into each other.
const VENDOR_DEPTH_MAX: usize = 4;

#[derive(Default)]
struct Tally {
    cases: usize,
    equal: usize,
    equally_failing: usize,
    differing: Vec<String>,
}

impl Corpus {
    /// Renders everything and prints one line for each difference.
    pub fn compare(&self) -> Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/corpus.toml");
        let list: List = toml::from_str(&std::fs::read_to_string(path)?)?;
        let mut commits: BTreeMap<String, String> =
            list.source.into_iter().map(|source| (source.repository, source.commit)).collect();
        commits.extend(list.chart.iter().map(|chart| (chart.repository.clone(), chart.commit.clone())));
        let mut tally = Tally::default();
        for chart in &list.chart {
            let name = format!("{} {}", chart.repository, chart.path);
            if self.only.as_ref().is_none_or(|only| name.contains(only.as_str())) {
                self.chart(chart, &name, &commits, &mut tally).with_context(|| name.clone())?;
            }
        }
        let Tally { cases, equal, equally_failing, differing } = tally;
        say(&format!("helm {}: {equal} of {cases} renders equal ({equally_failing} of them failures)", self.profile))?;
        if !differing.is_empty() {
            bail!("{} render(s) differ:\n{}", differing.len(), differing.join("\n"));
        }
        Ok(())
    }

    fn chart(&self, chart: &Entry, name: &str, commits: &BTreeMap<String, String>, tally: &mut Tally) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let target = folder.path().join("chart");
        self.unpack(&chart.repository, &chart.path, commits, &target)?;
        let from = (chart.repository.as_str(), chart.path.as_str());
        self.vendor(&target, from, chart, commits, 0)?;
        let files = read_folder(folder.path())?;
        for values in std::iter::once(None).chain(chart.values.iter().map(Some)) {
            let flags = Flags {
                kube_version: Some(KUBE_VERSION.to_owned()),
                values: values.iter().map(|file| format!("chart/{file}")).collect(),
                include_crds: true,
                ..Flags::default()
            };
            let case = values.map_or_else(|| name.to_owned(), |values| format!("{name} -f {values}"));
            let theirs = peer::run(&self.helm, folder.path(), &flags)?;
            let ours = run(&files, &flags, self.profile);
            tally.cases += 1;
            let (theirs_shown, ours_shown) = (shown(&theirs, &flags), shown(&ours, &flags));
            if theirs_shown == ours_shown {
                tally.equal += 1;
                tally.equally_failing += usize::from(theirs.code != 0);
                continue;
            }
            let reason = chart.random.as_deref().unwrap_or_else(|| kind(&theirs, &ours));
            say(&format!("differs ({reason}): {case}"))?;
            tally.differing.push(case.clone());
            self.keep_both(&case, &theirs_shown, &ours_shown)?;
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

    /// Puts a folder of a repository, as it is in a commit, at `target`.
    fn unpack(&self, repository: &str, path: &str, commits: &BTreeMap<String, String>, target: &Path) -> Result<()> {
        let commit = commits.get(repository).with_context(|| format!("no commit is named for {repository}"))?;
        let clone = self.repositories.join(repository.replacen('/', "+", 1)).join("repo");
        let tree = if path == "." { commit.clone() } else { format!("{commit}:{path}") };
        std::fs::create_dir_all(target)?;
        let mut archive = Command::new("git");
        archive.arg("--git-dir").arg(&clone).args(["archive", "--format=tar", &tree]).stdout(Stdio::piped());
        let mut archive = archive.spawn()?;
        let stream = archive.stdout.take().context("git gives no archive")?;
        let unpacked = Command::new("tar").arg("x").arg("-C").arg(target).stdin(stream).status()?;
        if !archive.wait()?.success() || !unpacked.success() {
            bail!("cannot unpack {path} of {}", clone.display());
        }
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
            self.unpack(from.0, from.1, commits, &target)?;
            self.vendor(&target, from, entry, commits, depth + 1)?;
        }
        Ok(())
    }
}

/// What kind of difference it is.
fn kind(theirs: &helm::Output, ours: &helm::Output) -> &'static str {
    if theirs.code != ours.code {
        "exit code"
    } else if theirs.stdout != ours.stdout {
        "output"
    } else {
        "messages"
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

/// A relative path from a folder of the repository.
fn join(base: &str, relative: &str) -> String {
    let mut segments: Vec<&str> = base.split('/').filter(|segment| !matches!(*segment, "" | ".")).collect();
    for segment in relative.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    segments.join("/")
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
