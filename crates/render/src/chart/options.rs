//! The release, the version of Helm and what the cluster can do, from the application's options.

use crate::work::Cluster;
use crate::{ApplicationFacts, ChartProblem};
use api::ApplicationSource;
use helm::{Capabilities, KubeVersion, Profile, Release};

/// The Helm that `spec.source.helm.version` names.
pub(super) fn profile(version: &str) -> Result<Profile, ChartProblem> {
    match version {
        "" | "v4" => Ok(Profile::V4_2),
        "v3" => Ok(Profile::V3_21),
        other => Err(ChartProblem::HelmVersion(other.to_owned())),
    }
}

/// The release's name and namespace.
pub(super) fn release(source: &ApplicationSource, application: &ApplicationFacts) -> Release {
    let declared = source.helm.as_ref();
    let named = declared.map(|helm| helm.release_name.as_str()).filter(|name| !name.is_empty());
    // Compat: of an application outside of the control plane's namespace, its name without that namespace.
    let own = application.instance_name.split_once('_').map_or(&*application.instance_name, |(_, name)| name);
    let default = Release::default();
    let name = named.or(Some(own)).filter(|name| !name.is_empty()).unwrap_or(&default.name);
    let namespace = namespace(source).unwrap_or(&application.namespace);
    let namespace = if namespace.is_empty() { default.namespace.as_str() } else { namespace };
    Release { name: name.to_owned(), namespace: namespace.to_owned(), is_upgrade: false }
}

/// The namespace that the source itself names for its tool.
fn namespace(source: &ApplicationSource) -> Option<&str> {
    let helm = source.helm.as_ref().map(|helm| helm.namespace.as_str());
    let kustomize = source.kustomize.as_ref().map(|kustomize| kustomize.namespace.as_str());
    [helm, kustomize].into_iter().flatten().find(|namespace| !namespace.is_empty())
}

/// What templates are told of the cluster: what the source says of it, else what is known of it.
pub(super) fn capabilities(
    source: &ApplicationSource,
    cluster: &Cluster<'_>,
    profile: Profile,
) -> Result<Capabilities, ChartProblem> {
    let told = Told::of(source, cluster);
    let mut capabilities = Capabilities::of(profile);
    if let Some(text) = told.kube_version {
        capabilities.kube_version = kube_version(&text, profile)?;
    }
    capabilities.api_versions.extend(told.api_versions);
    Ok(capabilities)
}

/// What a tool is told of the cluster.
pub(super) struct Told {
    pub(super) kube_version: Option<String>,
    pub(super) api_versions: Vec<String>,
}

impl Told {
    pub(super) fn of(source: &ApplicationSource, cluster: &Cluster<'_>) -> Self {
        let helm = source.helm.as_ref().map(|helm| (&helm.kube_version, &helm.api_versions));
        let kustomize = source.kustomize.as_ref().map(|kustomize| (&kustomize.kube_version, &kustomize.api_versions));
        let own = || [helm, kustomize].into_iter().flatten();
        let kube_version = own().map(|(version, _)| version).find(|version| !version.is_empty()).cloned();
        let kube_version = kube_version.or_else(|| cluster.ask().map(|cluster| cluster.kube_version().to_owned()));
        let api_versions = own().map(|(_, versions)| versions).find(|versions| !versions.is_empty()).cloned();
        let api_versions =
            api_versions.or_else(|| cluster.ask().map(|cluster| cluster.api_versions().to_vec())).unwrap_or_default();
        Told { kube_version: kube_version.filter(|version| !version.is_empty()), api_versions }
    }
}

/// Compat: numbers only, of a provider's `v1.33.4-gke.1245000` too.
pub(super) fn kube_version(text: &str, profile: Profile) -> Result<KubeVersion, ChartProblem> {
    let failed = |error: String| ChartProblem::KubeVersion { text: text.to_owned(), error };
    let trimmed = text.trim();
    let trimmed = trimmed.strip_prefix('v').unwrap_or(trimmed);
    let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let numbers: Vec<&str> = trimmed[..end].split('.').take(3).collect();
    let is_number = |number: &&str| !number.is_empty() && number.parse::<u32>().is_ok();
    if numbers.len() < 2 || !numbers.iter().all(is_number) {
        return Err(failed("expected major.minor.patch".to_owned()));
    }
    let patch = numbers.get(2).unwrap_or(&"0");
    let plain = format!("{}.{}.{patch}", numbers[0], numbers[1]);
    KubeVersion::parse(&plain, profile).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_kubernetes_are_cut_to_numbers() {
        let read = |text| kube_version(text, Profile::V4_2).map(|version| version.version);
        assert_eq!(read("v1.33.4-gke.1245000").as_deref(), Ok("v1.33.4"));
        assert_eq!(read("1.30").as_deref(), Ok("v1.30.0"));
        assert_eq!(read("1.30+").as_deref(), Ok("v1.30.0"));
        assert!(read("latest").is_err() && read("1").is_err() && read("1..2").is_err());
    }
}
