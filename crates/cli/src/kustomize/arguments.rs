//! The flags of `kustomize build`.

use crate::outside::OutsideFlags;
use clap::{Args, ValueEnum};
use helm::Profile;
use std::path::PathBuf;
use std::str::FromStr;

/// The flags of `kustomize build`.
#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub(crate) struct BuildArguments {
    /// The directory of the kustomization, or its place in a repository: github.com/org/repo/path?ref=v1
    #[arg(value_name = "DIR", default_value = ".")]
    pub directory: String,
    /// Write to this file, or one file for each object into this directory
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// What kustomizations may load: their own directory's files, or any
    #[arg(long, value_name = "RESTRICTION", default_value = "LoadRestrictionsRootOnly")]
    pub load_restrictor: LoadRestrictor,
    /// Order of the output where the kustomization has no sortOptions
    #[arg(long, value_name = "ORDER")]
    pub reorder: Option<Order>,
    /// Render charts
    #[arg(long)]
    pub enable_helm: bool,
    /// Version of Kubernetes that charts see
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub helm_kube_version: String,
    /// Versions of Kubernetes' API that charts see
    #[arg(long, value_name = "VERSION")]
    pub helm_api_versions: Vec<String>,
    /// Which release of Helm renders charts: 3.17, 3.21 or 4.2
    #[arg(long, value_name = "VERSION", env = "CAPSTAN_HELM_VERSION", default_value = "4.2", value_parser = Profile::from_str)]
    pub helm_version: Profile,
    /// Label every object with what made it
    #[arg(long)]
    pub enable_managedby_label: bool,
    /// Print the file and the line that each object comes from, instead of the objects
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub outside: OutsideFlags,
    #[command(flatten)]
    pub without_effect: WithoutEffect,
}

/// Flags that people's scripts have, and that mean nothing where nothing is executed.
#[derive(Debug, Args)]
pub(crate) struct WithoutEffect {
    /// Refused: plugins are programs and containers
    #[arg(long, hide = true)]
    pub enable_alpha_plugins: bool,
    /// Refused: functions are programs
    #[arg(long, hide = true)]
    pub enable_exec: bool,
    /// Refused: functions are containers
    #[arg(long, hide = true)]
    pub network: bool,
    /// Has no effect: charts are rendered by this program
    #[arg(long, value_name = "COMMAND", hide = true)]
    pub helm_command: Option<String>,
    /// Has no effect
    #[arg(long, hide = true)]
    pub helm_debug: bool,
    /// Has no effect: no function is run
    #[arg(long, hide = true)]
    pub as_current_user: bool,
    /// Has no effect: no function is run
    #[arg(long, short, hide = true)]
    pub env: Vec<String>,
    /// Has no effect: no function is run
    #[arg(long, hide = true)]
    pub mount: Vec<String>,
    /// Has no effect: no function is run
    #[arg(long, hide = true)]
    pub network_name: Option<String>,
    /// Has no effect
    #[arg(long, hide = true)]
    pub stack_trace: bool,
}

impl WithoutEffect {
    /// The first flag that asks for something to be executed.
    pub(super) fn refused(&self) -> Option<&'static str> {
        [
            (self.enable_alpha_plugins, "--enable-alpha-plugins"),
            (self.enable_exec, "--enable-exec"),
            (self.network, "--network"),
        ]
        .into_iter()
        .find_map(|(given, flag)| given.then_some(flag))
    }
}

/// What may be loaded.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LoadRestrictor {
    /// Files in or below the kustomization's directory
    #[value(name = "LoadRestrictionsRootOnly", alias = "")]
    RootOnly,
    /// Files from anywhere
    #[value(name = "LoadRestrictionsNone", alias = "none")]
    None,
}

/// Orders of the output.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Order {
    /// Namespaces first, webhooks last
    Legacy,
    /// As they were read
    None,
}
