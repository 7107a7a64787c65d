//! Where an image is asked for, and who asks.

use crate::login::Login;
use crate::problem::Problem;
use images::ImageReference;
use std::fmt;
use std::sync::Arc;
use url::Url;
use web::{PlainHttp, Reach, ServerTrust, is_loopback};

/// Requests a second to one registry, unless its configuration says otherwise; upstream's number.
const REQUESTS_PER_SECOND: u32 = 20;

/// One registry: how it is reached, and who we are there. Registries that differ in any of it share no answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registry {
    /// Where its interface begins, `/v2/` not included.
    pub url: Url,
    /// What repositories of one part are below: Docker Hub's `library`.
    pub default_namespace: Option<String>,
    /// Who we are.
    pub login: Login,
    /// Which TLS certificates are accepted.
    pub trust: ServerTrust,
    /// Whether plain http may be used.
    pub plain_http: PlainHttp,
    /// Which addresses it may have.
    pub reach: Reach,
    /// Requests a second.
    pub requests_per_second: u32,
    /// Whether its list of tags is in the order of time.
    pub order: TagOrder,
}

/// The order of a registry's list of tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagOrder {
    /// None that means anything.
    #[default]
    Unknown,
    /// The latest first.
    LatestFirst,
    /// The latest last.
    LatestLast,
}

/// One repository of a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    /// The registry.
    pub registry: Arc<Registry>,
    /// Its whole name there.
    pub name: String,
}

impl Registry {
    /// The registry of an image, by its configuration. `reach` is for registries that nobody has configured: their names
    /// are written by whoever writes applications.
    ///
    /// # Errors
    /// When its address is none.
    pub fn new(configured: &images::Registry, login: Login, reach: Reach) -> Result<Registry, Problem> {
        let bad = |why: String| Problem::BadAddress { why };
        let mut url = Url::parse(&configured.api_url).map_err(|error| bad(error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
            return Err(bad(format!("{:?}: https://host is expected", configured.api_url)));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it holds credentials, which belong into `credentials`".into()));
        }
        // Compat: Docker asks registries on the machine itself without TLS.
        if !configured.is_declared() && is_loopback(&url) {
            let _ = url.set_scheme("http");
        }
        let trust = match (configured.insecure, configured.ca_data.as_str()) {
            (true, _) => ServerTrust::Anything,
            (false, "") => ServerTrust::System,
            // Compat: the machine's own authorities count besides, as registries send to public storage for their blobs.
            (false, pem) => ServerTrust::Also(pem.into()),
        };
        let limit = configured.limit;
        Ok(Registry {
            default_namespace: Some(configured.defaultns.clone()).filter(|namespace| !namespace.is_empty()),
            plain_http: if configured.is_declared() { PlainHttp::Allowed } else { PlainHttp::LoopbackOnly },
            reach: if configured.is_declared() && reach == Reach::Public { Reach::Private } else { reach },
            requests_per_second: if limit == 0 { REQUESTS_PER_SECOND } else { limit },
            order: match configured.tagsortmode.to_ascii_lowercase().as_str() {
                "latest-first" => TagOrder::LatestFirst,
                "latest-last" => TagOrder::LatestLast,
                _ => TagOrder::Unknown,
            },
            url,
            login,
            trust,
        })
    }

    /// Where its interface is.
    pub(crate) fn base(&self) -> Result<Url, Problem> {
        let text = format!("{}/v2/", self.url.as_str().trim_end_matches('/').trim_end_matches("/v2"));
        Url::parse(&text).map_err(|error| Problem::BadAddress { why: error.to_string() })
    }

    /// Its host, with the port where that is said.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

impl Repository {
    /// The repository of an image.
    #[must_use]
    pub fn new(registry: Arc<Registry>, image: &ImageReference) -> Repository {
        let name = image.repository_path(registry.default_namespace.as_deref());
        Repository { registry, name }
    }

    pub(crate) fn url(&self, rest: &str) -> Result<Url, Problem> {
        let url = self.registry.base()?.join(&format!("{}/{rest}", self.name));
        url.map_err(|error| Problem::BadAddress { why: error.to_string() })
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry.host(), self.name)
    }
}
