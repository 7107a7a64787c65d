//! What kinds a cluster serves, read from its discovery documents. Pure: [`crate::ClusterClient`] fetches them.

use crate::{GroupKind, Resource, Scope};
use object::{Fetched, Gvk};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The media types of aggregated discovery, newest first, then the classic form for servers that lack it.
pub(crate) const ACCEPT_AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// All kinds a cluster serves, as far as it could be learned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    resources: BTreeMap<Gvk, Resource>,
    /// For each group and kind, its versions in the server's order of preference.
    versions: BTreeMap<GroupKind, Vec<Box<str>>>,
    /// Group versions whose kinds could not be read, and why.
    unknown: BTreeMap<Box<str>, String>,
    /// The cluster's own version: `v1.36.2`.
    pub cluster_version: String,
}

impl Served {
    /// The kind `gvk`. A group version that could not be read makes the answer unknown, not absent.
    #[must_use]
    pub fn resource(&self, gvk: &Gvk) -> Fetched<&Resource> {
        match (self.resources.get(gvk), self.unknown.get(&*gvk.api_version())) {
            (Some(resource), _) => Fetched::Known(resource),
            (None, Some(cause)) => Fetched::Unknown(cause.clone()),
            (None, None) => Fetched::Absent,
        }
    }

    /// The kind in the version the server prefers.
    #[must_use]
    pub fn preferred(&self, group: &str, kind: &str) -> Fetched<&Resource> {
        if let Some(version) = self.versions.get(&GroupKind::new(group, kind)).and_then(|versions| versions.first()) {
            return self.resource(&Gvk::new(group, version, kind));
        }
        match self.unknown.iter().find(|(api_version, _)| group_of(api_version) == group) {
            Some((_, cause)) => Fetched::Unknown(cause.clone()),
            None => Fetched::Absent,
        }
    }

    /// Every kind once, in the version the server prefers, sorted.
    pub fn preferred_kinds(&self) -> impl Iterator<Item = &Resource> {
        self.versions
            .iter()
            .filter_map(|(kind, versions)| self.resources.get(&Gvk::new(&kind.group, versions.first()?, &kind.kind)))
    }

    /// Every kind in every version, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// Group versions whose kinds could not be read, and why.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unknown.iter().map(|(api_version, cause)| (&**api_version, &**cause))
    }

    /// `v1`, `apps/v1`, `apps/v1/Deployment`, …: what charts ask `.Capabilities.APIVersions` for. Sorted.
    #[must_use]
    pub fn api_versions(&self) -> Vec<String> {
        let mut versions = BTreeSet::new();
        for gvk in self.resources.keys() {
            versions.insert(gvk.api_version());
            versions.insert(format!("{}/{}", gvk.api_version(), gvk.kind));
        }
        versions.into_iter().collect()
    }

    /// Adds the kinds of an aggregated document; groups come in the server's order of preference of their versions.
    pub(crate) fn add_aggregated(&mut self, groups: AggregatedList) {
        for group in groups.items {
            let name = group.metadata.name.unwrap_or_default();
            for version in group.versions {
                if version.freshness.as_deref() == Some("Stale") {
                    let api_version = Gvk::new(&name, &version.version, "").api_version();
                    self.add_unknown(&api_version, "the server behind it did not answer the API server");
                }
                for resource in version.resources {
                    self.add_aggregated_resource(&name, &version.version, resource);
                }
            }
        }
    }

    fn add_aggregated_resource(&mut self, group: &str, version: &str, found: AggregatedResource) {
        let kind = found.response_kind.map(|kind| kind.kind).unwrap_or_default();
        if kind.is_empty() {
            return;
        }
        let scope = if found.scope == "Namespaced" { Scope::Namespaced } else { Scope::Cluster };
        self.add(Resource {
            gvk: Gvk::new(group, version, &kind),
            plural: found.resource.into(),
            scope,
            verbs: sorted(found.verbs),
            subresources: sorted(found.subresources.into_iter().map(|part| part.subresource).collect()),
        });
    }

    /// Adds the kinds of one group version in the classic form.
    pub(crate) fn add_classic(&mut self, group_version: &str, list: ClassicResources) {
        let mut parts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut whole = Vec::new();
        for resource in list.resources {
            match resource.name.split_once('/') {
                Some((name, part)) => parts.entry(name.to_owned()).or_default().push(part.to_owned()),
                None => whole.push(resource),
            }
        }
        for resource in whole {
            let scope = if resource.namespaced { Scope::Namespaced } else { Scope::Cluster };
            self.add(Resource {
                gvk: Gvk::from_api_version(group_version, &resource.kind),
                subresources: sorted(parts.remove(&resource.name).unwrap_or_default()),
                plural: resource.name.into(),
                scope,
                verbs: sorted(resource.verbs),
            });
        }
    }

    /// Notes that the kinds of a group version could not be read.
    pub(crate) fn add_unknown(&mut self, api_version: &str, cause: &str) {
        self.unknown.insert(api_version.into(), format!("the kinds of {api_version} could not be read: {cause}"));
    }

    fn add(&mut self, resource: Resource) {
        let gvk = &resource.gvk;
        let versions = self.versions.entry(GroupKind::new(&gvk.group, &gvk.kind)).or_default();
        if !versions.contains(&gvk.version) {
            versions.push(gvk.version.clone());
        }
        // Compat: where two resources share a kind (core `Eviction`, `Scale`), the first one with `list` is meant.
        match self.resources.get(gvk) {
            Some(known) if known.allows("list") || !resource.allows("list") => {}
            _ => drop(self.resources.insert(gvk.clone(), resource)),
        }
    }
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

