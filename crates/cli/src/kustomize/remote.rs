//! Bases, files and charts that lie elsewhere. A build that names none opens nothing.

use super::arguments::BuildArguments;
use super::failed::failed;
use crate::failure::Failure;
use crate::outside::{Outside, OutsideFlags, Waiting};
use bytes::Bytes;
use clock::Clock;
use kustomize::{ChartArchives, HelmChart, Remotes, Repository};
use render::{ChartPlace, Elsewhere};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tree::Tree;

/// Fetches for one build.
pub(super) struct Remote {
    flags: OutsideFlags,
    clock: Clock,
    opened: OnceLock<Result<Opened, String>>,
}

struct Opened {
    waiting: Waiting,
    _runtime: Runtime,
    /// Mirrors are for those who come again; this is one command.
    _folder: TempDir,
}

impl Remote {
    pub(super) fn open(arguments: &BuildArguments, clock: &Clock) -> Result<Self, Failure> {
        let flags = arguments.outside.clone();
        // Files that were named and are not there are told before anything is built.
        flags.repositories().map_err(|failure| failed(&failure))?;
        Ok(Remote { flags, clock: clock.clone(), opened: OnceLock::new() })
    }

    fn waiting(&self) -> Result<&Waiting, String> {
        let opened = self.opened.get_or_init(|| self.begin().map_err(|failure| failure.to_string()));
        opened.as_ref().map(|opened| &opened.waiting).map_err(Clone::clone)
    }

    fn begin(&self) -> Result<Opened, Failure> {
        let folder = tempfile::tempdir()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let outside = Outside::new(folder.path(), &self.clock)?;
        let waiting = outside.lend(self.flags.repositories()?, "", runtime.handle().clone());
        Ok(Opened { waiting, _runtime: runtime, _folder: folder })
    }
}

impl Remotes for Remote {
    fn repository(&self, repository: &Repository) -> Result<Arc<dyn Tree>, String> {
        Ok(self.waiting()?.repository(repository)?.content)
    }

    fn file(&self, url: &str, bytes_max: u64) -> Result<Bytes, String> {
        Ok(Elsewhere::file(self.waiting()?, url, bytes_max)?.content)
    }
}

impl ChartArchives for Remote {
    fn pull(&self, chart: &HelmChart) -> Result<Bytes, String> {
        let place = ChartPlace {
            repository: chart.repo.clone(),
            name: chart.name.clone(),
            version: chart.version.clone(),
            pass_credentials: false,
        };
        Ok(self.waiting()?.chart(&place)?.content)
    }
}
