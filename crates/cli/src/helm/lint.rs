//! `helm lint`.

use super::accepted::as_go_takes_it;
use super::chance;
use super::globals::Globals;
use super::locate::{absolute, on_disk};
use super::values::ValueFlags;
use clap::Args;
use clock::Clock;
use helm::{KubeVersion, Lint, LintPath, LintShown, Output, UserValues};
use std::path::Path;
use tree::{MemoryTree, Tree, TreePath};

/// The flags of `helm lint`.
#[derive(Debug, Args)]
#[command(disable_version_flag = true, args_override_self = true, mut_args(as_go_takes_it))]
pub(crate) struct LintArguments {
    /// The charts: folders or archives
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    values: ValueFlags,
    /// Fail on warnings too
    #[arg(long)]
    strict: bool,
    /// Print only warnings and errors
    #[arg(long)]
    quiet: bool,
    /// Lint the charts in charts/ too
    #[arg(long)]
    with_subcharts: bool,
    /// Version of Kubernetes that templates see, and that deprecated objects are judged by
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    kube_version: String,
    /// Do not validate values against values.schema.json
    #[arg(long)]
    skip_schema_validation: bool,
    #[command(flatten)]
    globals: Globals,
}

/// How many folders are looked through for charts.
const FOLDERS_MAX: usize = 100_000;

/// A chart to lint, with what it lies in.
struct Place {
    tree: Box<dyn Tree>,
    path: TreePath,
    named: String,
    absolute: String,
}

impl LintArguments {
    pub(super) fn run(&self, clock: &Clock) -> Result<Output, String> {
        if self.paths.is_empty() {
            return Err("\"helm lint\" requires at least 1 argument\n\nUsage:  helm lint PATH [flags]".to_owned());
        }
        let profile = self.globals.helm_version;
        let parsed = |text: &str| {
            KubeVersion::parse(text, profile).map_err(|error| format!("invalid kube version '{text}': {error}"))
        };
        let kube_version = (!self.kube_version.is_empty()).then(|| parsed(&self.kube_version)).transpose()?;
        let mut budget = Globals::budget();
        let values = UserValues::merge(&self.values.sources(&self.globals, clock)?, profile, &mut budget);
        let values = values.map_err(|error| error.to_string())?;
        let mut paths = self.paths.clone();
        if self.with_subcharts {
            for path in &self.paths {
                charts_below(&Path::new(path).join("charts"), &mut paths);
            }
        }
        let places: Vec<Place> = paths.iter().map(|path| place(path)).collect::<Result<_, _>>()?;
        let charts: Vec<LintPath<'_>> = places.iter().map(Place::as_path).collect();
        let how = Lint {
            profile,
            namespace: self.globals.namespace.clone().filter(|name| !name.is_empty()).unwrap_or("default".to_owned()),
            kube_version,
            skip_schema_validation: self.skip_schema_validation,
            chance: chance::random(clock)?,
        };
        let shown = LintShown { strict: self.strict, quiet: self.quiet };
        Ok(helm::lint(&charts, &values, &how, shown, &mut budget))
    }
}

impl Place {
    fn as_path(&self) -> LintPath<'_> {
        LintPath {
            tree: &*self.tree,
            path: self.path.clone(),
            named: self.named.clone(),
            absolute: self.absolute.clone(),
        }
    }
}

/// Where the chart lies; an archive is unpacked in memory.
fn place(named: &str) -> Result<Place, String> {
    let absolute = absolute(Path::new(named)).map_err(|error| format!("{named}: {error}"))?;
    let shown = absolute.display().to_string();
    if named.ends_with(".tgz") || named.ends_with(".tar.gz") {
        let read = std::fs::read(&absolute).map_err(|error| error.to_string());
        let unpacked =
            read.and_then(|archive| helm::unpack(&archive, &mut Globals::budget()).map_err(|error| error.to_string()));
        // What cannot be unpacked is no chart, which the lint tells.
        let tree = unpacked.unwrap_or_else(|_| MemoryTree::new());
        return Ok(Place { tree: Box::new(tree), path: TreePath::root(), named: named.to_owned(), absolute: shown });
    }
    let located = on_disk(named)?;
    Ok(Place { tree: located.tree, path: located.path, named: named.to_owned(), absolute: shown })
}

/// Adds the charts in `folder`, as Go walks it: by name, folders before what stands behind them.
fn charts_below(folder: &Path, paths: &mut Vec<String>) {
    let mut pending = vec![folder.to_owned()];
    let mut seen = 0;
    while let Some(next) = pending.pop() {
        seen += 1;
        if seen > FOLDERS_MAX {
            return;
        }
        let name = next.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if name == "Chart.yaml" {
            paths.extend(next.parent().map(|folder| folder.display().to_string()));
        } else if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
            paths.push(next.display().to_string());
        }
        if next.is_symlink() || !next.is_dir() {
            continue;
        }
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        let mut below: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        below.sort_by(|a, b| b.cmp(a));
        pending.extend(below);
    }
}
