//! The flags of every command: those by which Kubernetes' commands name a cluster and an account. A leaf module.

use clap::Args;
use cluster::{Overrides, Token, Trust};
use std::path::PathBuf;

/// The flags; `--kubeconfig` and `--context` are those of every command of this binary.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Flags of Kubernetes' commands")]
pub(crate) struct Flags {
    /// If present, the namespace scope for this CLI request
    #[arg(short, long, value_name = "NAME", global = true)]
    pub namespace: Option<String>,
    /// The address and port of the Kubernetes API server
    #[arg(short, long, value_name = "ADDRESS", global = true)]
    server: Option<String>,
    /// Bearer token for authentication to the API server
    #[arg(long, value_name = "TOKEN", global = true, value_parser = token)]
    token: Option<Token>,
    /// The name of the kubeconfig user to use
    #[arg(long, value_name = "NAME", global = true)]
    user: Option<String>,
    /// The name of the kubeconfig cluster to use
    #[arg(long, value_name = "NAME", global = true)]
    cluster: Option<String>,
    /// Username to impersonate for the operation
    #[arg(long = "as", value_name = "NAME", global = true)]
    impersonate: Option<String>,
    /// Group to impersonate for the operation, this flag can be repeated to specify multiple groups
    #[arg(long = "as-group", value_name = "NAME", global = true)]
    impersonate_groups: Vec<String>,
    /// UID to impersonate for the operation
    #[arg(long = "as-uid", value_name = "UID", global = true)]
    impersonate_uid: Option<String>,
    /// Path to a cert file for the certificate authority
    #[arg(long, value_name = "FILE", global = true)]
    certificate_authority: Option<PathBuf>,
    /// Path to a client certificate file for TLS
    #[arg(long, value_name = "FILE", global = true)]
    client_certificate: Option<PathBuf>,
    /// Path to a client key file for TLS
    #[arg(long, value_name = "FILE", global = true)]
    client_key: Option<PathBuf>,
    /// If true, the server's certificate will not be checked for validity
    #[arg(long, global = true)]
    insecure_skip_tls_verify: bool,
    /// Server name to use for server certificate validation
    #[arg(long, value_name = "NAME", global = true)]
    tls_server_name: Option<String>,
    /// The length of time to wait before giving up on a single server request; 0 waits
    #[arg(long, value_name = "DURATION", global = true, default_value = "0", hide_default_value = true)]
    pub request_timeout: String,
    /// Taken for kubectl's sake: nothing is kept on disk
    #[arg(long, value_name = "DIR", global = true, hide = true)]
    cache_dir: Option<PathBuf>,
    /// Taken for kubectl's sake: answers are small
    #[arg(long, global = true, hide = true)]
    disable_compression: bool,
    /// Taken for upstream's sake: `CAPSTAN_LOG` says how much is told
    #[arg(short = 'v', long, value_name = "LEVEL", global = true, hide = true)]
    kloglevel: Option<i32>,
    /// Taken for upstream's sake: `CAPSTAN_LOG` says how much is told
    #[arg(long, value_name = "LEVEL", global = true, hide = true)]
    loglevel: Option<String>,
}

fn token(text: &str) -> Result<Token, std::convert::Infallible> {
    Ok(Token::from(text))
}

impl Flags {
    /// What they put in place of parts of the kubeconfig.
    pub(crate) fn overrides(&self, context: Option<&str>) -> Overrides {
        Overrides {
            context: context.map(str::to_owned),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
            server: self.server.clone(),
            token: self.token.clone(),
            impersonate: self.impersonate.clone(),
            impersonate_uid: self.impersonate_uid.clone(),
            impersonate_groups: self.impersonate_groups.clone(),
            certificate_authority: self.certificate_authority.clone(),
            client_certificate: self.client_certificate.clone(),
            client_key: self.client_key.clone(),
            tls_server_name: self.tls_server_name.clone(),
            trust: if self.insecure_skip_tls_verify { Trust::Anything } else { Trust::Verified },
        }
    }
}
