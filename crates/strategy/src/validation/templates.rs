//! The templates of what is measured: they are there, fit together, get their arguments, and come to an end.

use super::reference::{Analysis, References, TemplateKey, analyses};
use super::services::invalid;
use crate::arguments;
use api::IntOrString;
use api::rollouts::names::PLUGIN_COMPARISON;
use api::rollouts::{AnalysisTemplateReference, AnalysisTemplateSpec, Argument, Metric, Rollout};
use kinds::FieldError;
use kinds::field::quoted;
use object::Fetched;
use std::collections::BTreeSet;

/// How deep templates may include others; upstream follows a circle until it falls.
const DEPTH_MAX: usize = 32;
/// What stands for an argument that only the run will have.
const PLACEHOLDER: &str = "dummy-value";

/// Templates that are not there, with those that others include.
pub fn missing(rollout: &Rollout, found: &References<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for analysis in analyses(rollout) {
        let mut walk = Walk { found, seen: BTreeSet::new(), templates: Vec::new(), missing: Vec::new() };
        walk.follow(&analysis.field, analysis.templates, 0);
        errors.extend(walk.missing.into_iter().map(|(field, key)| {
            let kind = match key {
                TemplateKey::Namespaced(_) => "AnalysisTemplate",
                TemplateKey::Cluster(_) => "ClusterAnalysisTemplate",
            };
            invalid(&field, quoted(key.name()), format!("{kind} '{}' not found", key.name()))
        }));
    }
    errors
}

/// Templates that are there but will not do.
pub fn unfit(rollout: &Rollout, found: &References<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for analysis in analyses(rollout) {
        let mut walk = Walk { found, seen: BTreeSet::new(), templates: Vec::new(), missing: Vec::new() };
        walk.follow(&analysis.field, analysis.templates, 0);
        // What nobody looked for cannot be judged.
        if walk.missing.is_empty() && walk.seen.len() == walk.templates.len() {
            errors.extend(unfit_for(rollout, &analysis, walk.templates));
        }
    }
    errors
}

/// Follows templates into those that they include.
struct Walk<'a> {
    found: &'a References<'a>,
    seen: BTreeSet<TemplateKey>,
    templates: Vec<(TemplateKey, &'a AnalysisTemplateSpec)>,
    missing: Vec<(String, TemplateKey)>,
}

impl Walk<'_> {
    fn follow(&mut self, field: &str, references: &[AnalysisTemplateReference], depth: usize) {
        for reference in references {
            let key = TemplateKey::of(reference);
            if depth > DEPTH_MAX || !self.seen.insert(key.clone()) {
                continue;
            }
            match self.found.templates.get(&key) {
                Some(Fetched::Known(template)) => {
                    self.templates.push((key, template));
                    self.follow("spec.templates", &template.templates, depth + 1);
                }
                Some(Fetched::Absent) => self.missing.push((field.to_owned(), key)),
                Some(Fetched::Unknown(_)) | None => {}
            }
        }
    }
}

fn unfit_for(
    rollout: &Rollout,
    analysis: &Analysis<'_>,
    mut templates: Vec<(TemplateKey, &AnalysisTemplateSpec)>,
) -> Vec<FieldError> {
    // Those of the namespace come first; among each other they stay as they are listed.
    templates.sort_by_key(|(key, _)| matches!(key, TemplateKey::Cluster(_)));
    let names: Vec<&str> = templates.iter().map(|(key, _)| key.name()).collect();
    if let Err(detail) = combine(rollout, analysis, &templates) {
        return vec![invalid(&analysis.field, quoted(&format!("templateNames: [{}]", names.join(" "))), detail)];
    }
    let mut errors = Vec::new();
    for (key, template) in &templates {
        let details =
            if analysis.is_background { unsupplied(rollout, template) } else { endless(key.name(), template) };
        errors.extend(details.into_iter().map(|detail| invalid(&analysis.field, quoted(key.name()), detail)));
    }
    errors
}

/// Whether all templates together make one run.
fn combine(
    rollout: &Rollout,
    analysis: &Analysis<'_>,
    templates: &[(TemplateKey, &AnalysisTemplateSpec)],
) -> Result<(), String> {
    let all = || templates.iter().map(|(_, template)| *template);
    let metrics = all().flat_map(|template| &template.metrics).map(|metric| metric.name.as_str());
    unique(metrics, |name| format!("two metrics have the same name '{name}'"))?;
    let dry_run = || all().flat_map(|template| &template.dry_run).map(|rule| rule.metric_name.as_str());
    let twice = |name: &str| format!("two Dry-Run metric rules have the same name '{name}'");
    unique(dry_run(), twice)?;
    let kept = || all().flat_map(|template| &template.measurement_retention).map(|rule| rule.metric_name.as_str());
    let kept_twice = |name: &str| format!("two Measurement Retention metric rules have the same name '{name}'");
    unique(kept(), kept_twice)?;
    arguments_of(rollout, analysis, all())?;
    // Compat: the rules of every step's analysis are laid beside the templates of each.
    let steps = rollout.spec.strategy.canary.iter().flat_map(|canary| &canary.steps);
    for step in steps.filter_map(|step| step.analysis.as_ref()) {
        unique(step.dry_run.iter().map(|rule| rule.metric_name.as_str()).chain(dry_run()), twice)?;
        unique(step.measurement_retention.iter().map(|rule| rule.metric_name.as_str()).chain(kept()), kept_twice)?;
    }
    Ok(())
}

