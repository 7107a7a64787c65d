//! Charts inside of a kustomization (`helmCharts`), rendered by the same Helm as charts on their own.

use super::options::{Told, kube_version};
use crate::elsewhere::{Asked, ChartPlace};
use crate::work::{Around, Cluster};
use api::ApplicationSource;
use budget::Budget;
use bytes::Bytes;
use helm::{Chance, Profile};
use kustomize::{ChartRequest, Charts, HelmChart, HelmCharts};

/// Renders charts for the kustomizations of a source.
pub(crate) struct Inflater<'i> {
    elsewhere: &'i Asked<'i>,
    /// What says of the cluster what the kustomization does not say. Asked only when there is a chart.
    source: &'i ApplicationSource,
    cluster: &'i Cluster<'i>,
    chance: Chance,
}

impl<'i> Inflater<'i> {
    /// For the kustomizations of `source`.
    pub(crate) fn new(source: &'i ApplicationSource, around: &'i Around<'i>, chance: Chance) -> Self {
        Inflater { elsewhere: &around.elsewhere, source, cluster: &around.cluster, chance }
    }

    fn helm(&self) -> Result<HelmCharts<'_>, String> {
        let told = Told::of(self.source, self.cluster);
        let profile = Profile::default();
        let version = told.kube_version.map(|text| kube_version(&text, profile)).transpose();
        let kube_version = version.map_err(|error| error.to_string())?.map(|version| version.normalized);
        Ok(HelmCharts {
            profile,
            chance: self.chance.clone(),
            kube_version: kube_version.unwrap_or_default(),
            api_versions: told.api_versions,
            archives: None,
        })
    }
}

impl Charts for Inflater<'_> {
    fn fetch(&self, chart: &HelmChart) -> Result<Bytes, String> {
        self.elsewhere.chart(&ChartPlace {
            repository: chart.repo.clone(),
            name: chart.name.clone(),
            version: chart.version.clone(),
            pass_credentials: false,
        })
    }

    fn own_values(&self, archive: &Bytes, budget: &mut Budget) -> Result<Option<Bytes>, String> {
        HelmCharts::default().own_values(archive, budget)
    }

    fn render(&self, request: &ChartRequest<'_>, budget: &mut Budget) -> Result<String, String> {
        self.helm()?.render(request, budget)
    }
}
