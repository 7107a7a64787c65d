//! What the ConfigMap `argocd-cm` says about comparing and syncing, laid over the settings a process started with.
//!
//! Pure: the ConfigMap's data in, settings and problems out. How objects are marked and which kinds are followed is
//! decided once, at the start ([`at_start`]); everything else holds as soon as it is written ([`configured`]).

use crate::global_projects::GlobalProject;
use crate::impersonation::Impersonation;
use crate::settings::{KindFilter, Settings};
use api::{ResourceIgnoreDifferences, TrackingMethod};
use budget::Budget;
use cluster::Excluded;
use compare::{AggregatedRoles, KnownTypeField, StatusFields};
use lua::Customizations;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The data of a ConfigMap.
pub type Data = BTreeMap<String, String>;

const IGNORE: &str = "resource.customizations.ignoreDifferences.";
const KNOWN_TYPES: &str = "resource.customizations.knownTypeFields.";

/// What cannot change while a process runs: how objects are marked, and which kinds are not followed at all.
#[must_use]
pub fn at_start(base: &Settings, data: &Data) -> Settings {
    let mut settings = base.clone();
    let get = |key: &str| data.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
    if let Some(method) = get("application.resourceTrackingMethod") {
        settings.tracking.method = TrackingMethod::parse(method);
    }
    if let Some(label) = get("application.instanceLabelKey") {
        label.clone_into(&mut settings.tracking.label);
    }
    if let Some(id) = get("installationID") {
        id.clone_into(&mut settings.tracking.installation_id);
    }
    if data.contains_key("resource.exclusions") {
        settings.excluded = configured(base, data).0.exclusions.iter().flat_map(KindFilter::exact).collect();
    }
    settings
}

/// The settings with everything that holds at once, and what of the ConfigMap cannot be read.
#[must_use]
pub fn configured(base: &Settings, data: &Data) -> (Settings, Vec<String>) {
    let mut settings = base.clone();
    let (customizations, mut problems) = Customizations::read(data);
    settings.customizations = Arc::new(customizations);
    settings.impersonation = impersonation(data);
    for (key, text) in data {
        if let Err(problem) = set(&mut settings, key, text) {
            problems.push(format!("argocd-cm: {key}: {problem}"));
        }
    }
    (settings, problems)
}

fn set(settings: &mut Settings, key: &str, text: &str) -> Result<(), String> {
    match key {
        "resource.exclusions" => settings.exclusions = filters(text)?,
        "resource.inclusions" => settings.inclusions = filters(text)?,
        "resource.compareoptions" => compare_options(settings, &yaml(text)?),
        "globalProjects" => settings.global_projects = GlobalProject::read(&yaml(text)?)?,
        "controller.diff.server.side" => settings.comparison.server_side = text.trim() == "true",
        "resource.customizations" => overrides(settings, &yaml(text)?)?,
        _ => {
            if let Some(kind) = key.strip_prefix(IGNORE) {
                let rule = ignore_rule(kind, &yaml(text)?)?;
                settings.comparison.ignored.push(rule);
            } else if let Some(kind) = key.strip_prefix(KNOWN_TYPES) {
                let fields = known_types(kind, &yaml(text)?);
                settings.comparison.known_type_fields.extend(fields);
            }
        }
    }
    Ok(())
}

/// Compat: it is enforced unless that is switched off.
fn impersonation(data: &Data) -> Impersonation {
    let is = |key: &str, word: &str| data.get(key).is_some_and(|text| text.trim() == word);
    match (is("application.sync.impersonation.enabled", "true"), is("application.sync.impersonation.enforced", "false"))
    {
        (false, _) => Impersonation::Off,
        (true, true) => Impersonation::WhereNamed,
        (true, false) => Impersonation::Enforced,
    }
}

fn yaml(text: &str) -> Result<Value, String> {
    yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, &mut Budget::default()).map_err(|error| error.to_string())
}

/// `group_Kind`, `Kind` of the core group, or `all`.
fn group_and_kind(name: &str) -> (String, String) {
    match name.rsplit_once('_') {
        _ if name == "all" => ("*".to_owned(), "*".to_owned()),
        Some((group, kind)) => (group.to_owned(), kind.to_owned()),
        None => (String::new(), name.to_owned()),
    }
}

