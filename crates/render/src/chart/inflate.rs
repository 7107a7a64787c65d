//! Charts inside of a kustomization (`helmCharts`), rendered by the same Helm as charts on their own.

use super::options::{Told, kube_version};
use crate::elsewhere::{Asked, ChartPlace};
use crate::work::{Around, Cluster};
use api::ApplicationSource;
use budget::Budget;
use helm::{Capabilities, Chart, Compiled, Options, Printed, Profile, Release, Request, Source, UserValues};
use kustomize::{ChartRequest, Charts};
use std::sync::{Mutex, PoisonError};

/// Renders charts for kustomizations.
pub(crate) struct Inflater<'i> {
    /// What fetches charts that do not lie in the tree.
    elsewhere: &'i Asked<'i>,
    /// What says of the cluster what the kustomization does not say.
    source: &'i ApplicationSource,
    cluster: &'i Cluster<'i>,
    /// What all charts of the kustomization may use together.
    budget: Mutex<Budget>,
}

const PROFILE: Profile = Profile::V4_2;

impl Charts for Inflater<'_> {
    fn render(&self, request: &ChartRequest<'_>) -> Result<String, String> {
        let budget = &mut *self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = request.chart;
        let chart = self.chart(request, budget)?;
        let file = |(at, value): (usize, &serde_json::Value)| Source::File {
            path: format!("values {at} of chart {}", asked.name),
            content: value.to_string().into(),
        };
        let sources: Vec<Source> =
            std::iter::once(request.values).chain(request.additional_values).enumerate().map(file).collect();
        let values = UserValues::merge(&sources, PROFILE, budget).map_err(|error| error.to_string())?;
        let helm = Request {
            release: release(request)?,
            capabilities: self.capabilities(request)?,
            options: Options { include_crds: asked.include_crds, ..Options::default() },
            ..Request::new(&chart, &values, PROFILE)
        };
        let rendered = helm::render(&helm, &mut Compiled::new(), budget).map_err(|failed| failed.error.to_string())?;
        Ok(helm::print(&rendered, Printed { without_hooks: asked.skip_hooks, without_tests: asked.skip_tests }))
    }
}

impl<'i> Inflater<'i> {
    /// For the kustomizations of `source`.
    pub(crate) fn new(source: &'i ApplicationSource, around: &'i Around<'i>, budget: Mutex<Budget>) -> Self {
        Inflater { elsewhere: &around.elsewhere, source, cluster: &around.cluster, budget }
    }

    /// The chart where it lies, else from its repository.
    fn chart(&self, request: &ChartRequest<'_>, budget: &mut Budget) -> Result<Chart, String> {
        let asked = request.chart;
        let real = tree::resolve(request.tree, request.chart_directory).map_err(|error| error.to_string())?;
        let stands = request.tree.entry(&real).map_err(|error| error.to_string())?.is_some();
        let loaded = if stands || asked.repo.is_empty() {
            helm::load(request.tree, request.chart_directory, PROFILE, budget)
        } else {
            let place = ChartPlace {
                repository: asked.repo.clone(),
                name: asked.name.clone(),
                version: asked.version.clone(),
                pass_credentials: false,
            };
            helm::load_archive(&self.elsewhere.chart(&place)?, PROFILE, budget)
        };
        loaded.map(|loaded| loaded.chart).map_err(|error| error.to_string())
    }

    fn capabilities(&self, request: &ChartRequest<'_>) -> Result<Capabilities, String> {
        let asked = request.chart;
        let told = Told::of(self.source, self.cluster);
        let mut capabilities = Capabilities::of(PROFILE);
        let version = Some(&asked.kube_version).filter(|version| !version.is_empty()).or(told.kube_version.as_ref());
        if let Some(version) = version {
            capabilities.kube_version = kube_version(version, PROFILE).map_err(|error| error.to_string())?;
        }
        capabilities.api_versions.extend(asked.api_versions.iter().chain(&told.api_versions).cloned());
        Ok(capabilities)
    }
}

fn release(request: &ChartRequest<'_>) -> Result<Release, String> {
    let asked = request.chart;
    let default = Release::default();
    let template = Some(asked.name_template.as_str()).filter(|template| !template.is_empty());
    if template.is_some_and(|template| template.contains("{{")) {
        return Err(format!(
            "chart {}: a nameTemplate with actions is not evaluated here; name the release",
            asked.name
        ));
    }
    let named = Some(asked.release_name.as_str()).filter(|name| !name.is_empty()).or(template);
    let namespace = if asked.namespace.is_empty() { default.namespace } else { asked.namespace.clone() };
    Ok(Release { name: named.unwrap_or(&default.name).to_owned(), namespace, is_upgrade: false })
}
