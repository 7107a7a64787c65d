//! The flags that say where a chart comes from when it does not lie on this machine, and the fetching itself.

use super::credentials::basic;
use super::registry_config::RegistryConfig;
use super::repositories::RepositoryEntry;
use charts::{Access, Charts, ChartsOptions, PassCredentials, Reach, Repository, Transport, Wanted};
use clap::Args;
use clock::{Clock, Offload};
use git::{ClientCertificate, Credentials, PlainHttp, ServerTrust};
use std::path::{Path, PathBuf};

/// The flags that say where a chart comes from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ChartFlags {
    /// Version of the chart, or a constraint such as ^2.0.0; the newest that is no prerelease without it
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub version: String,
    /// Prereleases too: --version '>0.0.0-0'
    #[arg(long)]
    pub devel: bool,
    /// URL of the chart repository that CHART is in
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub repo: String,
    #[command(flatten)]
    pub reach: ReachFlags,
    /// Give the credentials to all hosts that the repository names
    #[arg(long)]
    pub pass_credentials: bool,
    /// Not supported
    #[arg(long, hide = true)]
    pub verify: bool,
    /// Has no effect without --verify
    #[arg(long, hide = true, value_name = "FILE")]
    pub keyring: Option<PathBuf>,
}

/// The flags that say how a repository is reached.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReachFlags {
    /// User name at the repository
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub username: String,
    /// Password at the repository
    #[arg(long, value_name = "PASSWORD", default_value = "", hide_default_value = true)]
    pub password: String,
    /// Certificate authorities that the repository's certificate must come from
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Certificate of our own
    #[arg(long, value_name = "FILE")]
    pub cert_file: Option<PathBuf>,
    /// Key of that certificate
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Do not check the repository's certificate
    #[arg(long)]
    pub insecure_skip_tls_verify: bool,
    /// Ask registries without TLS
    #[arg(long)]
    pub plain_http: bool,
}

/// The largest certificate or key that is read.
const PEM_BYTES_MAX: u64 = 1 << 20;

impl ReachFlags {
    /// How a repository is reached. A person's own machine may ask its own network.
    pub(super) fn access(&self) -> Result<Access, String> {
        let trust = match (&self.ca_file, self.insecure_skip_tls_verify) {
            (_, true) => ServerTrust::Anything,
            (Some(path), false) => ServerTrust::Only(pem(path)?.into()),
            (None, false) => ServerTrust::System,
        };
        let client_certificate = match (&self.cert_file, &self.key_file) {
            (Some(certificate), Some(key)) => {
                Some(ClientCertificate { certificate: pem(certificate)?.into(), key: pem(key)?.into() })
            }
            _ => None,
        };
        let credentials = basic(&self.username, &self.password);
        Ok(Access {
            credentials,
            trust,
            client_certificate,
            plain_http: PlainHttp::Allowed,
            reach: Reach::Anywhere,
            ..Access::default()
        })
    }

    pub(super) fn transport(&self) -> Transport {
        if self.plain_http { Transport::Http } else { Transport::Https }
    }
}

impl ChartFlags {
    /// The version asked for.
    pub(super) fn wanted_version(&self) -> &str {
        if self.version.is_empty() && self.devel { ">0.0.0-0" } else { self.version.trim() }
    }

    /// How the repository is reached.
    pub(super) fn access(&self) -> Result<Access, String> {
        let mut access = self.reach.access()?;
        if self.pass_credentials {
            access.pass_credentials = PassCredentials::Everywhere;
        }
        Ok(access)
    }
}

/// The access that a repository's entry adds to that of the flags.
pub(super) fn access_of(entry: &RepositoryEntry, flags: &ReachFlags) -> Result<Access, String> {
    let given = |text: &str| (!text.is_empty()).then(|| PathBuf::from(text));
    let merged = ReachFlags {
        username: if flags.username.is_empty() { entry.username.clone() } else { flags.username.clone() },
        password: if flags.password.is_empty() { entry.password.clone() } else { flags.password.clone() },
        ca_file: flags.ca_file.clone().or_else(|| given(&entry.ca_file)),
        cert_file: flags.cert_file.clone().or_else(|| given(&entry.cert_file)),
        key_file: flags.key_file.clone().or_else(|| given(&entry.key_file)),
        insecure_skip_tls_verify: flags.insecure_skip_tls_verify || entry.insecure_skip_tls_verify,
        plain_http: flags.plain_http,
    };
    let mut access = merged.access()?;
    if entry.pass_credentials_all {
        access.pass_credentials = PassCredentials::Everywhere;
    }
    Ok(access)
}

/// A chart in a registry; where no credentials are given, those of `helm registry login` count.
pub(super) fn in_registry(
    reference: &str,
    version: &str,
    flags: &ReachFlags,
    logins: &RegistryConfig,
) -> Result<Wanted, String> {
    let (repository, chart, tag, digest) = split_reference(reference)?;
    if !version.is_empty() && !tag.is_empty() && tag != version {
        return Err(format!("chart reference and version mismatch: {version} is not {tag}"));
    }
    let version = if version.is_empty() { tag } else { version };
    let repository = Repository::parse(repository, flags.transport()).map_err(|problem| problem.to_string())?;
    let mut wanted = Wanted::new(repository, chart, version);
    wanted.manifest = digest.map(str::to_owned);
    wanted.access = flags.access()?;
    if let (Credentials::Anonymous, Repository::Registry(registry)) = (&wanted.access.credentials, &wanted.repository) {
        wanted.access.credentials = logins.credentials(&registry.host);
    }
    Ok(wanted)
}

/// `oci://host/path/chart:tag@digest`, taken apart.
fn split_reference(reference: &str) -> Result<(&str, &str, &str, Option<&str>), String> {
    let (rest, digest) = match reference.rsplit_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (reference, None),
    };
    let (repository, name) = rest
        .rsplit_once('/')
        .filter(|(repository, _)| !repository.ends_with('/'))
        .ok_or_else(|| format!("{reference:?} names no chart: expected oci://host/path/chart"))?;
    let (chart, tag) = name.split_once(':').unwrap_or((name, ""));
    Ok((repository, chart, tag, digest))
}

fn pem(path: &Path) -> Result<String, String> {
    let told = |cause: String| format!("can't create TLS config for client: {}: {cause}", path.display());
    let metadata = std::fs::metadata(path).map_err(|error| told(super::go_words::go_words(&error)))?;
    if metadata.len() > PEM_BYTES_MAX {
        return Err(told(format!("larger than {PEM_BYTES_MAX} bytes")));
    }
    std::fs::read_to_string(path).map_err(|error| told(super::go_words::go_words(&error)))
}

/// Runs what needs the network to its end.
pub(super) fn wait_for<T>(
    folder: &Path,
    clock: &Clock,
    work: impl AsyncFnOnce(&Charts) -> Result<T, String>,
) -> Result<T, String> {
    let charts = Charts::new(ChartsOptions::in_folder(folder), clock, Offload::Inline);
    let charts = charts.map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(work(&charts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let of = |text| split_reference(text).expect(text);
        assert_eq!(of("oci://h:5000/a/web"), ("oci://h:5000/a", "web", "", None));
        assert_eq!(of("oci://h:5000/web:1.0.0"), ("oci://h:5000", "web", "1.0.0", None));
        assert_eq!(of("oci://h/web:1@sha256:00"), ("oci://h", "web", "1", Some("sha256:00")));
        assert!(split_reference("oci://web").is_err());
    }
}
