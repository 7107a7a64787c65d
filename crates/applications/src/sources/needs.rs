//! From what an application or a render names to what it takes to fetch it: charts, files behind addresses, bases.

use super::credentials::Repositories;
use super::declared::{
    Declared, RepositorySecretError, certificate_of, check_supported, credentials_of, host, proxy_of,
};
use super::need::Need;
use charts::{PassCredentials, Transport};
use git::{Credentials, PlainHttp, Reach, Secret, ServerTrust};
use render::Request;
use url::Url;

impl Repositories {
    /// The chart of that name in the chart repository at `url`, for applications of `project`. Who declares nothing of
    /// the repository finds it open to everybody.
    ///
    /// # Errors
    /// The URL is none, or what is declared cannot be used.
    pub fn chart(&self, url: &str, place: &ChartName<'_>, project: &str) -> Result<charts::Wanted, String> {
        let is_same = |declared: &&Declared| declared.get("url").is_some_and(|own| same_charts(own, url));
        let of = |owner: Option<&str>| self.repositories.iter().filter(is_same).find(|d| d.get("project") == owner);
        let repository = of(Some(project)).or_else(|| of(None));
        let has_own = repository
            .is_some_and(|declared| ["password", "bearerToken"].iter().any(|key| declared.get(key).is_some()));
        let template = if has_own { None } else { self.template(url) };
        let mut access = charts::Access { trust: self.server_trust(url), reach: place.reach, ..Default::default() };
        let mut transport = Transport::Https;
        for declared in template.into_iter().chain(repository) {
            apply_to_charts(&mut access, declared).map_err(|error| error.to_string())?;
            if declared.is_true("insecureOCIForceHttp") {
                (transport, access.plain_http) = (Transport::Http, PlainHttp::Allowed);
            }
        }
        if place.pass_credentials {
            access.pass_credentials = PassCredentials::Everywhere;
        }
        let bad = |problem: charts::Problem| format!("{}: {problem}", shown(url));
        let repository = charts::Repository::parse(url, transport).map_err(bad)?;
        Ok(charts::Wanted { access, ..charts::Wanted::new(repository, place.chart, place.version) })
    }

    /// What a render's request takes to be fetched, for an application of `project`.
    ///
    /// # Errors
    /// In words: what is asked for is nothing that can be fetched, or may not be.
    pub fn need(&self, request: &Request, project: &str) -> Result<Need, String> {
        match request {
            Request::File(url) => self.file(url),
            Request::Repository(one) => {
                let url = one.clone_url();
                let remote = self.remote(&url, project).map_err(|error| error.to_string())?;
                if remote.is_local() && self.person.is_none() {
                    return Err("repositories of this machine are no bases for others; name a server's".to_owned());
                }
                let remote = remote.with_reach(self.reach(&url));
                Ok(Need::Repository { remote, revision: one.reference.clone() })
            }
            Request::Chart(place) => {
                let url = self.chart_url(&place.repository, &place.name)?;
                let name = ChartName {
                    chart: &place.name,
                    version: &place.version,
                    pass_credentials: place.pass_credentials,
                    reach: self.reach(&url),
                };
                self.chart(&url, &name, project).map(Need::Chart)
            }
        }
    }

    fn file(&self, url: &str) -> Result<Need, String> {
        let mut parsed = Url::parse(url).map_err(|error| error.to_string())?;
        let credentials = match (parsed.username(), parsed.password()) {
            ("", None) => Credentials::Anonymous,
            (username, password) => {
                let password = Secret::from(password.unwrap_or_default());
                Credentials::Basic { username: username.to_owned(), password }
            }
        };
        // Only addresses that cannot have them refuse to lose them.
        let _ = parsed.set_username("").and_then(|()| parsed.set_password(None));
        let access = charts::Access {
            credentials,
            trust: self.server_trust(url),
            plain_http: PlainHttp::Allowed,
            reach: self.reach(url),
            ..charts::Access::default()
        };
        Ok(Need::File { url: parsed, access })
    }

    /// The address of a chart repository that a chart or a kustomization names.
    fn chart_url(&self, repository: &str, chart: &str) -> Result<String, String> {
        let Some(name) = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:")) else {
            return match repository {
                "" => Err(format!("{chart} is in no repository: put it into charts/, or name one")),
                url => Ok(url.to_owned()),
            };
        };
        let declared = self.repositories.iter().find(|declared| declared.get("name") == Some(name));
        let url = declared.and_then(|declared| declared.get("url"));
        url.map(str::to_owned)
            .ok_or_else(|| format!("no repository is named {name:?}: declare one with a Secret, or use its URL"))
    }

    /// How far hosts may be away that others name: one that somebody has declared may be in a private network.
    fn reach(&self, url: &str) -> Reach {
        let own = host(url);
        let all = self.repositories.iter().chain(&self.templates);
        let is_declared = all.filter_map(|declared| declared.get("url")).any(|url| host(url) == own);
        match &self.person {
            Some(person) => person.reach,
            None if is_declared => Reach::Private,
            None => Reach::Public,
        }
    }
}