fn ignore_rule(kind: &str, rule: &Value) -> Result<ResourceIgnoreDifferences, String> {
    let (group, kind) = group_and_kind(kind);
    let list = |field: &str| -> Result<Vec<String>, String> {
        match rule.get(field) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(list) => {
                serde_json::from_value(list.clone()).map_err(|_| format!("{field} must be a list of strings"))
            }
        }
    };
    Ok(ResourceIgnoreDifferences {
        group,
        kind,
        json_pointers: list("jsonPointers")?,
        jq_path_expressions: list("jqPathExpressions")?,
        managed_fields_managers: list("managedFieldsManagers")?,
        ..ResourceIgnoreDifferences::default()
    })
}

fn known_types(kind: &str, fields: &Value) -> Vec<KnownTypeField> {
    let (group, kind) = group_and_kind(kind);
    let known = |item: &Value| {
        let text = |field: &str| item.get(field).and_then(Value::as_str).map(str::to_owned);
        Some(KnownTypeField {
            group: group.clone(),
            kind: kind.clone(),
            field: text("field")?,
            type_name: text("type")?,
        })
    };
    fields.as_array().into_iter().flatten().filter_map(known).collect()
}

/// The old form: all overrides in one text, by `group/Kind`.
fn overrides(settings: &mut Settings, all: &Value) -> Result<(), String> {
    for (kind, own) in all.as_object().into_iter().flatten() {
        let kind = kind.replace('/', "_");
        let kind = if kind == "*_*" || kind == "*" { "all" } else { kind.trim_start_matches('_') };
        match own.get("ignoreDifferences") {
            Some(Value::String(text)) => settings.comparison.ignored.push(ignore_rule(kind, &yaml(text)?)?),
            Some(rule) => settings.comparison.ignored.push(ignore_rule(kind, rule)?),
            None => {}
        }
        let fields = own.get("knownTypeFields").map(|fields| known_types(kind, fields));
        settings.comparison.known_type_fields.extend(fields.into_iter().flatten());
    }
    Ok(())
}

fn compare_options(settings: &mut Settings, options: &Value) {
    settings.comparison.aggregated_roles = match options.get("ignoreAggregatedRoles") {
        Some(Value::Bool(true)) => AggregatedRoles::Ignored,
        _ => AggregatedRoles::Compared,
    };
    // Compat: `off` and `false` say the same, and YAML reads both as a boolean.
    settings.comparison.status = match options.get("ignoreResourceStatusField") {
        Some(Value::String(word)) if word == "crd" => StatusFields::IgnoredInDefinitions,
        Some(Value::String(word)) if word == "none" || word == "off" => StatusFields::Compared,
        Some(Value::Bool(false)) => StatusFields::Compared,
        _ => StatusFields::IgnoredEverywhere,
    };
}

