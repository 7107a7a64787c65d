//! What holds for all applications of one control plane.

use crate::global_projects::GlobalProject;
use crate::impersonation::Impersonation;
use crate::neighbour::Neighbour;
use api::names::DEFAULT_NAMESPACE;
use api::{Glob, ResourceIgnoreDifferences, Tracking};
use cluster::Excluded;
use compare::{AggregatedRoles, KnownTypeField, StatusFields};
use jiff::SignedDuration;
use lua::Customizations;
use std::sync::Arc;

/// What holds for all applications of one control plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Namespace of the control plane: where Applications, projects and repository Secrets are.
    pub namespace: String,
    /// How objects are marked.
    pub tracking: Tracking,
    /// Kinds that are neither followed nor compared nor synced.
    pub excluded: Vec<Excluded>,
    /// Kinds that are neither compared nor synced, by pattern.
    pub exclusions: Vec<KindFilter>,
    /// The only kinds that are compared and synced, by pattern; empty means all.
    pub inclusions: Vec<KindFilter>,
    /// What does not count as a difference, for all applications.
    pub comparison: ComparisonSettings,
    /// How long a repository may be out of reach before applications that were compared once are called unknown.
    pub grace: SignedDuration,
    /// How long an operation may take, its retries included; `None` for ever.
    pub operation_limit: Option<SignedDuration>,
    /// Namespaces besides the control plane's whose Applications are dealt with: globs, or regular expressions between
    /// slashes.
    pub application_namespaces: Vec<String>,
    /// Projects that others inherit from.
    pub global_projects: Vec<GlobalProject>,
    /// What to do while upstream's controller runs in the same namespace.
    pub neighbour: Neighbour,
    /// As whom objects are written.
    pub impersonation: Impersonation,
    /// Health rules and actions of the user's own.
    pub customizations: Arc<Customizations>,
    /// How sources are rendered.
    pub render: render::Settings,
}

/// What does not count as a difference, for all applications.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComparisonSettings {
    /// Fields that do not count.
    pub ignored: Vec<ResourceIgnoreDifferences>,
    /// Which kinds' status counts.
    pub status: StatusFields,
    /// Whether rules of aggregated roles count.
    pub aggregated_roles: AggregatedRoles,
    /// Fields of custom kinds that hold Kubernetes' own types.
    pub known_type_fields: Vec<KnownTypeField>,
    /// Whether the server is asked what applying would give, unless an application says otherwise.
    pub server_side: bool,
}

/// Kinds by pattern; empty parts match everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KindFilter {
    /// API groups, globs.
    pub groups: Vec<String>,
    /// Kinds, exact or `*`.
    pub kinds: Vec<String>,
    /// Clusters it holds for, globs over their address.
    pub clusters: Vec<String>,
}

impl KindFilter {
    fn matches(&self, group: &str, kind: &str, server: &str) -> bool {
        let globs = |patterns: &[String], text: &str| {
            patterns.is_empty() || patterns.iter().any(|pattern| Glob::new(pattern, &[]).matches(text))
        };
        let is_kind = self.kinds.is_empty() || self.kinds.iter().any(|own| own == "*" || own == kind);
        is_kind && globs(&self.groups, group) && globs(&self.clusters, server)
    }
}

impl Default for Settings {
    /// Upstream's defaults.
    fn default() -> Self {
        Settings {
            namespace: DEFAULT_NAMESPACE.to_owned(),
            tracking: Tracking::default(),
            excluded: Excluded::usual(),
            exclusions: Vec::new(),
            inclusions: Vec::new(),
            comparison: ComparisonSettings::default(),
            grace: SignedDuration::from_secs(180),
            operation_limit: None,
            application_namespaces: Vec::new(),
            global_projects: Vec::new(),
            neighbour: Neighbour::StandBack,
            impersonation: Impersonation::Off,
            customizations: Arc::default(),
            render: render::Settings::default(),
        }
    }
}

impl Settings {
    /// Whether Applications in this namespace are dealt with.
    #[must_use]
    pub fn deals_with(&self, namespace: &str) -> bool {
        let matches = |pattern: &String| match pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            Some(expression) => Glob::regular_expression(expression).matches(namespace),
            None => Glob::new(pattern, &[]).matches(namespace),
        };
        namespace == self.namespace || self.application_namespaces.iter().any(matches)
    }

    /// Whether objects of this kind are left aside.
    #[must_use]
    pub fn is_excluded(&self, group: &str, kind: &str, server: &str) -> bool {
        let any = |filters: &[KindFilter]| filters.iter().any(|it| it.matches(group, kind, server));
        self.excluded.iter().any(|excluded| excluded.matches(group, kind))
            || any(&self.exclusions)
            || (!self.inclusions.is_empty() && !any(&self.inclusions))
    }
}
