//! `helm dependency list`.

use super::{Output, unloadable};
use crate::chart::{Chart, Dependency, extension};
use crate::dependencies::{Compatibility, compatibility};
use crate::load::{load, wildcard};
use crate::profile::Profile;
use budget::Budget;
use tree::{EntryKind, Tree, TreePath};

/// The widest column of the table, as Helm's default.
pub const COLUMN_WIDTH: usize = 80;

/// How the table is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// The chart's path in messages.
    pub shown: &'a str,
    /// The widest column, in characters; what is longer is cut.
    pub column_width: usize,
}

/// The declared dependencies of the chart at `path` and what lies in charts/ for each.
#[must_use]
pub fn list_dependencies(
    tree: &dyn Tree,
    path: &TreePath,
    listed: &Listed<'_>,
    profile: Profile,
    budget: &mut Budget,
) -> Output {
    let loaded = match load(tree, path, profile, budget) {
        Ok(loaded) => loaded,
        Err(error) => return unloadable(&error),
    };
    let chart = &loaded.chart;
    let shown = listed.shown.trim_end_matches('/');
    if chart.metadata.dependencies.is_none() {
        let told = format!("WARNING: no dependencies at {}\n", join(shown, "charts"));
        return Output::of(told).after(&loaded.warnings, profile);
    }
    let mut listing = Listing { tree, path, profile, budget };
    let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned)];
    for one in chart.metadata.declared() {
        let status = listing.status(one, chart);
        rows.push([one.name.clone(), one.version.clone(), one.repository.clone(), status.to_owned()]);
    }
    let mut out = table(&rows, listed.column_width);
    out.push('\n');
    out.push_str(&listing.undeclared(chart, shown));
    Output::of(out).after(&loaded.warnings, profile)
}

struct Listing<'a> {
    tree: &'a dyn Tree,
    path: &'a TreePath,
    profile: Profile,
    budget: &'a mut Budget,
}

impl Listing<'_> {
    fn in_charts(&self) -> Vec<(String, EntryKind)> {
        let listed = self.tree.list(&self.path.child("charts")).unwrap_or_default();
        listed.into_iter().map(|(name, entry)| (name, entry.kind)).collect()
    }

    fn status(&mut self, declared: &Dependency, parent: &Chart) -> &'static str {
        let prefix = format!("{}-", declared.name);
        let pattern = format!("{prefix}*.tgz");
        let names = self.in_charts().into_iter().map(|(name, _)| name);
        let archives: Vec<String> = names.filter(|name| wildcard(&pattern, name).unwrap_or(false)).collect();
        let is_versioned = |name: &&String| {
            let version = name.strip_suffix(".tgz").and_then(|name| name.strip_prefix(&prefix)).unwrap_or_default();
            goversion::Version::parse_strict(version, self.profile.versions()).is_ok()
        };
        let found = match archives.as_slice() {
            [only] => Some(only.clone()),
            several => match several.iter().filter(is_versioned).collect::<Vec<_>>().as_slice() {
                [only] => Some((*only).clone()),
                [] => None,
                _ => return "too many matches",
            },
        };
        if let Some(archive) = found {
            return self.archive_status(&archive, declared);
        }
        match parent.dependencies.iter().rev().find(|child| child.name() == declared.name) {
            None => "missing",
            Some(child) => version_status(declared, &child.metadata.version, self.profile).unwrap_or("unpacked"),
        }
    }

    fn archive_status(&mut self, archive: &str, declared: &Dependency) -> &'static str {
        let path = self.path.child("charts").child(archive);
        match load(self.tree, &path, self.profile, self.budget) {
            Err(_) => "corrupt",
            Ok(loaded) if loaded.chart.name() != declared.name => "misnamed",
            Ok(loaded) => version_status(declared, &loaded.chart.metadata.version, self.profile).unwrap_or("ok"),
        }
    }

    /// What lies in charts/ and is not declared.
    fn undeclared(&mut self, parent: &Chart, shown: &str) -> String {
        let mut out = String::new();
        for (name, kind) in self.in_charts() {
            if name.starts_with('.') || kind != EntryKind::Directory && extension(&name) != Some(".tgz") {
                continue;
            }
            let place = join(&join(shown, "charts"), &name);
            match load(self.tree, &self.path.child("charts").child(&name), self.profile, self.budget) {
                Err(_) => out.push_str(&format!("WARNING: {place:?} is not a chart.\n")),
                Ok(loaded) => {
                    if !parent.metadata.declared().any(|one| one.name == loaded.chart.name()) {
                        out.push_str(&format!("WARNING: {place:?} is not in Chart.yaml.\n"));
                    }
                }
            }
        }
        out
    }
}

fn version_status(declared: &Dependency, version: &str, profile: Profile) -> Option<&'static str> {
    if declared.version == version {
        return None;
    }
    match compatibility(&declared.version, version, profile) {
        Compatibility::Fits => None,
        Compatibility::DoesNotFit => Some("wrong version"),
        Compatibility::Unreadable => Some("invalid version"),
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() || folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Columns parted by tabs, filled up with spaces, cut at their greatest width.
fn table(rows: &[[String; 4]], column_width: usize) -> String {
    let cut = |cell: &String| {
        if cell.chars().count() > column_width {
            let kept: String = cell.chars().take(column_width.saturating_sub(3)).collect();
            format!("{kept}...")
        } else {
            cell.clone()
        }
    };
    let rows: Vec<[String; 4]> = rows.iter().map(|row| row.each_ref().map(cut)).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..4).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out.push_str(&cells.join("\t"));
        out.push('\n');
    }
    out
}
