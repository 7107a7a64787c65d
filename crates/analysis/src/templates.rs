//! Templates of a run: several in one, those they include with them, arguments from where they are used.

use api::rollouts::{
    AnalysisRunSpec, AnalysisTemplateReference, AnalysisTemplateSpec, Argument, DryRun, MeasurementRetention,
};
use std::collections::BTreeSet;

/// How deep templates may include others: upstream follows a circle until it falls.
const DEPTH_MAX: usize = 32;

/// A template with whose name it is included by.
#[derive(Debug, Clone, Copy)]
pub struct Named<'t> {
    /// Its name.
    pub name: &'t str,
    /// Whether it is one of the whole cluster.
    pub is_of_cluster: bool,
    /// What it says.
    pub spec: &'t AnalysisTemplateSpec,
}

/// What a user of templates adds to them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Additions<'a> {
    /// Values of arguments.
    pub args: &'a [Argument],
    /// Metrics whose results do not count.
    pub dry_run: &'a [DryRun],
    /// How many measurements are kept.
    pub measurement_retention: &'a [MeasurementRetention],
}

/// All templates that `references` come to, each once, those of the namespace first.
///
/// # Errors
/// When one is not there, or they include each other deeper than 32 levels.
pub fn included<'t>(
    references: &[AnalysisTemplateReference],
    find: &dyn Fn(&AnalysisTemplateReference) -> Option<Named<'t>>,
) -> Result<Vec<Named<'t>>, String> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    follow(references, find, &mut seen, &mut found, 0)?;
    found.sort_by_key(|template| template.is_of_cluster);
    Ok(found)
}

fn follow<'t>(
    references: &[AnalysisTemplateReference],
    find: &dyn Fn(&AnalysisTemplateReference) -> Option<Named<'t>>,
    seen: &mut BTreeSet<(bool, String)>,
    found: &mut Vec<Named<'t>>,
    depth: usize,
) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Err(format!("templates include each other deeper than {DEPTH_MAX} levels"));
    }
    for reference in references {
        // Whoever was met before brings nothing new: circles end here.
        if !seen.insert((reference.is_of_cluster(), reference.template_name.clone())) {
            continue;
        }
        let kind = if reference.is_of_cluster() { "ClusterAnalysisTemplate" } else { "AnalysisTemplate" };
        let template = find(reference).ok_or_else(|| format!("{kind} '{}' not found", reference.template_name))?;
        found.push(template);
        follow(&template.spec.templates, find, seen, found, depth + 1)?;
    }
    Ok(())
}

/// The spec of a run of all `templates`.
///
/// # Errors
/// In Rollouts' words: names that are there twice, arguments that contradict each other or have no value.
pub fn run_spec(templates: &[Named<'_>], additions: Additions<'_>) -> Result<AnalysisRunSpec, String> {
    let specs = || templates.iter().map(|template| template.spec);
    let metrics: Vec<_> = specs().flat_map(|spec| spec.metrics.iter().cloned()).collect();
    unique(metrics.iter().map(|metric| metric.name.as_str()), |name| {
        format!("two metrics have the same name '{name}'")
    })?;
    let given: Vec<_> = specs().flat_map(|spec| spec.dry_run.iter().cloned()).collect();
    let dry_run = additions.dry_run.iter().cloned().chain(given).collect::<Vec<_>>();
    unique(dry_run.iter().map(|rule| rule.metric_name.as_str()), |name| {
        format!("two Dry-Run metric rules have the same name '{name}'")
    })?;
    let given: Vec<_> = specs().flat_map(|spec| spec.measurement_retention.iter().cloned()).collect();
    let measurement_retention = additions.measurement_retention.iter().cloned().chain(given).collect::<Vec<_>>();
    unique(measurement_retention.iter().map(|rule| rule.metric_name.as_str()), |name| {
        format!("two Measurement Retention metric rules have the same name '{name}'")
    })?;
    let mut args = flattened(specs().flat_map(|spec| &spec.args))?;
    supply(&mut args, additions.args)?;
    Ok(AnalysisRunSpec { metrics, args, dry_run, measurement_retention, ..AnalysisRunSpec::default() })
}

fn unique<'n>(names: impl Iterator<Item = &'n str>, message: impl Fn(&str) -> String) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(message(name));
        }
    }
    Ok(())
}

/// The arguments of all templates, each once.
fn flattened<'a>(args: impl Iterator<Item = &'a Argument>) -> Result<Vec<Argument>, String> {
    let mut combined: Vec<Argument> = Vec::new();
    for arg in args {
        let Some(known) = combined.iter_mut().find(|known| known.name == arg.name) else {
            combined.push(arg.clone());
            continue;
        };
        match (&known.value, &arg.value) {
            (Some(one), Some(other)) if one != other => {
                return Err(format!(
                    "Argument `{}` specified multiple times with different values: '{one}', '{other}'",
                    arg.name
                ));
            }
            (None, _) => *known = arg.clone(),
            _ => {}
        }
    }
    Ok(combined)
}

/// Gives arguments the values that come with the use of the templates; those that nobody asks for are left out.
fn supply(args: &mut [Argument], given: &[Argument]) -> Result<(), String> {
    for given in given {
        if let Some(arg) = args.iter_mut().find(|arg| arg.name == given.name) {
            if given.value.is_some() {
                arg.value.clone_from(&given.value);
            } else if given.value_from.is_some() {
                arg.value_from.clone_from(&given.value_from);
            }
        }
    }
    let open = args.iter().find(|arg| arg.value.is_none() && arg.value_from.is_none());
    open.map_or(Ok(()), |arg| Err(format!("args.{} was not resolved", arg.name)))
}
