//! The flags that name a server, and who one is there.

use clap::Args;
use std::path::PathBuf;

/// The flags that name a server; upstream's.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServerFlags {
    /// Address of the server, as host:port; without it, the one that `login` has kept
    #[arg(long, value_name = "ADDRESS", env = "ARGOCD_SERVER", global = true)]
    pub server: Option<String>,
    /// Token to be recognised by
    #[arg(long, value_name = "TOKEN", env = "ARGOCD_AUTH_TOKEN", hide_env_values = true, global = true)]
    pub auth_token: Option<String>,
    /// Do not encrypt
    #[arg(long, global = true)]
    pub plaintext: bool,
    /// Do not check the server's certificate
    #[arg(long, global = true)]
    pub insecure: bool,
    /// Taken and not needed: everything goes over HTTP
    #[arg(long, global = true)]
    pub grpc_web: bool,
    /// Talk to the cluster itself, without a server
    #[arg(long, global = true)]
    pub core: bool,
    /// Where logins are kept. Default: ~/.config/argocd/config
    #[arg(long = "config", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The login to use; without it, the current one
    #[arg(long, value_name = "NAME", global = true)]
    pub argocd_context: Option<String>,
}
