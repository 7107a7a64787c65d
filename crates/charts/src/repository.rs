//! Where charts come from.

use crate::problem::Problem;
use std::fmt;
use url::Url;

/// A repository of charts, without credentials, safe to print.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Repository {
    /// An HTTP server with an index.yaml.
    Http(Url),
    /// A place in an OCI registry.
    Registry(Registry),
}

/// A place in an OCI registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registry {
    /// How it is asked.
    pub transport: Transport,
    /// Host and port.
    pub host: String,
    /// The path below which the chart's own name stands; may be empty.
    pub path: String,
}

/// How a registry is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// With TLS.
    #[default]
    Https,
    /// Without: Helm's `--plain-http`, Argo CD's `insecureOCIForceHttp`.
    Http,
}

/// The scheme of registries.
const OCI: &str = "oci://";

impl Repository {
    /// Reads `https://…`, `http://…`, `oci://…`, and `host/path`, which Argo CD takes for a registry. Credentials in
    /// the address are refused: they would be stored and shown with it.
    ///
    /// # Errors
    /// [`Problem::BadAddress`].
    pub fn parse(text: &str, transport: Transport) -> Result<Self, Problem> {
        let text = text.trim();
        let bad = |why: &str| Problem::BadAddress { why: why.to_owned() };
        if text.is_empty() || text.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(bad("it is empty, or holds spaces or control characters"));
        }
        if let Some(rest) = text.strip_prefix(OCI) {
            return Registry::parse(rest, transport).map(Repository::Registry);
        }
        if !text.contains("://") {
            return Registry::parse(text, transport).map(Repository::Registry);
        }
        let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(bad("expected https://…, http://… or oci://…"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it holds credentials; give them as the repository's user name and password"));
        }
        Ok(Repository::Http(url))
    }
}

impl Registry {
    fn parse(text: &str, transport: Transport) -> Result<Self, Problem> {
        let bad = |why: &str| Problem::BadAddress { why: why.to_owned() };
        let (host, path) = text.trim_end_matches('/').split_once('/').unwrap_or((text.trim_end_matches('/'), ""));
        let registry = Registry { transport, host: host.to_owned(), path: path.to_owned() };
        if host.contains('@') {
            return Err(bad("it holds credentials; give them as the repository's user name and password"));
        }
        let base = registry.base()?;
        if base.path() != "/v2/" || base.query().is_some() || base.fragment().is_some() {
            return Err(bad("expected oci://host/path"));
        }
        if !path.is_empty() && !path.split('/').all(is_name) {
            return Err(bad("a path in a registry is made of lower case letters, digits, and . _ - between them"));
        }
        Ok(registry)
    }

    /// Where its interface begins.
    pub(crate) fn base(&self) -> Result<Url, Problem> {
        let scheme = match self.transport {
            Transport::Https => "https",
            Transport::Http => "http",
        };
        Url::parse(&format!("{scheme}://{}/v2/", self.host))
            .map_err(|error| Problem::BadAddress { why: error.to_string() })
    }

    /// The name of `chart` in the registry.
    ///
    /// # Errors
    /// When a registry cannot hold such a name.
    pub(crate) fn name_of(&self, chart: &str) -> Result<String, Problem> {
        if chart.is_empty() || !chart.split('/').all(is_name) {
            let why = format!("{chart:?} is no name in a registry: lower case letters, digits, and . _ - between them");
            return Err(Problem::BadAddress { why });
        }
        Ok(if self.path.is_empty() { chart.to_owned() } else { format!("{}/{chart}", self.path) })
    }
}

/// Whether a segment is what the distribution specification allows, a little more freely.
fn is_name(segment: &str) -> bool {
    let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'.' | b'_' | b'-');
    let ends = segment.as_bytes().first().zip(segment.as_bytes().last());
    ends.is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
        && segment.bytes().all(legal)
        && !segment.contains("..")
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repository::Http(url) => f.write_str(url.as_str().trim_end_matches('/')),
            Repository::Registry(registry) => registry.fmt(f),
        }
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.path.is_empty() { "" } else { "/" };
        write!(f, "{OCI}{}{slash}{}", self.host, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_leads_somewhere() {
        let of = |text: &str| Repository::parse(text, Transport::Https).map(|repository| repository.to_string());
        assert_eq!(of("https://charts.example.com/stable/"), Ok("https://charts.example.com/stable".to_owned()));
        assert_eq!(of("oci://ghcr.io/Org"), of("ghcr.io/Org"));
        assert_eq!(of("oci://localhost:5000/a/b/"), Ok("oci://localhost:5000/a/b".to_owned()));
        assert_eq!(of("registry-1.docker.io/bitnamicharts"), Ok("oci://registry-1.docker.io/bitnamicharts".to_owned()));
        assert_eq!(of("oci://ghcr.io"), Ok("oci://ghcr.io".to_owned()));
    }

    #[test]
    fn odd_forms_are_refused() {
        for text in [
            "",
            "file:///etc",
            "ftp://h/x",
            "https://user:pass@h/x",
            "oci://user:pass@h/x",
            "oci://h/../x",
            "oci://h/a?b",
            "oci://h/a//b",
            "oci:///x",
            "https://h/a b",
        ] {
            let outcome = Repository::parse(text, Transport::Https);
            assert!(matches!(outcome, Err(Problem::BadAddress { .. })), "{text:?}: {outcome:?}");
        }
    }

    #[test]
    fn names_in_a_registry_stay_below_it() {
        let Ok(Repository::Registry(registry)) = Repository::parse("oci://h/a", Transport::Https) else {
            panic!("parses")
        };
        assert_eq!(registry.name_of("web"), Ok("a/web".to_owned()));
        for name in ["", "..", "../b", "a/../b", "Web", "a b", "x?y", "-x"] {
            assert!(registry.name_of(name).is_err(), "{name:?}");
        }
    }
}
