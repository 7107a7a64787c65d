//! Rules about templates: that they render, and what they render to.

use super::message::{Messages, Severity};
use super::object;
use super::settings::Lint;
use crate::capabilities::Capabilities;
use crate::chart::{Chart, extension};
use crate::load::LoadError;
use crate::profile::Profile;
use crate::render::{Trial, trial};
use crate::values::UserValues;
use crate::warning::Warning;
use budget::Budget;
use tree::EntryKind;

const FOLDER: &str = "templates/";

/// What templates/ is, and the chart or why it cannot be loaded.
type Found<'c> = (Option<EntryKind>, Result<&'c Chart, &'c LoadError>);

pub(super) fn check(
    (folder, chart): Found<'_>,
    values: &UserValues,
    how: &Lint,
    budget: &mut Budget,
    (messages, warnings): (&mut Messages, &mut Vec<Warning>),
) {
    let problem = match folder {
        None if how.profile.is_four() => Some((Severity::Warning, "directory does not exist")),
        Some(EntryKind::File) if how.profile.is_four() => Some((Severity::Error, "not a directory")),
        Some(EntryKind::File) => Some((Severity::Warning, "not a directory")),
        _ => None,
    };
    if let Some((severity, told)) = problem {
        messages.rule(severity, FOLDER, Some(told.to_owned()));
        return;
    }
    let chart = match chart {
        Ok(chart) => chart,
        Err(error) => {
            messages.rule(Severity::Error, FOLDER, Some(error.to_string()));
            return;
        }
    };
    let mut capabilities = Capabilities::of(how.profile);
    if let Some(version) = &how.kube_version {
        capabilities.kube_version = version.clone();
    }
    let assumed = Trial {
        capabilities: &capabilities,
        namespace: &how.namespace,
        skip_schema_validation: how.skip_schema_validation,
        profile: how.profile,
        chance: &how.chance,
    };
    match trial(chart, values, &assumed, budget, warnings) {
        Err(None) => {}
        Err(Some(told)) => {
            messages.rule(Severity::Error, FOLDER, Some(told));
        }
        Ok(rendered) => check_rendered(chart, &rendered, &capabilities, how, budget, messages),
    }
}

fn check_rendered(
    chart: &Chart,
    rendered: &[(String, String)],
    capabilities: &Capabilities,
    how: &Lint,
    budget: &mut Budget,
    messages: &mut Messages,
) {
    for file in chart.templates.iter() {
        let ending = extension(&file.name).unwrap_or_default();
        messages.rule(Severity::Error, &file.name, bad_ending(ending));
        if !how.profile.is_four() {
            given_up_in_helm_3(&file.name, &String::from_utf8_lossy(&file.data), messages);
        }
        if !is_yaml(ending, how.profile) {
            continue;
        }
        let path = format!("{}/{}", chart.name(), file.name);
        let text = rendered.iter().find(|(name, _)| *name == path).map_or("", |(_, text)| text.as_str());
        if text.trim().is_empty() {
            continue;
        }
        messages.rule(Severity::Warning, &file.name, bad_indent(text));
        let (objects, problem) = object::read_all(text, how.profile, budget);
        for object in objects {
            object.check(&file.name, text, (how.profile, &capabilities.kube_version), messages);
        }
        if !messages.rule(Severity::Error, &file.name, problem) {
            return;
        }
    }
}

fn bad_ending(ending: &str) -> Option<String> {
    let is_allowed = matches!(ending, ".yaml" | ".yml" | ".tpl" | ".txt");
    (!is_allowed)
        .then(|| format!("file extension '{ending}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"))
}

/// Compat: Helm 3 looks into `.yaml` only.
fn is_yaml(ending: &str, profile: Profile) -> bool {
    let lower = ending.to_lowercase();
    if profile.is_four() { lower == ".yaml" || lower == ".yml" } else { ending == ".yaml" }
}

fn given_up_in_helm_3(path: &str, text: &str, messages: &mut Messages) {
    let names_hook = |line: &str| {
        let rest = line.split_once("helm.sh/hook").map(|(_, rest)| rest.trim_start_matches('"'));
        let value = rest.and_then(|rest| rest.strip_prefix(':'));
        value.is_some_and(|value| value.starts_with(char::is_whitespace) && value.trim().starts_with("crd-install"))
    };
    let told = text.lines().any(names_hook).then(|| {
        "manifest is a crd-install hook. This hook is no longer supported in v3 and all CRDs should also exist the \
         crds/ directory at the top level of the chart"
            .to_owned()
    });
    messages.rule(Severity::Warning, path, told);
    let told = text.contains(".Release.Time").then(|| {
        ".Release.Time has been removed in v3, please replace with the `now` function in your templates".to_owned()
    });
    messages.rule(Severity::Error, path, told);
}

fn bad_indent(text: &str) -> Option<String> {
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    line.starts_with([' ', '\t']).then(|| {
        let quoted = gotemplate::quote(line.as_bytes());
        format!("document starts with an illegal indent: {quoted}, which may cause parsing problems")
    })
}
