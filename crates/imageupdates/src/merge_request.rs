//! Asking for a pushed branch to be merged: pull requests of GitHub, merge requests of GitLab. One open request a branch.

use api::image_updater::PullRequest;
use git::{Credentials, Place, Remote};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;
use web::{ClientKind, Clients};

/// How long one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(20);

/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// What hosts are told of us; GitHub wants to be told something.
const AGENT: &str = concat!("capstan/", env!("CARGO_PKG_VERSION"));

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The repository.
    pub remote: &'r Remote,
    /// Where, and with which labels.
    pub config: &'r PullRequest,
    /// The branch that was pushed.
    pub from: &'r str,
    /// The branch that it is for.
    pub into: &'r str,
    /// The message of the commit: title and text.
    pub message: &'r str,
}

/// The hosts that are asked.
pub struct Hosts(Clients);

impl Default for Hosts {
    fn default() -> Self {
        Hosts(Clients::new(AGENT, Duration::from_secs(10)))
    }
}

/// The host's own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    GitHub,
    GitLab,
}

/// One conversation with a host.
struct Talk<'t> {
    hosts: &'t Hosts,
    request: &'t Request<'t>,
    kind: Kind,
    base: Url,
    /// `owner/name`.
    project: String,
    token: String,
}

impl Hosts {
    /// Makes the request where there is none yet, and gives its address for people.
    ///
    /// # Errors
    /// Why there is none, for people. Never quotes the token.
    pub async fn ensure(&self, request: &Request<'_>) -> Result<String, String> {
        let talk = Talk::new(self, request)?;
        match talk.open_one().await? {
            Some(url) => Ok(url),
            None => talk.make().await,
        }
    }
}

impl<'t> Talk<'t> {
    fn new(hosts: &'t Hosts, request: &'t Request<'t>) -> Result<Talk<'t>, String> {
        let (kind, api) = match (&request.config.github, &request.config.gitlab) {
            (Some(github), None) => (Kind::GitHub, github.api.as_str()),
            (None, Some(gitlab)) => (Kind::GitLab, gitlab.api.as_str()),
            _ => return Err("pullRequest names neither or both of github and gitlab; one is expected".to_owned()),
        };
        let (host, path) = place(request.remote)?;
        let base = match (api, kind) {
            ("", Kind::GitHub) if host.ends_with("://github.com") => "https://api.github.com".to_owned(),
            ("", Kind::GitHub) => format!("{host}/api/v3"),
            ("", Kind::GitLab) => format!("{host}/api/v4"),
            (api, _) => api.trim_end_matches('/').to_owned(),
        };
        let base = Url::parse(&base).map_err(|error| format!("{base:?}: {error}"))?;
        let token = match &request.remote.credentials {
            Credentials::Basic { password, .. } => password.reveal().to_owned(),
            Credentials::Bearer(token) => token.reveal().to_owned(),
            _ => return Err("merging is asked for with a token: declare the repository with a password".to_owned()),
        };
        Ok(Talk { hosts, request, kind, base, project: path, token })
    }

    /// The request that is open already.
    async fn open_one(&self) -> Result<Option<String>, String> {
        let Request { from, into, .. } = self.request;
        let owner = self.project.split('/').next().unwrap_or_default();
        let mut url = self.url();
        let pairs = match self.kind {
            Kind::GitHub => {
                [("head", format!("{owner}:{from}")), ("base", (*into).to_owned()), ("state", "open".into())]
            }
            Kind::GitLab => [
                ("source_branch", (*from).to_owned()),
                ("target_branch", (*into).to_owned()),
                ("state", "opened".into()),
            ],
        };
        url.query_pairs_mut().extend_pairs(pairs);
        let found = self.ask(Method::GET, url, None).await?;
        Ok(found.as_array().and_then(|list| list.first()).map(|first| self.address(first)))
    }

    async fn make(&self) -> Result<String, String> {
        let Request { from, into, message, config, .. } = self.request;
        let (title, text) = message.split_once('\n').unwrap_or((message, ""));
        let body = match self.kind {
            Kind::GitHub => json!({"title": title, "body": text.trim(), "head": from, "base": into}),
            Kind::GitLab => json!({"title": title, "description": text.trim(), "source_branch": from,
                "target_branch": into, "labels": config.labels.join(",")}),
        };
        let made = self.ask(Method::POST, self.url(), Some(&body)).await?;
        if self.kind == Kind::GitHub && !config.labels.is_empty() {
            // Compat: the request is what matters; labels that cannot be set do not undo it.
            if let Err(error) = self.label(&made).await {
                tracing::warn!("{}: labels were not set: {error}", self.request.remote.url);
            }
        }
        Ok(self.address(&made))
    }

    async fn label(&self, made: &Value) -> Result<(), String> {
        let number = made["number"].as_u64().ok_or("the host gave no number")?;
        let url = self.below(&["repos", &self.project, "issues", &number.to_string(), "labels"]);
        self.ask(Method::POST, url, Some(&json!({"labels": self.request.config.labels}))).await.map(drop)
    }

    fn url(&self) -> Url {
        match self.kind {
            Kind::GitHub => self.below(&["repos", &self.project, "pulls"]),
            // GitLab's projects are one segment.
            Kind::GitLab => {
                let mut url = self.base.clone();
                if let Ok(mut segments) = url.path_segments_mut() {
                    segments.extend(["projects", &self.project, "merge_requests"]);
                }
                url
            }
        }
    }

    fn below(&self, parts: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(parts.iter().flat_map(|part| part.split('/')));
        }
        url
    }