fn filters(text: &str) -> Result<Vec<KindFilter>, String> {
    let read = yaml(text)?;
    let items = match &read {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        _ => return Err("a list was expected".to_owned()),
    };
    let strings = |item: &Value, field: &str| -> Vec<String> {
        let list = item.get(field).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let filter = |item: &Value| KindFilter {
        groups: strings(item, "apiGroups"),
        kinds: strings(item, "kinds"),
        clusters: strings(item, "clusters"),
    };
    Ok(items.iter().map(filter).collect())
}

impl KindFilter {
    /// The kinds it names one by one, which need not even be followed.
    fn exact(&self) -> Vec<Excluded> {
        let is_plain = |word: &&String| *word == "*" || !word.contains(['*', '?', '[', '{']);
        if !self.clusters.is_empty() && !self.clusters.iter().any(|cluster| cluster == "*") {
            return Vec::new();
        }
        let star = vec!["*".to_owned()];
        let groups = if self.groups.is_empty() { &star } else { &self.groups };
        let kinds = if self.kinds.is_empty() { &star } else { &self.kinds };
        let pairs = groups.iter().filter(is_plain).flat_map(|group| kinds.iter().map(move |kind| (group, kind)));
        pairs.map(|(group, kind)| Excluded::new(group, kind)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(entries: &[(&str, &str)]) -> Data {
        entries.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn rules_for_all_applications_are_read() {
        let (settings, problems) = configured(
            &Settings::default(),
            &data(&[
                ("resource.customizations.ignoreDifferences.all", "managedFieldsManagers: [kubectl]"),
                (
                    "resource.customizations.ignoreDifferences.apps_Deployment",
                    "jsonPointers: [/spec/replicas]\njqPathExpressions: [.a]",
                ),
                (
                    "resource.customizations.knownTypeFields.example.org_Thing",
                    "- {field: spec.pod, type: core/v1/PodSpec}",
                ),
                ("resource.compareoptions", "ignoreAggregatedRoles: true\nignoreResourceStatusField: crd"),
                ("resource.customizations", "example.org/Old:\n  ignoreDifferences: |\n    jsonPointers: [/x]\n"),
            ]),
        );
        assert_eq!(problems, Vec::<String>::new());
        let ignored: Vec<String> = settings
            .comparison
            .ignored
            .iter()
            .map(|rule| {
                format!(
                    "{}/{} {:?} {:?} {:?}",
                    rule.group, rule.kind, rule.json_pointers, rule.jq_path_expressions, rule.managed_fields_managers
                )
            })
            .collect();
        assert_eq!(
            ignored,
            [
                r#"example.org/Old ["/x"] [] []"#,
                r#"*/* [] [] ["kubectl"]"#,
                r#"apps/Deployment ["/spec/replicas"] [".a"] []"#,
            ]
        );
        assert_eq!(settings.comparison.known_type_fields.len(), 1);
        assert_eq!(settings.comparison.status, StatusFields::IgnoredInDefinitions);
        assert_eq!(settings.comparison.aggregated_roles, AggregatedRoles::Ignored);
    }

    #[test]
    fn kinds_are_excluded_and_included_by_pattern() {
        let (settings, _) = configured(
            &Settings::default(),
            &data(&[
                (
                    "resource.exclusions",
                    "- apiGroups: ['*.example.org']\n  kinds: ['*']\n- kinds: [Event]\n- apiGroups: [x]\n  kinds: [Y]\n  clusters: [https://far]\n",
                ),
                ("resource.inclusions", "- apiGroups: ['', apps, a.example.org]\n"),
            ]),
        );
        let excluded = |group: &str, kind: &str| settings.is_excluded(group, kind, "https://near");
        assert!(excluded("a.example.org", "Thing") && excluded("", "Event"));
        assert!(excluded("batch", "Job"), "it is not included");
        assert!(settings.is_excluded("x", "Y", "https://far") && settings.is_excluded("x", "Y", "https://near"));
        assert!(!excluded("apps", "Deployment") && !excluded("", "ConfigMap"));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_holds() {
        let (settings, problems) = configured(
            &Settings::default(),
            &data(&[
                ("resource.customizations.ignoreDifferences.a_B", "jsonPointers: 5"),
                ("resource.customizations.ignoreDifferences.a_C", "jsonPointers: [/x]"),
                ("resource.exclusions", "{"),
            ]),
        );
        assert_eq!(settings.comparison.ignored.len(), 1);
        assert_eq!(problems.len(), 2);
        assert!(
            problems[0].starts_with("argocd-cm: resource.customizations.ignoreDifferences.a_B: jsonPointers must be")
        );
    }

    #[test]
    fn marks_are_decided_at_the_start() {
        let data = data(&[
            ("application.resourceTrackingMethod", "annotation+label"),
            ("application.instanceLabelKey", "example.org/app"),
            ("installationID", "west"),
        ]);
        let tracking = at_start(&Settings::default(), &data).tracking;
        assert_eq!(
            (tracking.method, &*tracking.label, &*tracking.installation_id),
            (TrackingMethod::AnnotationAndLabel, "example.org/app", "west")
        );
        assert_eq!(configured(&Settings::default(), &data).0.tracking, Settings::default().tracking);
    }
}
