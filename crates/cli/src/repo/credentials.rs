//! The flags that say who one is to repositories; the same for one repository and for a template of many.

use crate::failure::Failure;
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The largest file with a key or certificate that is read; real ones have some KiB.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Who one is to a repository.
#[derive(Debug, Args)]
pub(super) struct Credentials {
    /// Type of the repository: git, helm or oci
    #[arg(long = "type", default_value = "git")]
    kind: String,
    /// Username to the repository
    #[arg(long, default_value = "")]
    username: String,
    /// Password to the repository
    #[arg(long, default_value = "", hide_default_value = true)]
    password: String,
    /// Bearer token to the Git repository
    #[arg(long, default_value = "", hide_default_value = true)]
    bearer_token: String,
    /// Path to the private ssh key (e.g. ~/.ssh/id_rsa)
    #[arg(long, value_name = "FILE")]
    ssh_private_key_path: Option<PathBuf>,
    /// Path to the TLS client cert (must be PEM format)
    #[arg(long, value_name = "FILE", requires = "tls_client_cert_key_path")]
    tls_client_cert_path: Option<PathBuf>,
    /// Path to the TLS client cert's key (must be PEM format)
    #[arg(long, value_name = "FILE", requires = "tls_client_cert_path")]
    tls_client_cert_key_path: Option<PathBuf>,
    /// Id of the GitHub Application
    #[arg(long, default_value = "")]
    github_app_id: String,
    /// Installation id of the GitHub Application
    #[arg(long, default_value = "")]
    github_app_installation_id: String,
    /// Private key of the GitHub Application
    #[arg(long, value_name = "FILE")]
    github_app_private_key_path: Option<PathBuf>,
    /// Base url to use when using GitHub Enterprise
    #[arg(long, default_value = "")]
    github_app_enterprise_base_url: String,
    /// Service account key for the Google Cloud Platform
    #[arg(long, value_name = "FILE")]
    gcp_service_account_key_path: Option<PathBuf>,
    /// Enable helm-oci (Helm OCI-Based Repository)
    #[arg(long)]
    enable_oci: bool,
    /// Use http when accessing an OCI repository
    #[arg(long)]
    insecure_oci_force_http: bool,
    /// Whether to force basic auth when connecting via HTTP
    #[arg(long)]
    force_http_basic_auth: bool,
    /// Use proxy to access the repository
    #[arg(long = "proxy", alias = "proxy-url", default_value = "")]
    proxy: String,
}

impl Credentials {
    /// The type of the repository.
    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    /// What of it goes into a Secret.
    pub(super) fn values(&self) -> Result<BTreeMap<&'static str, String>, Failure> {
        let flag = |is: bool| if is { "true".to_owned() } else { String::new() };
        Ok(BTreeMap::from([
            ("type", self.kind.clone()),
            ("username", self.username.clone()),
            ("password", self.password.clone()),
            ("bearerToken", self.bearer_token.clone()),
            ("sshPrivateKey", read(self.ssh_private_key_path.as_deref())?),
            ("tlsClientCertData", read(self.tls_client_cert_path.as_deref())?),
            ("tlsClientCertKey", read(self.tls_client_cert_key_path.as_deref())?),
            ("githubAppID", self.github_app_id.clone()),
            ("githubAppInstallationID", self.github_app_installation_id.clone()),
            ("githubAppPrivateKey", read(self.github_app_private_key_path.as_deref())?),
            ("githubAppEnterpriseBaseUrl", self.github_app_enterprise_base_url.clone()),
            ("gcpServiceAccountKey", read(self.gcp_service_account_key_path.as_deref())?),
            ("enableOCI", flag(self.enable_oci)),
            ("insecureOCIForceHttp", flag(self.insecure_oci_force_http)),
            ("forceHttpBasicAuth", flag(self.force_http_basic_auth)),
            ("proxy", self.proxy.clone()),
        ]))
    }
}

fn read(path: Option<&Path>) -> Result<String, Failure> {
    let Some(path) = path else { return Ok(String::new()) };
    let wrong = |why: String| Failure::new(format!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
    if size > FILE_BYTES_MAX {
        return Err(wrong(format!("it has {size} bytes, more than the {FILE_BYTES_MAX} of any key or certificate")));
    }
    std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))
}
