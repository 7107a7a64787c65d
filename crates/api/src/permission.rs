//! What a project permits: sources, destinations, kinds and namespaces of applications.

use crate::git_url::normalize_git_url;
use crate::glob::Glob;
use crate::project::{AppProject, ClusterResourceRestrictionItem, GroupKind};
use object::Key;

/// A project's rules with all patterns compiled; make it once for each version of the project.
#[derive(Debug, Clone)]
pub struct ProjectRules {
    name: String,
    sources: Vec<Pattern>,
    destinations: Vec<Destination>,
    namespaced_allowed: Option<Vec<KindPattern>>,
    namespaced_denied: Vec<KindPattern>,
    cluster_allowed: Vec<KindPattern>,
    cluster_denied: Vec<KindPattern>,
    source_namespaces: Vec<Glob>,
    only_own_clusters: bool,
}

/// A pattern that may deny: `!` before it inverts the match.
#[derive(Debug, Clone)]
struct Pattern {
    glob: Glob,
    denies: bool,
}

#[derive(Debug, Clone)]
struct Destination {
    server: Pattern,
    name: Pattern,
    namespace: Pattern,
}

#[derive(Debug, Clone)]
struct KindPattern {
    group: Glob,
    kind: Glob,
    name: Option<Glob>,
}

/// A cluster as rules see it: its address and the name it is registered under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterIdentity<'a> {
    /// Address of its API; empty if unknown.
    pub server: &'a str,
    /// Name; empty if unknown.
    pub name: &'a str,
    /// Whether the cluster belongs to the project; asked only where the project demands it.
    pub ownership: ClusterOwnership,
}

/// Whether a cluster belongs to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClusterOwnership {
    /// It is registered for every project, or for another one.
    #[default]
    Shared,
    /// It is registered for this project.
    OfProject,
}

impl Pattern {
    fn new(pattern: &str, separators: &[char]) -> Self {
        match pattern.strip_prefix('!') {
            Some(denied) => Pattern { glob: Glob::new(denied, separators), denies: true },
            // Compat: a lone star allows everything, whatever the separators.
            None if pattern == "*" => Pattern { glob: Glob::new("*", &[]), denies: false },
            None => Pattern { glob: Glob::new(pattern, separators), denies: false },
        }
    }

    fn matches(&self, text: &str) -> bool {
        self.glob.matches(text) != self.denies
    }
}

impl KindPattern {
    fn group_kind(item: &GroupKind) -> Self {
        KindPattern { group: Glob::shell(&item.group), kind: Glob::shell(&item.kind), name: None }
    }

    fn named(item: &ClusterResourceRestrictionItem) -> Self {
        let name = (!item.name.is_empty()).then(|| Glob::shell(&item.name));
        KindPattern { group: Glob::shell(&item.group), kind: Glob::shell(&item.kind), name }
    }

    fn matches(&self, group: &str, kind: &str, name: &str) -> bool {
        self.kind.matches(kind)
            && self.group.matches(group)
            && self.name.as_ref().is_none_or(|pattern| pattern.matches(name))
    }
}

impl ProjectRules {
    /// Compiles a project's rules.
    #[must_use]
    pub fn new(project: &AppProject) -> Self {
        let spec = &project.spec;
        let source = |pattern: &String| match pattern.strip_prefix('!') {
            Some(denied) => Pattern::new(&format!("!{}", normalize_git_url(denied)), &['/']),
            None => Pattern::new(&normalize_git_url(pattern), &['/']),
        };
        let kinds = |items: &[GroupKind]| items.iter().map(KindPattern::group_kind).collect();
        let named = |items: &[ClusterResourceRestrictionItem]| items.iter().map(KindPattern::named).collect();
        ProjectRules {
            name: project.metadata.name.clone(),
            sources: spec.source_repos.iter().map(source).collect(),
            destinations: spec
                .destinations
                .iter()
                .map(|item| Destination {
                    server: Pattern::new(&item.server, &[]),
                    name: Pattern::new(&item.name, &[]),
                    namespace: Pattern::new(&item.namespace, &[]),
                })
                .collect(),
            namespaced_allowed: spec.namespace_resource_whitelist.as_deref().map(kinds),
            namespaced_denied: kinds(&spec.namespace_resource_blacklist),
            cluster_allowed: named(&spec.cluster_resource_whitelist),
            cluster_denied: named(&spec.cluster_resource_blacklist),
            source_namespaces: spec.source_namespaces.iter().map(|pattern| namespace_pattern(pattern)).collect(),
            only_own_clusters: spec.permit_only_project_scoped_clusters,
        }
    }

