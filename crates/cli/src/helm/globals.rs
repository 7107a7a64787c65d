//! The flags that every command knows.

use budget::{Budget, Limits};
use clap::Args;
use helm::Profile;
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
    pub repository_config: Option<std::path::PathBuf>,
    /// File with the credentials of registries
    #[arg(long, value_name = "FILE", env = "HELM_REGISTRY_CONFIG", hide = true)]
    pub registry_config: Option<std::path::PathBuf>,
    /// Has no effect: indexes are asked for anew
    #[arg(long, value_name = "DIR", hide = true)]
    pub repository_cache: Option<std::path::PathBuf>,
    /// Folder that fetched charts are kept in
    #[arg(long, value_name = "DIR", env = "CAPSTAN_CHART_CACHE", hide_env = true)]
    pub content_cache: Option<std::path::PathBuf>,
}

impl Globals {
    /// What one command may use.
    pub(super) fn budget() -> Budget {
        Budget::new(LIMITS)
    }
}