/// Which chart of a repository is meant.
#[derive(Debug, Clone, Copy)]
pub struct ChartName<'n> {
    /// Its name.
    pub chart: &'n str,
    /// Its version, or a constraint on versions.
    pub version: &'n str,
    /// Whether other hosts that the repository names see the credentials.
    pub pass_credentials: bool,
    /// How far the repository's host may be away.
    pub reach: Reach,
}

/// Whether two addresses are of one chart repository, however the registry is written.
fn same_charts(left: &str, right: &str) -> bool {
    let plain = |url: &str| url.trim_start_matches("oci://").trim_end_matches('/').to_lowercase();
    plain(left) == plain(right)
}

/// An address as it may be shown.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}{}{host}/{path}", if scheme.is_empty() { "" } else { "://" })
}

fn apply_to_charts(access: &mut charts::Access, declared: &Declared) -> Result<(), RepositorySecretError> {
    check_supported(declared)?;
    if let Some(credentials) = credentials_of(declared) {
        access.credentials = credentials;
    }
    access.client_certificate = certificate_of(declared).or(access.client_certificate.take());
    access.proxy = proxy_of(declared).or(access.proxy.take());
    if declared.is_true("insecure") {
        access.trust = ServerTrust::Anything;
        access.plain_http = PlainHttp::Allowed;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::declared::tests::secret;

    #[test]
    fn charts_are_reached_as_secrets_say() {
        let repositories = Repositories::read(&[
            secret("t", "repo-creds", &[("url", "https://charts.example"), ("username", "t"), ("password", "x")]),
            secret("own", "repository", &[("url", "oci://r.example/team/"), ("username", "own"), ("password", "x")]),
            secret("insecure", "repository", &[("url", "http://h.example/c"), ("insecure", "true")]),
            secret("plain", "repository", &[("url", "p.example/c"), ("insecureOCIForceHttp", "true"), ("name", "p")]),
        ]);
        let chart = |url: &str, pass_credentials| {
            let name = ChartName { chart: "web", version: "^1", pass_credentials, reach: Reach::Private };
            repositories.chart(url, &name, "p").expect("a chart")
        };
        let user = |wanted: &charts::Wanted| match &wanted.access.credentials {
            Credentials::Basic { username, .. } => username.clone(),
            _ => "nobody".to_owned(),
        };
        let by_template = chart("https://charts.example/stable", true);
        assert_eq!(
            (user(&by_template), by_template.access.pass_credentials),
            ("t".into(), PassCredentials::Everywhere)
        );
        let own = chart("r.example/team", false);
        assert_eq!((user(&own), own.access.pass_credentials), ("own".into(), PassCredentials::SameHost));
        assert_eq!(own.repository.to_string(), "oci://r.example/team");
        assert_eq!(chart("http://h.example/c", false).access.trust, ServerTrust::Anything);
        assert_eq!(chart("http://h.example/c", false).access.plain_http, PlainHttp::Allowed);
        let plain = chart("oci://p.example/c", false).repository;
        assert!(matches!(&plain, charts::Repository::Registry(one) if one.transport == Transport::Http), "{plain:?}");
        assert_eq!(user(&chart("https://elsewhere.example/c", false)), "nobody");
    }

    #[test]
    fn what_files_name_is_asked_in_private_networks_only_where_somebody_declared_it() {
        let declared = [("url", "https://declared.example:8443/charts"), ("name", "shelf")];
        let repositories = Repositories::read(&[secret("d", "repository", &declared)]);
        let place = |repository: &str| render::ChartPlace {
            repository: repository.into(),
            name: "web".into(),
            version: "1.0.0".into(),
            pass_credentials: false,
        };
        let reach = |request: Request| match repositories.need(&request, "p").expect("a need") {
            Need::Chart(wanted) => wanted.access.reach,
            Need::File { access, .. } => access.reach,
            Need::Repository { remote, .. } => remote.reach,
        };
        assert_eq!(reach(Request::Chart(place("@shelf"))), Reach::Private);
        assert_eq!(reach(Request::Chart(place("https://other.example"))), Reach::Public);
        assert_eq!(reach(Request::File("https://declared.example/v.yaml".into())), Reach::Private);
        assert_eq!(reach(Request::File("https://other.example/v.yaml".into())), Reach::Public);
        let base = |text: &str| Request::Repository(render::Repository::parse(text).expect("an address"));
        assert_eq!(reach(base("https://declared.example/o/r?ref=x")), Reach::Private);
        assert_eq!(reach(base("github.com/o/r")), Reach::Public);
        let refused = |request| repositories.need(&request, "p").expect_err("refused");
        assert!(refused(base("file:///srv/git/r.git")).contains("repositories of this machine"));
        assert!(refused(Request::Chart(place("@nobody"))).contains("no repository is named \"nobody\""));
        let Ok(Need::File { url, access }) =
            repositories.need(&Request::File("https://me:hunter2@h.example/v?t=x".into()), "p")
        else {
            panic!("a file")
        };
        assert_eq!((url.as_str(), format!("{access:?}").contains("hunter2")), ("https://h.example/v?t=x", false));
        assert!(matches!(access.credentials, Credentials::Basic { .. }));
    }
}
