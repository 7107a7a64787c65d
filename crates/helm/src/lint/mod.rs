//! `helm lint`: what is wrong with a chart, or against custom. Start reading at [`lint_chart`].

mod addresses;
mod chart_file;
mod deprecated;
mod message;
mod names;
mod object;
mod settings;
mod templates;

pub use message::{Message, Severity};
pub use settings::Lint;

use crate::chart::Chart;
use crate::coalesce::{Coalesce, Nulls};
use crate::load::{FILE_BYTES_MAX, LoadError, load};
use crate::profile::Profile;
use crate::schema;
use crate::values::{UserValues, freeze_map, read_table};
use crate::warning::Warning;
use budget::Budget;
use gotemplate::{Map, Written};
use message::Messages;
use std::collections::BTreeSet;
use tree::{EntryKind, Tree, TreePath};

/// What was found.
#[derive(Debug, Default)]
pub struct Linted {
    /// In the order of the rules.
    pub messages: Vec<Message>,
    /// What Helm would tell on standard error.
    pub warnings: Vec<Warning>,
}

/// Lints the chart in the folder `path`, or the archive; `shown` is the path in messages. `None` when there is no
/// Chart.yaml.
#[must_use]
pub fn lint_chart(
    tree: &dyn Tree,
    (path, shown): (&TreePath, &str),
    values: &UserValues,
    how: &Lint,
    budget: &mut Budget,
) -> Option<Linted> {
    let mut messages = Messages::default();
    let mut warnings = Vec::new();
    let is_file = |path: &TreePath| matches!(tree.entry(path), Ok(Some(entry)) if entry.kind != EntryKind::Directory);
    let chart_file = tree::resolve(tree, &path.child("Chart.yaml")).ok()?;
    tree.entry(&chart_file).ok()??;
    if is_file(&chart_file) {
        let content = tree.read(&chart_file, FILE_BYTES_MAX).unwrap_or_default();
        chart_file::check(&content, how.profile, budget, &mut messages);
    } else {
        messages.rule(Severity::Error, "Chart.yaml", Some("should be a file, not a directory".to_owned()));
    }
    check_values(tree, path, values, how, budget, &mut messages);
    let loaded = load(tree, path, how.profile, budget);
    if let Ok(loaded) = &loaded {
        warnings.extend(loaded.warnings.iter().cloned());
    }
    let chart = loaded.as_ref().map(|loaded| &loaded.chart);
    let folder = tree.entry(&path.child("templates")).ok().flatten().map(|entry| entry.kind);
    templates::check((folder, chart), values, how, budget, (&mut messages, &mut warnings));
    check_dependencies(chart, shown, &mut messages);
    if how.profile.is_four() && matches!(tree.entry(&path.child("crds")), Ok(Some(_))) {
        check_crds(chart, how.profile, budget, &mut messages);
    }
    Some(Linted { messages: messages.0, warnings })
}

fn check_values(
    tree: &dyn Tree,
    path: &TreePath,
    values: &UserValues,
    how: &Lint,
    budget: &mut Budget,
    messages: &mut Messages,
) {
    const FILE: &str = "values.yaml";
    let read = |name: &str| tree.read(&tree::resolve(tree, &path.child(name)).ok()?, FILE_BYTES_MAX).ok();
    let Some(content) = read(FILE) else {
        messages.rule(Severity::Info, FILE, Some("file does not exist".to_owned()));
        return;
    };
    // Compat: only its first document, whatever a release does when it loads the chart.
    let defaults = match read_table(&content, budget) {
        Ok(defaults) => defaults,
        Err(cause) => {
            messages.rule(Severity::Error, FILE, Some(format!("unable to parse YAML: {cause}")));
            return;
        }
    };
    // Compat: before Helm 4 the flag does not spare the file itself.
    let is_skipped = how.profile.is_four() && how.skip_schema_validation;
    let Some(schema) = read("values.schema.json").filter(|text| !text.is_empty() && !is_skipped) else { return };
    let given = Map::frozen(values.freeze());
    let defaults = defaults.map_or_else(crate::instance::empty_map, |table| Map::frozen(freeze_map(&table)));
    let (mut written, mut warnings) = (Written::default(), Vec::new());
    let mut coalesce = Coalesce { profile: how.profile, budget, written: &mut written, warnings: &mut warnings };
    let merged = coalesce.tables(&given, &defaults, "", Nulls::Delete);
    let problem = merged.and_then(|()| schema::check_alone(&schema, &given, how.profile, budget));
    messages.rule(Severity::Error, FILE, problem.unwrap_or_else(|exceeded| Some(exceeded.to_string())));
}

fn check_dependencies(chart: Result<&Chart, &LoadError>, shown: &str, messages: &mut Messages) {
    let chart = match chart {
        Ok(chart) => chart,
        Err(error) => {
            messages.rule(Severity::Error, "", Some(format!("unable to load chart\n\t{error}")));
            return;
        }
    };
    let declared: Vec<&str> = chart.metadata.declared().map(|one| one.name.as_str()).collect();
    let there: Vec<&str> = chart.dependencies.iter().map(Chart::name).collect();
    let lacking = |wanted: &[&str], there: &[&str]| {
        let lacking: Vec<&str> = wanted.iter().copied().filter(|name| !there.contains(name)).collect();
        (!lacking.is_empty()).then(|| lacking.join(","))
    };
    let undeclared = lacking(&there, &declared);
    messages.rule(
        Severity::Error,
        shown,
        undeclared.map(|names| format!("chart metadata is missing these dependencies: {names}")),
    );
    let mut seen = BTreeSet::new();
    let names = chart.metadata.declared().map(|one| if one.alias.is_empty() { &one.name } else { &one.alias });
    let twice: Vec<&str> = names.filter(|name| !seen.insert(*name)).map(String::as_str).collect();
    let told = (!twice.is_empty()).then(|| format!("multiple dependencies with name or alias: {}", twice.join(",")));
    messages.rule(Severity::Error, shown, told);
    let missing = lacking(&declared, &there);
    messages.rule(
        Severity::Warning,
        shown,
        missing.map(|names| format!("chart directory is missing these dependencies: {names}")),
    );
}

fn check_crds(chart: Result<&Chart, &LoadError>, profile: Profile, budget: &mut Budget, messages: &mut Messages) {
    let chart = match chart {
        Ok(chart) => chart,
        Err(error) => {
            messages.rule(Severity::Error, "crds/", Some(error.to_string()));
            return;
        }
    };
    for file in chart.files.iter().filter(|file| file.is_crd()) {
        let (objects, problem) = object::read_all(&String::from_utf8_lossy(&file.data), profile, budget);
        for object in objects {
            let is_foreign = !object.api_version.starts_with("apiextensions.k8s.io");
            let told = is_foreign.then(|| "apiVersion is not in 'apiextensions.k8s.io'".to_owned());
            messages.rule(Severity::Error, &file.name, told);
            let is_other = object.kind != "CustomResourceDefinition";
            let told = is_other.then(|| "object kind is not 'CustomResourceDefinition'".to_owned());
            messages.rule(Severity::Error, &file.name, told);
        }
        if !messages.rule(Severity::Error, &file.name, problem) {
            return;
        }
    }
}