    fn address(&self, request: &Value) -> String {
        let field = if self.kind == Kind::GitHub { "html_url" } else { "web_url" };
        request[field].as_str().unwrap_or_default().chars().take(500).collect()
    }

    async fn ask(&self, method: Method, url: Url, body: Option<&Value>) -> Result<Value, String> {
        let Remote { trust, plain_http, reach, .. } = self.request.remote;
        let shown = format!("{method} {}{}", url.host_str().unwrap_or_default(), url.path());
        if !plain_http.allows(&url) {
            return Err(format!("{shown}: plain http is refused"));
        }
        let kind = ClientKind { trust: trust.tls.clone(), reach: *reach, ..ClientKind::default() };
        let client = self.hosts.0.get(&url, &kind).map_err(|error| format!("{shown}: {error}"))?;
        let mut request = client.request(method, url).header("accept", "application/json");
        request = match self.kind {
            Kind::GitHub => request.header("authorization", format!("Bearer {}", self.token)),
            Kind::GitLab => request.header("private-token", &self.token),
        };
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let asked = tokio::time::timeout(REQUEST_MAX, answer(request)).await;
        let (status, value) = asked
            .map_err(|_| format!("{shown}: no answer within {} s", REQUEST_MAX.as_secs()))?
            .map_err(|error| format!("{shown}: {error}"))?;
        if status.is_success() {
            return Ok(value);
        }
        let said = value["message"].as_str().or(value["error"].as_str()).unwrap_or_default();
        let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
        Err(format!("{shown}: status {} {said}", status.as_u16()))
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(StatusCode, Value), String> {
    let mut response = request.send().await.map_err(|error| web::root_cause(&error))?;
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| web::root_cause(&error))? {
        if body.len() + part.len() > ANSWER_BYTES_MAX {
            return Err(format!("an answer of more than {ANSWER_BYTES_MAX} bytes"));
        }
        body.extend_from_slice(&part);
    }
    Ok((response.status(), serde_json::from_slice(&body).unwrap_or_default()))
}

/// Scheme and host, and the path without what is no part of a project's name.
fn place(remote: &Remote) -> Result<(String, String), String> {
    let trimmed = |path: &str| path.trim_matches('/').trim_end_matches(".git").to_owned();
    match remote.url.place() {
        Place::Https(url) | Place::Http(url) => {
            let url = Url::parse(url).map_err(|error| error.to_string())?;
            let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
            let host = format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default());
            Ok((host, trimmed(url.path())))
        }
        Place::Ssh(place) => Ok((format!("https://{}", place.host), trimmed(&place.path))),
        Place::Local(_) => Err("a repository of this machine has nobody to ask for merging".to_owned()),
    }
}
