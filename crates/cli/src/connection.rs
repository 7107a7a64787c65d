//! Which cluster a command talks to.

use crate::failure::Failure;
use clap::Args;
use clock::Clock;
use cluster::ClusterClient;
use std::path::{Path, PathBuf};

/// Where `up` and `demo` keep their state unless told otherwise.
pub(crate) const DEFAULT_DATA: &str = ".capstan";

/// The flags that name a cluster.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Connection {
    /// Path of the kubeconfig. Default: $KUBECONFIG, then .capstan/kubeconfig in this folder, then ~/.kube/config
    #[arg(long, value_name = "FILE", global = true)]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig to use. Default: its current one
    #[arg(long = "context", alias = "kube-context", value_name = "NAME", global = true)]
    pub context: Option<String>,
}

impl Connection {
    /// A client of that cluster. Nothing is sent yet.
    pub(crate) async fn client(&self, clock: &Clock) -> Result<ClusterClient, Failure> {
        let path = self.kubeconfig_path();
        ClusterClient::from_kubeconfig(path.as_deref(), self.context.as_deref(), clock).await.map_err(|error| {
            Failure::new(format!("{error}; name a cluster with --kubeconfig, or start one with `capstan up`"))
        })
    }

    /// The kubeconfig that is named, or lies in this folder; `None` for the usual places.
    pub(crate) fn kubeconfig_path(&self) -> Option<PathBuf> {
        if self.kubeconfig.is_some() || std::env::var_os("KUBECONFIG").is_some_and(|value| !value.is_empty()) {
            return self.kubeconfig.clone();
        }
        let local = Path::new(DEFAULT_DATA).join("kubeconfig");
        local.is_file().then_some(local)
    }
}
