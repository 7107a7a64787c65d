//! Which dependencies are used: all, less those whose tags or condition say no.

use super::path;
use crate::chart::Dependency;
use crate::coalesce::{Coalesce, CoalesceError, Nulls};
use crate::instance::Instance;
use crate::profile::Profile;
use crate::warning::Warning;
use gotemplate::{Map, Value};
use goversion::{Constraints, Version};

/// Decides for `chart`, whose values stand at `prefix` in those of the root, and for the charts it uses.
///
/// Compat: a chart that declares nothing uses everything in charts/, and nothing is decided further down.
pub(super) fn decide(
    chart: &mut Instance<'_>,
    given: &Map,
    prefix: &str,
    coalesce: &mut Coalesce<'_>,
) -> Result<(), CoalesceError> {
    if chart.metadata.dependencies.is_none() {
        return Ok(());
    }
    chart.dependencies = under_their_names(chart, coalesce.profile);
    for declared in chart.metadata.dependencies.iter_mut().flatten().flatten() {
        if !declared.alias.is_empty() {
            declared.name = declared.alias.clone();
        }
        declared.enabled = true;
    }
    let values = coalesce.values(chart, given, Nulls::Delete)?;
    let declared = chart.metadata.dependencies.get_or_insert_default();
    for one in declared.iter_mut().flatten() {
        by_tags(one, &values, coalesce);
        by_condition(one, &values, prefix, coalesce);
    }
    let off: Vec<String> = declared.iter().flatten().filter(|one| !one.enabled).map(|one| one.name.clone()).collect();
    declared.retain(|one| one.as_ref().is_none_or(|one| !off.contains(&one.name)));
    if declared.is_empty() {
        chart.metadata.dependencies = None;
    }
    chart.dependencies.retain(|child| !off.iter().any(|name| name == child.name()));
    for child in &mut chart.dependencies {
        let prefix = format!("{prefix}{}.", child.name());
        decide(child, &values, &prefix, coalesce)?;
    }
    Ok(())
}

/// The charts in charts/: those nobody declares first, then one for each declaration that finds its chart.
fn under_their_names<'c>(chart: &Instance<'c>, profile: Profile) -> Vec<Instance<'c>> {
    let declared: Vec<&Dependency> = chart.metadata.declared().collect();
    let is_declared = |child: &&Instance<'c>| declared.iter().any(|one| fits(one, child, profile));
    let mut used: Vec<Instance<'c>> = chart.dependencies.iter().filter(|child| !is_declared(child)).cloned().collect();
    for one in declared {
        let Some(found) = chart.dependencies.iter().find(|child| fits(one, child, profile)) else { continue };
        let mut child = found.clone();
        if !one.alias.is_empty() {
            child.metadata.name = one.alias.clone();
            if profile.is_four() || child.metadata.dependencies.is_some() {
                child.name_in_paths = one.alias.clone();
            }
        }
        used.push(child);
    }
    used
}

fn fits(declared: &Dependency, child: &Instance<'_>, profile: Profile) -> bool {
    declared.name == child.name() && is_compatible(&declared.version, &child.metadata.version, profile)
}

/// Whether `version` satisfies `constraint`; not, when either cannot be read.
pub(crate) fn is_compatible(constraint: &str, version: &str, profile: Profile) -> bool {
    compatibility(constraint, version, profile) == Compatibility::Fits
}

/// How a version stands to a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compatibility {
    Fits,
    DoesNotFit,
    /// One of the two cannot be read.
    Unreadable,
}

pub(crate) fn compatibility(constraint: &str, version: &str, profile: Profile) -> Compatibility {
    let version = Version::parse(version, profile.versions());
    let constraint = Constraints::parse(constraint, profile.versions());
    match (version, constraint) {
        (Ok(version), Ok(constraint)) if constraint.check(&version) => Compatibility::Fits,
        (Ok(_), Ok(_)) => Compatibility::DoesNotFit,
        _ => Compatibility::Unreadable,
    }
}

fn by_tags(declared: &mut Dependency, values: &Map, coalesce: &mut Coalesce<'_>) {
    let Ok(tags) = path::table(values, "tags") else { return };
    let (mut on, mut off) = (false, false);
    for tag in &declared.tags {
        match tags.get(tag) {
            Some(Value::Bool(true)) => on = true,
            Some(Value::Bool(false)) => off = true,
            Some(_) => {
                let (tag, chart) = (tag.clone(), declared.name.clone());
                coalesce.warnings.push(Warning::TagNotBool { tag, chart });
            }
            None => {}
        }
    }
    declared.enabled = on || !off;
}

/// The first path of the condition that leads to a boolean says it.
fn by_condition(declared: &mut Dependency, values: &Map, prefix: &str, coalesce: &mut Coalesce<'_>) {
    for condition in declared.condition.trim().split(',').filter(|path| !path.is_empty()) {
        match path::scalar(values, &format!("{prefix}{condition}")) {
            Some(Value::Bool(flag)) => {
                declared.enabled = flag;
                return;
            }
            Some(_) => coalesce
                .warnings
                .push(Warning::ConditionNotBool { path: condition.to_owned(), chart: declared.name.clone() }),
            None => {}
        }
    }
}
