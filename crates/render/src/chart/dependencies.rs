//! Charts that a chart declares and does not bring along: `helm dependency build`, in memory.

use super::lock;
use crate::ChartProblem;
use crate::elsewhere::ChartPlace;
use crate::work::Work;
use helm::{Chart, Dependency, Profile};
use tree::TreePath;

/// How many charts are brought to one: far beyond any that is known.
const DEPENDENCIES_MAX: usize = 200;

/// Adds the declared charts that are missing: those of `file://` from the same repository, others through the port.
pub(super) fn complete(
    work: &mut Work<'_>,
    chart: &mut Chart,
    profile: Profile,
    pass_credentials: bool,
) -> Result<(), ChartProblem> {
    let missing = helm::missing_dependencies(chart);
    let declared: Vec<Dependency> = chart.metadata.declared().cloned().collect();
    let lock = if missing.is_empty() || !work.around.elsewhere.is_open() { None } else { lock::read(work, chart)? };
    let declared = match lock {
        Some(lock) => lock.pinned(&declared)?,
        None => declared,
    };
    let declared: Vec<Dependency> = declared.into_iter().filter(|one| missing.contains(&one.name)).collect();
    for dependency in declared.iter().take(DEPENDENCIES_MAX) {
        if chart.dependencies.iter().any(|child| child.name() == dependency.name) {
            continue;
        }
        let found = match dependency.repository.strip_prefix("file://") {
            Some(place) => Some(local(work, place, profile)?),
            None if work.around.elsewhere.is_open() => Some(fetched(work, dependency, profile, pass_credentials)?),
            // Helm's own words say what is missing.
            None => None,
        };
        chart.dependencies.extend(found);
    }
    Ok(())
}

fn local(work: &mut Work<'_>, place: &str, profile: Profile) -> Result<Chart, ChartProblem> {
    let outside = |error| ChartProblem::Outside { file: format!("file://{place}"), error };
    let path = TreePath::resolve(&work.path, place).map_err(outside)?;
    Ok(helm::load(work.tree, &path, profile, work.budget)?.chart)
}

fn fetched(
    work: &mut Work<'_>,
    dependency: &Dependency,
    profile: Profile,
    pass_credentials: bool,
) -> Result<Chart, ChartProblem> {
    let place = ChartPlace {
        repository: dependency.repository.clone(),
        name: dependency.name.clone(),
        version: dependency.version.clone(),
        pass_credentials,
    };
    let archive = work.around.elsewhere.chart(&place);
    let archive = archive.map_err(|cause| ChartProblem::Dependency { name: dependency.name.clone(), cause })?;
    Ok(helm::load_archive(&archive, profile, work.budget)?.chart)
}
