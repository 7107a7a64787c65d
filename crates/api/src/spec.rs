//! What an application should be.

use crate::hydrator::SourceHydrator;
use crate::names::{DEFAULT_PROJECT, DEFAULT_REVISION_HISTORY_LIMIT};
use crate::source::ApplicationSource;
use crate::sync_policy::{SyncPolicy, SyncPolicyAutomated};
use crate::wire::{Shaped as _, wire};
use std::borrow::Cow;

wire! {
    /// What an application should be: sources, destination, project and policy.
    pub struct ApplicationSpec {
        /// The source, when there is one.
        pub source: Option<ApplicationSource> = "source";
        /// Where the resources go.
        pub destination: ApplicationDestination = "destination" required;
        /// The project whose rules hold.
        pub project: String = "project" required;
        /// When and how it is synced.
        pub sync_policy: Option<SyncPolicy> = "syncPolicy";
        /// Differences that do not count.
        pub ignore_differences: Vec<ResourceIgnoreDifferences> = "ignoreDifferences";
        /// Links and remarks for people.
        pub info: Vec<Info> = "info";
        /// How many history entries are kept (default: 10).
        pub revision_history_limit: Option<i64> = "revisionHistoryLimit";
        /// The sources, when there are several; wins over `source`.
        pub sources: Vec<ApplicationSource> = "sources";
        /// Renders one source into a branch that is synced; wins over `sources`.
        pub source_hydrator: Option<SourceHydrator> = "sourceHydrator";
    }

    /// A cluster, by address or by name, and a namespace in it.
    pub struct ApplicationDestination {
        /// Address of the cluster's API.
        pub server: String = "server";
        /// Namespace of resources that name none.
        pub namespace: String = "namespace";
        /// Name of the cluster.
        pub name: String = "name";
    }

    /// Differences that do not count, and on which resources.
    pub struct ResourceIgnoreDifferences {
        /// API group, a glob; empty is the core group.
        pub group: String = "group";
        /// Kind, a glob.
        pub kind: String = "kind" required;
        /// Name; any if empty.
        pub name: String = "name";
        /// Namespace; any if empty.
        pub namespace: String = "namespace";
        /// JSON pointers (RFC 6901) of fields.
        pub json_pointers: Vec<String> = "jsonPointers";
        /// jq paths of fields.
        pub jq_path_expressions: Vec<String> = "jqPathExpressions";
        /// Field managers whose changes are left alone.
        pub managed_fields_managers: Vec<String> = "managedFieldsManagers";
    }

    /// A link or remark.
    pub struct Info {
        /// What it is about.
        pub name: String = "name" required;
        /// The link or remark.
        pub value: String = "value" required;
    }
}

impl ApplicationSpec {
    /// The project, `default` if none is named.
    #[must_use]
    pub fn project_name(&self) -> &str {
        if self.project.is_empty() { DEFAULT_PROJECT } else { &self.project }
    }

    /// Whether `sources` is what counts.
    #[must_use]
    pub fn has_multiple_sources(&self) -> bool {
        self.source_hydrator.is_none() && !self.sources.is_empty()
    }

    /// The sources that count: the hydrator's, else `sources`, else `source`. May be empty.
    #[must_use]
    pub fn effective_sources(&self) -> Vec<Cow<'_, ApplicationSource>> {
        match (&self.source_hydrator, &self.source) {
            (Some(hydrator), _) => vec![Cow::Owned(hydrator.sync_source())],
            (None, _) if !self.sources.is_empty() => self.sources.iter().map(Cow::Borrowed).collect(),
            (None, Some(source)) => vec![Cow::Borrowed(source)],
            (None, None) => Vec::new(),
        }
    }

    /// How many history entries are kept.
    #[must_use]
    pub fn history_limit(&self) -> usize {
        let limit = self.revision_history_limit.unwrap_or(DEFAULT_REVISION_HISTORY_LIMIT);
        usize::try_from(limit).unwrap_or(0)
    }

    /// The automated policy, if it is in force.
    #[must_use]
    pub fn automated(&self) -> Option<&SyncPolicyAutomated> {
        self.sync_policy.as_ref().and_then(SyncPolicy::automated)
    }

    /// The spec as upstream's controller stores it: the project named, blocks that say nothing taken away.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        if self.project.is_empty() {
            DEFAULT_PROJECT.clone_into(&mut self.project);
        }
        if self.sync_policy.as_ref().is_some_and(SyncPolicy::is_zero) {
            self.sync_policy = None;
        }
        if self.sources.is_empty() {
            self.source = self.source.map(ApplicationSource::normalized);
        } else {
            self.sources = self.sources.into_iter().map(ApplicationSource::normalized).collect();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> ApplicationSpec {
        serde_json::from_str(text).expect("a spec")
    }

    #[test]
    fn the_hydrator_wins_over_sources_and_sources_over_source() {
        let text = r#"{"source": {"repoURL": "one"}, "sources": [{"repoURL": "two"}, {"repoURL": "three"}],
            "sourceHydrator": {"drySource": {"repoURL": "four", "path": "a"}, "syncSource": {"targetBranch": "b", "path": "c"}}}"#;
        let urls = |spec: &ApplicationSpec| -> Vec<String> {
            spec.effective_sources().iter().map(|source| source.repo_url.clone()).collect()
        };
        let mut spec = spec(text);
        assert_eq!(urls(&spec), ["four"]);
        spec.source_hydrator = None;
        assert_eq!(urls(&spec), ["two", "three"]);
        spec.sources.clear();
        assert_eq!(urls(&spec), ["one"]);
    }

    #[test]
    fn normalisation_names_the_project_and_drops_empty_blocks() {
        let spec = spec(
            r#"{"source": {"repoURL": "r", "helm": {}, "kustomize": null, "directory": {"jsonnet": {}}}, "syncPolicy": {}}"#,
        );
        let text = serde_json::to_string(&spec.normalized()).expect("text");
        assert_eq!(text, r#"{"source":{"repoURL":"r"},"destination":{},"project":"default"}"#);
    }

    #[test]
    fn the_history_limit_is_ten_unless_said() {
        assert_eq!(spec("{}").history_limit(), 10);
        assert_eq!(spec(r#"{"revisionHistoryLimit": 0}"#).history_limit(), 0);
    }
}
