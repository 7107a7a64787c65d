//! What applications' sources need from elsewhere: values files behind URLs and charts. An application is written by
//! others, so that only public addresses are asked.

use crate::failure::Failure;
use bytes::Bytes;
use charts::{Access, Charts, ChartsOptions, PassCredentials, Repository, Transport, Wanted};
use clock::{Clock, Offload};
use render::{ChartPlace, Elsewhere};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;
use tree::Tree;
use url::Url;

/// Fetches, and keeps what was fetched in a folder.
pub(crate) struct Outside {
    charts: Charts,
    runtime: Handle,
}

impl Outside {
    /// Assumption: called inside a Tokio runtime; used on threads that may wait.
    pub(crate) fn new(folder: &Path, clock: &Clock) -> Result<Self, Failure> {
        let options = ChartsOptions::in_folder(folder.join("charts"));
        let charts = Charts::new(options, clock, Offload::pool(1)).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Outside { charts, runtime: Handle::current() })
    }
}

impl Elsewhere for Outside {
    fn file(&self, url: &str, bytes_max: u64) -> Result<Bytes, String> {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        let content = self.runtime.block_on(self.charts.fetch_url(&url, &Access::default()));
        let content = content.map_err(|error| error.to_string())?;
        if content.len() as u64 > bytes_max {
            return Err(format!("it has more than {bytes_max} bytes (limit: size of a fetched file)"));
        }
        Ok(content)
    }

    fn repository(&self, _: &render::Repository) -> Result<Arc<dyn Tree>, String> {
        Err("bases in other repositories are not fetched here; bring them into this one".to_owned())
    }

    fn chart(&self, chart: &ChartPlace) -> Result<Bytes, String> {
        let repository = Repository::parse(&chart.repository, Transport::Https).map_err(|error| error.to_string())?;
        let pass_credentials =
            if chart.pass_credentials { PassCredentials::Everywhere } else { PassCredentials::SameHost };
        let access = Access { pass_credentials, ..Access::default() };
        let wanted = Wanted { access, ..Wanted::new(repository, &chart.name, &chart.version) };
        let fetched = self.runtime.block_on(self.charts.fetch(&wanted)).map_err(|error| error.to_string())?;
        Ok(fetched.archive)
    }
}