fn sorted(mut names: Vec<String>) -> Vec<Box<str>> {
    names.sort_unstable();
    names.into_iter().map(String::into_boxed_str).collect()
}

/// The aggregated discovery document.
#[derive(Debug, Deserialize)]
pub(crate) struct AggregatedList {
    pub kind: String,
    #[serde(default)]
    items: Vec<AggregatedGroup>,
}

#[derive(Debug, Deserialize)]
struct AggregatedGroup {
    #[serde(default)]
    metadata: GroupMeta,
    #[serde(default)]
    versions: Vec<AggregatedVersion>,
}

#[derive(Debug, Default, Deserialize)]
struct GroupMeta {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AggregatedVersion {
    version: String,
    #[serde(default)]
    resources: Vec<AggregatedResource>,
    freshness: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AggregatedResource {
    resource: String,
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
    #[serde(default)]
    subresources: Vec<AggregatedPart>,
}

#[derive(Debug, Deserialize)]
struct ResponseKind {
    kind: String,
}

#[derive(Debug, Deserialize)]
struct AggregatedPart {
    subresource: String,
}

/// `/apis` in the classic form.
#[derive(Debug, Deserialize)]
pub(crate) struct ClassicGroups {
    #[serde(default)]
    pub groups: Vec<ClassicGroup>,
}

/// One group of `/apis`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClassicGroup {
    pub preferred_version: Option<ClassicVersion>,
    #[serde(default)]
    pub versions: Vec<ClassicVersion>,
}

/// One version of a group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClassicVersion {
    pub group_version: String,
}

impl ClassicGroup {
    /// Its versions, the preferred one first.
    pub(crate) fn ordered(self) -> Vec<ClassicVersion> {
        let mut versions: Vec<ClassicVersion> = self.preferred_version.into_iter().collect();
        for version in self.versions {
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
        versions
    }
}

/// `/api` in the classic form.
#[derive(Debug, Deserialize)]
pub(crate) struct ClassicCore {
    #[serde(default)]
    pub versions: Vec<String>,
}

/// The kinds of one group version in the classic form.
#[derive(Debug, Deserialize)]
pub(crate) struct ClassicResources {
    #[serde(default)]
    resources: Vec<ClassicResource>,
}

#[derive(Debug, Deserialize)]
struct ClassicResource {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    verbs: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn aggregated(items: Value) -> Served {
        let mut served = Served::default();
        let list = serde_json::from_value(json!({"kind": "APIGroupDiscoveryList", "items": items}));
        served.add_aggregated(list.expect("a document"));
        served
    }

    fn autoscaling() -> Served {
        let hpa = |version: &str| {
            json!({"version": version, "freshness": "Current", "resources": [
                {"resource": "horizontalpodautoscalers", "scope": "Namespaced", "verbs": ["watch", "list"],
                 "responseKind": {"group": "", "version": "", "kind": "HorizontalPodAutoscaler"},
                 "subresources": [{"subresource": "status"}]}]})
        };
        aggregated(json!([
            {"metadata": {"name": "autoscaling"}, "versions": [hpa("v2"), hpa("v1")]},
            {"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1", "freshness": "Stale"}]},
        ]))
    }

    #[test]
    fn the_first_version_is_preferred() {
        let served = autoscaling();
        let preferred = served.preferred("autoscaling", "HorizontalPodAutoscaler");
        assert_eq!(preferred.known().map(|resource| &*resource.gvk.version), Some("v2"));
        assert_eq!(served.preferred_kinds().count(), 1);
        let resource = served.resource(&Gvk::new("autoscaling", "v1", "HorizontalPodAutoscaler"));
        assert_eq!(resource.known().map(|resource| resource.scope), Some(Scope::Namespaced));
    }

    #[test]
    fn a_group_that_did_not_answer_is_unknown_and_others_are_absent() {
        let served = autoscaling();
        let metrics = served.resource(&Gvk::new("metrics.k8s.io", "v1beta1", "PodMetrics"));
        assert!(matches!(metrics, Fetched::Unknown(_)));
        assert!(matches!(served.preferred("metrics.k8s.io", "PodMetrics"), Fetched::Unknown(_)));
        assert_eq!(served.resource(&Gvk::new("no.such", "v1", "Thing")), Fetched::Absent);
    }

    #[test]
    fn both_forms_say_the_same() {
        let mut classic = Served::default();
        for version in ["v2", "v1"] {
            let list = json!({"resources": [
                {"name": "horizontalpodautoscalers", "kind": "HorizontalPodAutoscaler", "namespaced": true,
                 "verbs": ["list", "watch"]},
                {"name": "horizontalpodautoscalers/status", "kind": "HorizontalPodAutoscaler", "namespaced": true}]});
            classic.add_classic(&format!("autoscaling/{version}"), serde_json::from_value(list).expect("a document"));
        }
        classic.add_unknown("metrics.k8s.io/v1beta1", "the server behind it did not answer the API server");
        assert_eq!(classic, autoscaling());
    }

    #[test]
    fn charts_can_ask_for_versions_and_kinds() {
        assert_eq!(
            autoscaling().api_versions(),
            [
                "autoscaling/v1",
                "autoscaling/v1/HorizontalPodAutoscaler",
                "autoscaling/v2",
                "autoscaling/v2/HorizontalPodAutoscaler"
            ]
        );
    }
}
