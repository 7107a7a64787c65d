//! `helmCharts` through the crate `helm`: what `helm template` would print, without a process.

use crate::kustomization::HelmChart;
use crate::port::{ChartPlace, ChartRequest, Charts};
use budget::Budget;
use bytes::Bytes;
use helm::{
    Capabilities, Chance, Compiled, KubeVersion, Loaded, Options, Printed, Profile, Release, Request, Source,
    UserValues,
};
use tree::{MemoryTree, TreePath};

/// Fetches archives of charts from repositories.
pub trait ChartArchives: Send + Sync {
    /// The archive of a chart, as `helm pull` would fetch it.
    ///
    /// # Errors
    /// Why it could not be fetched, without credentials.
    fn pull(&self, chart: &HelmChart) -> Result<Bytes, String>;
}

/// Renders charts as one release of Helm does.
#[derive(Clone, Default)]
pub struct HelmCharts<'a> {
    /// Which release.
    pub profile: Profile,
    /// Where the present and chance come from.
    pub chance: Chance,
    /// The version of Kubernetes for charts whose kustomization names none; empty for the release's own.
    pub kube_version: String,
    /// The API versions for charts whose kustomization names none.
    pub api_versions: Vec<String>,
    /// Who fetches charts that do not lie in the tree; without anybody they are refused.
    pub archives: Option<&'a dyn ChartArchives>,
}

impl Charts for HelmCharts<'_> {
    fn fetch(&self, chart: &HelmChart) -> Result<Bytes, String> {
        let Some(archives) = self.archives else {
            return Err(format!(
                "charts of {} are not fetched here: put the chart into the repository, below the chart home",
                chart.repo
            ));
        };
        archives.pull(chart)
    }

    fn own_values(&self, archive: &Bytes, budget: &mut Budget) -> Result<Option<Bytes>, String> {
        let loaded = helm::load_archive(archive, self.profile, budget).map_err(|error| error.to_string())?;
        Ok(loaded.chart.values_text)
    }

    fn render(&self, request: &ChartRequest<'_>, budget: &mut Budget) -> Result<String, String> {
        let chart = request.chart;
        let files = request.values.iter();
        let sources: Vec<Source> =
            files.map(|file| Source::File { path: file.name.clone(), content: file.content.clone() }).collect();
        let values = UserValues::merge(&sources, self.profile, budget).map_err(|error| error.to_string())?;
        let Loaded { chart: loaded, .. } = match &request.place {
            ChartPlace::Directory(tree, path) => helm::load(*tree, path, self.profile, budget),
            ChartPlace::Archive(archive) => helm::load_archive(archive, self.profile, budget),
        }
        .map_err(|error| error.to_string())?;
        let request = Request {
            release: self.release(chart, budget)?,
            capabilities: self.capabilities(chart)?,
            options: Options { include_crds: chart.include_crds, ..Options::default() },
            chance: self.chance.clone(),
            ..Request::new(&loaded, &values, self.profile)
        };
        let rendered =
            helm::render(&request, &mut Compiled::new(), budget).map_err(|failed| failed.error.to_string())?;
        Ok(helm::print(&rendered, Printed { without_hooks: chart.skip_hooks, without_tests: chart.skip_tests }))
    }
}

impl HelmCharts<'_> {
    fn release(&self, chart: &HelmChart, budget: &mut Budget) -> Result<Release, String> {
        let name = match (chart.release_name.as_str(), chart.name_template.as_str()) {
            ("", "") => {
                let base = chart.name.rsplit('/').next().unwrap_or_default();
                format!("{base}-{}", self.chance.now_seconds)
            }
            ("", template) => self.name(template, budget)?,
            (name, "") => name.to_owned(),
            _ => return Err("cannot set --name-template and also specify a name".to_owned()),
        };
        let assumed = Release::default();
        let namespace = if chart.namespace.is_empty() { assumed.namespace } else { chart.namespace.clone() };
        Ok(Release { name, namespace, ..Release::default() })
    }

    /// What a template of names gives. It knows nothing but functions, so a chart of nothing else renders it.
    fn name(&self, template: &str, budget: &mut Budget) -> Result<String, String> {
        const BEFORE: &str = "name: ";
        let files = MemoryTree::from_files([
            ("Chart.yaml", "apiVersion: v2\nname: names\nversion: 0.0.0\n".to_owned()),
            ("templates/name.yaml", format!("{BEFORE}{template}")),
        ]);
        let told = |error: String| format!("name template: {error}");
        let root = TreePath::root();
        let loaded = helm::load(&files, &root, self.profile, budget).map_err(|error| told(error.to_string()))?;
        let values = UserValues::merge(&[], self.profile, budget).map_err(|error| told(error.to_string()))?;
        let request = Request { chance: self.chance.clone(), ..Request::new(&loaded.chart, &values, self.profile) };
        let rendered =
            helm::render(&request, &mut Compiled::new(), budget).map_err(|failed| told(failed.error.to_string()))?;
        let printed = helm::print(&rendered, Printed::default());
        let name = printed.lines().find_map(|line| line.strip_prefix(BEFORE));
        Ok(name.unwrap_or_default().to_owned())
    }

    /// Compat: flags only fill in what the kustomization leaves out.
    fn capabilities(&self, chart: &HelmChart) -> Result<Capabilities, String> {
        let mut capabilities = Capabilities::of(self.profile);
        let version = if chart.kube_version.is_empty() { &self.kube_version } else { &chart.kube_version };
        if !version.is_empty() {
            capabilities.kube_version = KubeVersion::parse(version, self.profile)
                .map_err(|error| format!("invalid kube version '{version}': {error}"))?;
        }
        let more = if chart.api_versions.is_empty() { &self.api_versions } else { &chart.api_versions };
        capabilities.api_versions.extend(more.iter().flat_map(|text| text.split(',')).map(str::to_owned));
        Ok(capabilities)
    }
}
