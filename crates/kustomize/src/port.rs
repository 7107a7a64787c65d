//! What a build needs of others: bases that lie in other repositories, files behind URLs, charts.

use crate::kustomization::HelmChart;
use crate::load::Repository;
use budget::Budget;
use bytes::Bytes;
use std::sync::Arc;
use tree::{Tree, TreePath};

/// Fetches what lies elsewhere. It decides what may be fetched: addresses of private networks are its business.
pub trait Remotes: Send + Sync {
    /// The files of a repository at the reference it names.
    ///
    /// # Errors
    /// Why it could not be fetched, without credentials.
    fn repository(&self, repository: &Repository) -> Result<Arc<dyn Tree>, String>;

    /// The content behind an `http` or `https` address, at most `bytes_max` of it.
    ///
    /// # Errors
    /// Why it could not be fetched, without credentials.
    fn file(&self, url: &str, bytes_max: u64) -> Result<Bytes, String>;
}

/// Fetches and renders charts. [`crate::HelmCharts`] is the one for Helm's.
pub trait Charts: Send + Sync {
    /// The archive of a chart that does not lie in the tree.
    ///
    /// # Errors
    /// Why it could not be fetched, without credentials.
    fn fetch(&self, chart: &HelmChart) -> Result<Bytes, String>;

    /// The values.yaml of a chart in an archive, as it is written.
    ///
    /// # Errors
    /// When it is no chart.
    fn own_values(&self, archive: &Bytes, budget: &mut Budget) -> Result<Option<Bytes>, String>;

    /// The manifests of a chart as a YAML stream.
    ///
    /// # Errors
    /// Why it could not be rendered.
    fn render(&self, request: &ChartRequest<'_>, budget: &mut Budget) -> Result<String, String>;
}

/// A chart to render.
pub struct ChartRequest<'r> {
    /// Where it is.
    pub place: ChartPlace<'r>,
    /// What is asked for.
    pub chart: &'r HelmChart,
    /// Files of values; each wins over those before it.
    pub values: Vec<ValuesFile>,
}

/// Where a chart is.
pub enum ChartPlace<'r> {
    /// A directory of a tree.
    Directory(&'r dyn Tree, TreePath),
    /// An archive that was fetched.
    Archive(Bytes),
}

/// A file of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuesFile {
    /// What it is called in messages.
    pub name: String,
    /// Its content.
    pub content: Bytes,
}
