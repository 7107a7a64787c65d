//! What does not count as a difference: the application's ignoreDifferences, the system's, and the status field.

use api::{Glob, ResourceIgnoreDifferences, Tracking};
use object::{Gvk, pointer_remove};
use serde_json::Value;

/// Which kinds' `/status` counts (`resource.compareoptions.ignoreResourceStatusField`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusFields {
    /// No kind's.
    #[default]
    IgnoredEverywhere,
    /// Every kind's but CustomResourceDefinition's.
    IgnoredInDefinitions,
    /// Every kind's.
    Compared,
}

/// Whether the rules of aggregated roles count (`resource.compareoptions.ignoreAggregatedRoles`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AggregatedRoles {
    /// They do.
    #[default]
    Compared,
    /// They do not.
    Ignored,
}

/// How the application is applied, which decides how it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ApplyMethod {
    /// By patches that remember what was applied last.
    #[default]
    ClientSide,
    /// By the server, which remembers who set which field (`ServerSideApply=true`).
    ServerSide,
}

/// The settings a comparison depends on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleSettings {
    /// The application's own rules.
    pub application: Vec<ResourceIgnoreDifferences>,
    /// Rules for every application.
    pub system: Vec<ResourceIgnoreDifferences>,
    /// Which statuses count.
    pub status: StatusFields,
    /// Whether rules of aggregated roles count.
    pub aggregated_roles: AggregatedRoles,
    /// How the application is applied.
    pub apply: ApplyMethod,
    /// How objects are marked.
    pub tracking: Tracking,
}

/// The settings, ready for use.
#[derive(Debug, Clone)]
pub struct Rules {
    settings: RuleSettings,
    ignore: Vec<IgnoreRule>,
    unsupported: Vec<String>,
}

#[derive(Debug, Clone)]
struct IgnoreRule {
    group: Glob,
    kind: Glob,
    name: String,
    namespace: String,
    pointers: Vec<String>,
}

impl Rules {
    /// Prepares the settings.
    #[must_use]
    pub fn new(settings: RuleSettings) -> Self {
        let mut ignore = Vec::new();
        let mut unsupported = Vec::new();
        for (origin, rules) in [("spec", &settings.application), ("settings", &settings.system)] {
            for (index, rule) in rules.iter().enumerate() {
                unsupported.extend(unsupported_parts(&format!("{origin}.ignoreDifferences[{index}]"), rule));
                ignore.push(IgnoreRule::new(rule));
            }
        }
        ignore.extend(IgnoreRule::status(settings.status));
        Rules { settings, ignore, unsupported }
    }

    /// The settings they were made of.
    #[must_use]
    pub fn settings(&self) -> &RuleSettings {
        &self.settings
    }

    /// Paths of rules that have no effect, because their kind is not implemented.
    #[must_use]
    pub fn unsupported(&self) -> &[String] {
        &self.unsupported
    }

    /// Takes away every field that does not count.
    pub(crate) fn remove_ignored(&self, gvk: &Gvk, value: &mut Value) {
        let text =
            |value: &Value, pointer| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (name, namespace) = (text(value, "/metadata/name"), text(value, "/metadata/namespace"));
        for rule in &self.ignore {
            if rule.concerns(gvk, &name, &namespace) {
                rule.remove(value);
            }
        }
    }
}

impl IgnoreRule {
    fn new(rule: &ResourceIgnoreDifferences) -> Self {
        IgnoreRule {
            group: Glob::new(&rule.group, &[]),
            kind: Glob::new(&rule.kind, &[]),
            name: rule.name.clone(),
            namespace: rule.namespace.clone(),
            pointers: rule.json_pointers.clone(),
        }
    }

    fn status(fields: StatusFields) -> Option<Self> {
        let (group, kind) = match fields {
            StatusFields::IgnoredEverywhere => ("*", "*"),
            StatusFields::IgnoredInDefinitions => ("apiextensions.k8s.io", "CustomResourceDefinition"),
            StatusFields::Compared => return None,
        };
        Some(IgnoreRule {
            group: Glob::new(group, &[]),
            kind: Glob::new(kind, &[]),
            name: String::new(),
            namespace: String::new(),
            pointers: vec!["/status".to_owned()],
        })
    }

    fn concerns(&self, gvk: &Gvk, name: &str, namespace: &str) -> bool {
        self.group.matches(&gvk.group)
            && self.kind.matches(&gvk.kind)
            && (self.name.is_empty() || self.name == name)
            && (self.namespace.is_empty() || self.namespace == namespace)
    }

    fn remove(&self, value: &mut Value) {
        for pointer in &self.pointers {
            // Compat: a malformed pointer is without effect rather than an error.
            let _ = pointer_remove(value, pointer);
        }
    }
}

fn unsupported_parts(path: &str, rule: &ResourceIgnoreDifferences) -> Vec<String> {
    let parts = [
        ("jqPathExpressions", rule.jq_path_expressions.is_empty()),
        ("managedFieldsManagers", rule.managed_fields_managers.is_empty()),
    ];
    parts.into_iter().filter(|(_, empty)| !empty).map(|(part, _)| format!("{path}.{part}")).collect()
}