fn unique<'a>(names: impl Iterator<Item = &'a str>, message: impl Fn(&str) -> String) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(message(name));
        }
    }
    Ok(())
}

fn arguments_of<'a>(
    rollout: &Rollout,
    analysis: &Analysis<'_>,
    templates: impl Iterator<Item = &'a AnalysisTemplateSpec>,
) -> Result<(), String> {
    let mut combined: Vec<Argument> = Vec::new();
    for arg in templates.flat_map(|template| &template.args) {
        match combined.iter_mut().find(|known| known.name == arg.name) {
            None => combined.push(arg.clone()),
            Some(known) => match (&known.value, &arg.value) {
                (Some(one), Some(other)) if one != other => {
                    return Err(format!(
                        "Argument `{}` specified multiple times with different values: '{one}', '{other}'",
                        arg.name
                    ));
                }
                (None, _) => *known = arg.clone(),
                _ => {}
            },
        }
    }
    // Compat: a field that cannot be found yet is nothing to complain about here.
    let given = |name: &str| {
        analysis.args.iter().any(|arg| {
            arg.name == name && {
                let from_metadata = arg.value_from.as_ref().and_then(|from| from.field_ref.as_ref());
                from_metadata.is_none_or(|field| !field.field_path.starts_with("metadata"))
                    || arguments::resolve(rollout, std::slice::from_ref(arg), "", "").is_ok()
            }
        })
    };
    let unresolved = combined.iter().find(|arg| arg.value.is_none() && arg.value_from.is_none() && !given(&arg.name));
    unresolved.map_or(Ok(()), |arg| Err(format!("args.{} was not resolved", arg.name)))
}

/// Metrics that would be measured for ever, where the analysis must come to an end.
fn endless(name: &str, template: &AnalysisTemplateSpec) -> Vec<String> {
    if let Some(arg) = template.args.iter().find(|arg| arg.value_from.is_some() && arg.value.is_some()) {
        return vec![format!("AnalysisTemplate {name}: arg '{}' has both Value and ValueFrom fields", arg.name)];
    }
    let mut details = Vec::new();
    for metric in &template.metrics {
        match resolve(metric, &template.args) {
            Err(tag) => return vec![format!("AnalysisTemplate {name}: failed to resolve {{{{{tag}}}}}")],
            Ok(metric) if is_endless(&metric) => details.push(format!(
                "AnalysisTemplate {name} has metric {} which runs indefinitely. Invalid value for count: {}",
                metric.name,
                count_text(metric.count.as_ref())
            )),
            Ok(_) => {}
        }
    }
    details
}

fn is_endless(metric: &Metric) -> bool {
    let count = match &metric.count {
        None => 0,
        Some(IntOrString::Int(count)) => *count,
        Some(IntOrString::String(text)) => text.parse().unwrap_or(0),
    };
    // A comparison has an end of its own.
    let is_comparison = metric.provider.plugin.contains_key(PLUGIN_COMPARISON);
    count == 0 && !metric.interval.is_empty() && !is_comparison
}

fn count_text(count: Option<&IntOrString>) -> String {
    match count {
        None => "<nil>".to_owned(),
        Some(IntOrString::Int(count)) => count.to_string(),
        Some(IntOrString::String(text)) => text.clone(),
    }
}

/// The metric with its arguments in place; or the placeholder that names none.
fn resolve(metric: &Metric, args: &[Argument]) -> Result<Metric, String> {
    let text = super::shown::shown(metric);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((tag, after)) = after.split_once("}}") else { break };
        out.push_str(before);
        let name = tag.trim().strip_prefix("args.").ok_or(tag)?;
        let arg = args.iter().find(|arg| arg.name == name).ok_or(tag)?;
        let quoted = quoted(arg.value.as_deref().unwrap_or(PLACEHOLDER));
        out.push_str(&quoted[1..quoted.len() - 1]);
        rest = after;
    }
    out.push_str(rest);
    Ok(serde_json::from_str(&out).unwrap_or_else(|_| metric.clone()))
}

/// Arguments of a background analysis that nobody gives.
fn unsupplied(rollout: &Rollout, template: &AnalysisTemplateSpec) -> Vec<String> {
    let canary = rollout.spec.strategy.canary.as_ref();
    let given = canary.and_then(|canary| canary.analysis.as_ref()).map_or(&[][..], |analysis| &analysis.args);
    let open = template.args.iter().filter(|arg| arg.value.is_none() && arg.value_from.is_none());
    open.filter(|arg| !given.iter().any(|given| given.name == arg.name))
        .map(
            |arg| {
                if given.is_empty() {
                    "missing analysis arguments in rollout spec".to_owned()
                } else {
                    arg.name.clone()
                }
            },
        )
        .collect()
}
