//! The flags that every command knows.

use budget::{Budget, Limits};
use clap::Args;
use helm::Profile;
use std::path::PathBuf;
use std::str::FromStr;

/// Room for the largest public charts; what a chart costs beyond it is told as a limit.
const LIMITS: Limits = Limits { fuel: 2_000_000_000, bytes: 4 << 30, depth: 10_000 };

/// Flags of all commands.
#[derive(Debug, Clone, Args)]
pub(crate) struct Globals {
    /// Which release of Helm to speak as: 3.17, 3.21 or 4.2
    #[arg(long, value_name = "VERSION", env = "CAPSTAN_HELM_VERSION", default_value = "4.2", value_parser = Profile::from_str)]
    pub helm_version: Profile,
    /// Namespace of the release
    #[arg(long, short, value_name = "NAMESPACE", env = "HELM_NAMESPACE", hide_env = true)]
    pub namespace: Option<String>,
    /// Print what was rendered even when it is no YAML
    #[arg(long)]
    pub debug: bool,
    /// Folder with the configuration of chart repositories
    #[arg(long, value_name = "FILE", env = "HELM_REPOSITORY_CONFIG", hide = true)]
    pub repository_config: Option<PathBuf>,
    /// File with the credentials of registries
    #[arg(long, value_name = "FILE", env = "HELM_REGISTRY_CONFIG", hide = true)]
    pub registry_config: Option<PathBuf>,
    /// Has no effect: indexes are asked for anew
    #[arg(long, value_name = "DIR", hide = true)]
    pub repository_cache: Option<PathBuf>,
    /// Folder that fetched charts are kept in
    #[arg(long, value_name = "DIR", env = "CAPSTAN_CHART_CACHE", hide_env = true)]
    pub content_cache: Option<PathBuf>,
}

impl Globals {
    /// The file that `helm repo add` writes.
    pub(super) fn repositories_file(&self) -> PathBuf {
        self.repository_config.clone().unwrap_or_else(|| configuration().join("repositories.yaml"))
    }

    /// The files that hold logins at registries.
    pub(super) fn registry_configs(&self) -> Vec<PathBuf> {
        let own = self.registry_config.clone().unwrap_or_else(|| configuration().join("registry/config.json"));
        let docker = variable("DOCKER_CONFIG").map_or_else(|| home().join(".docker"), PathBuf::from);
        vec![own, docker.join("config.json")]
    }

    /// Where fetched charts are kept.
    pub(super) fn chart_folder(&self) -> PathBuf {
        self.content_cache.clone().unwrap_or_else(|| {
            let cache = variable("XDG_CACHE_HOME").map_or_else(|| home().join(".cache"), PathBuf::from);
            cache.join("capstan/charts")
        })
    }

    /// What one command may use.
    pub(super) fn budget() -> Budget {
        Budget::new(LIMITS)
    }
}

/// Helm's folder of configuration.
fn configuration() -> PathBuf {
    match (variable("HELM_CONFIG_HOME"), variable("XDG_CONFIG_HOME")) {
        (Some(own), _) => own.into(),
        (None, Some(all)) => PathBuf::from(all).join("helm"),
        (None, None) => home().join(".config/helm"),
    }
}

fn home() -> PathBuf {
    variable("HOME").map_or_else(std::env::temp_dir, PathBuf::from)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
