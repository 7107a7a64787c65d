//! What does not count as a difference: the application's ignoreDifferences, the system's, and the status field.

use api::{Glob, ResourceIgnoreDifferences, Tracking};
use budget::{Budget, Limits};
use jq::Filter;
use object::{Gvk, pointer_remove};
use serde_json::Value;
use std::collections::BTreeSet;

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
    /// Whether what admission webhooks put into a server's answer counts (`IncludeMutationWebhook=true`).
    pub webhooks: Webhooks,
    /// Fields of custom kinds that hold Kubernetes' own types (`resource.customizations.knownTypeFields.*`).
    pub known_type_fields: Vec<KnownTypeField>,
}

/// Whether what admission webhooks put into a server's answer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Webhooks {
    /// No server is asked.
    #[default]
    NotAsked,
    /// It does not: only fields that we apply are compared.
    Ignored,
    /// It does.
    Count,
}

/// A field of a custom kind that holds one of Kubernetes' own types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTypeField {
    /// API group of the custom kind.
    pub group: String,
    /// The custom kind.
    pub kind: String,
    /// The field, its parts separated by dots.
    pub field: String,
    /// What it holds, such as `core/v1/PodSpec` or `core/Quantity`.
    pub type_name: String,
}

/// The settings, ready for use.
#[derive(Debug, Clone)]
pub struct Rules {
    settings: RuleSettings,
    ignore: Vec<IgnoreRule>,
    problems: Vec<String>,
}

#[derive(Debug, Clone)]
struct IgnoreRule {
    origin: Origin,
    group: Glob,
    kind: Glob,
    name: String,
    namespace: String,
    pointers: Vec<String>,
    filters: Vec<Filter>,
    managers: Vec<String>,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Somebody declared it.
    Declared,
    /// It holds by itself.
    Usual,
}

/// What one filter may use of a machine on one object: upstream gives it a second.
const FILTER_LIMITS: Limits = Limits { fuel: 2_000_000, bytes: 16 << 20, depth: 256 };

impl Rules {
    /// Prepares the settings.
    #[must_use]
    pub fn new(settings: RuleSettings) -> Self {
        let mut ignore = Vec::new();
        let mut problems = Vec::new();
        for (origin, rules) in [("spec", &settings.application), ("settings", &settings.system)] {
            for (index, rule) in rules.iter().enumerate() {
                let place = format!("{origin}.ignoreDifferences[{index}]");
                ignore.push(IgnoreRule::new(rule, &place, &mut problems));
            }
        }
        ignore.extend(IgnoreRule::status(settings.status));
        Rules { settings, ignore, problems }
    }

    /// The settings they were made of.
    #[must_use]
    pub fn settings(&self) -> &RuleSettings {
        &self.settings
    }

    /// Rules that cannot be read and so have no effect, each with its place and the reason.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The managers whose fields of this object do not count.
    pub(crate) fn managers(&self, gvk: &Gvk, name: &str, namespace: &str) -> BTreeSet<&str> {
        let concerned = self.ignore.iter().filter(|rule| rule.concerns(gvk, name, namespace));
        concerned.flat_map(|rule| rule.managers.iter().map(String::as_str)).collect()
    }

    /// Whether any rule takes something away from this object besides its status.
    #[must_use]
    pub fn concern(&self, gvk: &Gvk, name: &str, namespace: &str) -> bool {
        self.ignore.iter().any(|rule| rule.origin == Origin::Declared && rule.concerns(gvk, name, namespace))
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
    fn new(rule: &ResourceIgnoreDifferences, place: &str, problems: &mut Vec<String>) -> Self {
        let mut filters = Vec::new();
        for (index, expression) in rule.jq_path_expressions.iter().enumerate() {
            match Filter::parse(expression) {
                Ok(filter) => filters.push(filter),
                Err(error) => problems.push(format!("{place}.jqPathExpressions[{index}]: {error}")),
            }
        }
        IgnoreRule {
            origin: Origin::Declared,
            group: Glob::new(&rule.group, &[]),
            kind: Glob::new(&rule.kind, &[]),
            name: rule.name.clone(),
            namespace: rule.namespace.clone(),
            pointers: rule.json_pointers.clone(),
            filters,
            managers: rule.managed_fields_managers.clone(),
        }
    }

    fn status(fields: StatusFields) -> Option<Self> {
        let (group, kind) = match fields {
            StatusFields::IgnoredEverywhere => ("*", "*"),
            StatusFields::IgnoredInDefinitions => ("apiextensions.k8s.io", "CustomResourceDefinition"),
            StatusFields::Compared => return None,
        };
        Some(IgnoreRule {
            origin: Origin::Usual,
            group: Glob::new(group, &[]),
            kind: Glob::new(kind, &[]),
            name: String::new(),
            namespace: String::new(),
            pointers: vec!["/status".to_owned()],
            filters: Vec::new(),
            managers: Vec::new(),
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
        for filter in &self.filters {
            // Compat: a filter that fails on an object takes nothing away from it.
            let _ = filter.delete_from(value, &mut Budget::new(FILTER_LIMITS));
        }
    }
}
