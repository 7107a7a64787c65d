//! `helm show`: what a chart says of itself, as it is written.

use super::{Output, unloadable};
use crate::chart::{Chart, File};
use crate::load::load;
use crate::objects::metadata_json;
use crate::profile::Profile;
use budget::Budget;
use serde_json::Value;
use tree::{Tree, TreePath};

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Everything.
    All,
    /// Chart.yaml as it was read.
    Chart,
    /// values.yaml as it is written.
    Values,
    /// The README.
    Readme,
    /// The files of crds/, those of the charts in it too.
    Crds,
}

/// Shows something of the chart at `path`.
#[must_use]
pub fn show(tree: &dyn Tree, path: &TreePath, shown: Shown, profile: Profile, budget: &mut Budget) -> Output {
    match load(tree, path, profile, budget) {
        Ok(loaded) => Output::of(text(&loaded.chart, shown, profile)).after(&loaded.warnings, profile),
        Err(error) => unloadable(&error),
    }
}

fn text(chart: &Chart, shown: Shown, profile: Profile) -> String {
    let mut out = String::new();
    let is = |part| shown == part || shown == Shown::All;
    let rule = if shown == Shown::All { "---\n" } else { "" };
    if is(Shown::Chart) {
        out.push_str(&format!("{}\n", chart_yaml(chart)));
    }
    // Compat: a file that says nothing is not shown.
    if is(Shown::Values) && chart.values.is_some() {
        out.push_str(rule);
        if let Some(text) = &chart.values_text {
            out.push_str(&format!("{}\n", String::from_utf8_lossy(text)));
        }
    }
    if is(Shown::Readme)
        && let Some(readme) = chart.files.iter().find(|file| is_readme(file))
    {
        out.push_str(&format!("{rule}{}\n", String::from_utf8_lossy(&readme.data)));
    }
    if is(Shown::Crds) {
        crds(chart, shown, profile, &mut out);
    }
    out
}

/// Chart.yaml as it was read, written anew.
#[must_use]
pub fn chart_yaml(chart: &Chart) -> String {
    yaml::emit(&Value::Object(metadata_json(&chart.metadata)))
}

fn is_readme(file: &File) -> bool {
    ["readme.md", "readme.txt", "readme"].iter().any(|name| file.name.eq_ignore_ascii_case(name))
}

/// The definitions, parted as the releases part them: Helm 4 puts a separator before each file that has none, Helm 3 only
/// before the first, and only among everything else.
fn crds(chart: &Chart, shown: Shown, profile: Profile, out: &mut String) {
    let mut files = Vec::new();
    collect_crds(chart, &mut files);
    for (at, file) in files.into_iter().enumerate() {
        let is_parted = profile.is_four() || shown == Shown::All && at == 0;
        if is_parted && !file.data.starts_with(b"---") {
            out.push_str("---\n");
        }
        out.push_str(&format!("{}\n", String::from_utf8_lossy(&file.data)));
    }
}

fn collect_crds<'c>(chart: &'c Chart, files: &mut Vec<&'c File>) {
    files.extend(chart.files.iter().filter(|file| file.is_crd()));
    for child in &chart.dependencies {
        collect_crds(child, files);
    }
}

/// values.yaml as it is written.
#[must_use]
pub fn show_values(tree: &dyn Tree, path: &TreePath, profile: Profile, budget: &mut Budget) -> Output {
    show(tree, path, Shown::Values, profile, budget)
}

/// Chart.yaml as it was read.
#[must_use]
pub fn show_chart(tree: &dyn Tree, path: &TreePath, profile: Profile, budget: &mut Budget) -> Output {
    show(tree, path, Shown::Chart, profile, budget)
}
