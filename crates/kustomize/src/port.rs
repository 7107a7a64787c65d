//! What a build needs of others: bases that lie in other repositories, files behind URLs, charts.

use crate::generate::ChartRequest;
use crate::load::Repository;
use bytes::Bytes;
use std::sync::Arc;
use tree::Tree;

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

/// Renders charts.
pub trait Charts: Send + Sync {
    /// The manifests of a chart as a YAML stream.
    ///
    /// # Errors
    /// Why it could not be rendered.
    fn render(&self, request: &ChartRequest<'_>) -> Result<String, String>;
}