    /// The project's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether applications may come from this repository: some pattern allows it and none denies it.
    #[must_use]
    pub fn permits_source(&self, repository: &str) -> bool {
        let repository = normalize_git_url(repository);
        // Compat: a deny pattern that does not hit counts as an allowing one.
        let any = self.sources.iter().any(|pattern| pattern.matches(&repository));
        any && !self.sources.iter().any(|pattern| pattern.denies && !pattern.matches(&repository))
    }

    /// Whether applications may go to this namespace of this cluster.
    #[must_use]
    pub fn permits_destination(&self, cluster: ClusterIdentity<'_>, namespace: &str) -> bool {
        let owned = !self.only_own_clusters || cluster.ownership == ClusterOwnership::OfProject;
        self.matches_destination(cluster, namespace) && owned
    }

    fn matches_destination(&self, cluster: ClusterIdentity<'_>, namespace: &str) -> bool {
        let mut any = false;
        for item in &self.destinations {
            let name = !cluster.name.is_empty() && item.name.matches(cluster.name);
            let server = !cluster.server.is_empty() && item.server.matches(cluster.server);
            let in_namespace = item.namespace.matches(namespace);
            if (server || name) && in_namespace {
                any = true;
                continue;
            }
            // Compat: a denied name denies in every namespace, a denied server only in those the item names.
            let denied_cluster = (!name && item.name.denies) || (!server && item.server.denies && in_namespace);
            let denied_namespace = !in_namespace && item.namespace.denies && server;
            if denied_cluster || denied_namespace {
                return false;
            }
        }
        any
    }

    /// Whether applications may contain this kind, in a namespace. No list allows every kind, an empty list none.
    #[must_use]
    pub fn permits_namespaced_kind(&self, group: &str, kind: &str) -> bool {
        let listed = |list: &[KindPattern]| list.iter().any(|pattern| pattern.matches(group, kind, ""));
        self.namespaced_allowed.as_deref().is_none_or(listed) && !listed(&self.namespaced_denied)
    }

    /// Whether applications may contain this cluster-scoped object. No list allows none.
    #[must_use]
    pub fn permits_cluster_kind(&self, group: &str, kind: &str, name: &str) -> bool {
        let listed = |list: &[KindPattern]| list.iter().any(|pattern| pattern.matches(group, kind, name));
        listed(&self.cluster_allowed) && !listed(&self.cluster_denied)
    }

    /// Whether a kind is permitted, whichever scope it has: namespaced if the key names a namespace.
    #[must_use]
    pub fn permits_kind(&self, key: &Key) -> bool {
        match key.namespace {
            Some(_) => self.permits_namespaced_kind(&key.group, &key.kind),
            None => self.permits_cluster_kind(&key.group, &key.kind, &key.name),
        }
    }

    /// Whether a live object is visible to applications of the project: its kind is permitted and, if it is in a
    /// namespace, that namespace is. What is not visible is neither compared nor pruned nor deleted.
    #[must_use]
    pub fn permits_live(&self, key: &Key, cluster: ClusterIdentity<'_>) -> bool {
        let placed = key.namespace.as_deref().is_none_or(|namespace| self.permits_destination(cluster, namespace));
        placed && self.permits_kind(key)
    }

    /// Whether an application in this namespace may use the project.
    #[must_use]
    pub fn permits_application_namespace(&self, namespace: &str, control_plane_namespace: &str) -> bool {
        namespace.is_empty()
            || namespace == control_plane_namespace
            || self.source_namespaces.iter().any(|pattern| pattern.matches(namespace))
    }
}

/// A glob, or a regular expression between slashes.
fn namespace_pattern(pattern: &str) -> Glob {
    match pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(expression) => Glob::regular_expression(expression),
        None => Glob::new(pattern, &[]),
    }
}
