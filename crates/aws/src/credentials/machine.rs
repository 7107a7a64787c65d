//! Keys that a container or a machine gives its own processes.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html>

use crate::error::Error;
use crate::http::{Http, Request, To};
use crate::keys::Keys;
use crate::settings::Settings;
use reqwest::Method;
use serde_json::Value;
use url::{Host, Url};

/// Where containers of ECS ask.
const CONTAINER: &str = "http://169.254.170.2";
/// Where machines ask.
const INSTANCE: &str = "http://169.254.169.254";
/// How long a token for asking is good, in seconds: the longest there is.
const TOKEN_SECONDS: &str = "21600";
/// Hosts that may be asked without TLS, besides this machine: agents of ECS and EKS.
const AGENTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// Keys of the container; `None` outside one that has any.
pub async fn of_container(settings: &Settings, http: &Http) -> Result<Option<Keys>, Error> {
    let relative = settings.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").map(|path| format!("{CONTAINER}{path}"));
    let full = settings.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").map(str::to_owned);
    let Some(address) = relative.or(full) else { return Ok(None) };
    let url = Url::parse(&address).ok().filter(is_trusted);
    let refused = "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor this machine's own address";
    let url = url.ok_or_else(|| Error::NoKeys(refused.to_owned()))?;
    let to = if url.scheme() == "https" { To::Service } else { To::Own };
    let mut request = Request::get(url);
    if let Some(token) = container_token(settings)? {
        request = request.with("authorization", &token);
    }
    let reply = http.send(to, request).await?;
    if reply.status != 200 {
        return Err(Error::NoKeys(format!("the container's agent answered {}", reply.status)));
    }
    read(&reply.body).map(Some)
}

fn is_trusted(url: &Url) -> bool {
    let is_own = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || AGENTS.contains(&address.to_string().as_str()),
        Some(Host::Ipv6(address)) => address.is_loopback() || AGENTS.contains(&address.to_string().as_str()),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_own)
}

fn container_token(settings: &Settings) -> Result<Option<String>, Error> {
    if let Some(file) = settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        let text = std::fs::read_to_string(file);
        let text = text.map_err(|error| Error::NoKeys(format!("the token in {file} cannot be read: {error}")))?;
        return Ok(Some(text.trim().to_owned()));
    }
    Ok(settings.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(str::to_owned))
}

/// Keys of the machine.
pub async fn of_instance(settings: &Settings, http: &Http) -> Result<Keys, Error> {
    let tried = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the controller a role: neither the \
                 environment, the shared files, a web identity, the container nor the machine has any";
    let none = || Error::NoKeys(tried.to_owned());
    let metadata = Metadata::open(settings, http).await.ok_or_else(none)?;
    let place = "/latest/meta-data/iam/security-credentials/";
    let roles = metadata.get(place).await.ok_or_else(none)?;
    let role = roles.lines().map(str::trim).find(|role| !role.is_empty()).ok_or_else(none)?;
    read(&metadata.get(&format!("{place}{role}")).await.ok_or_else(none)?)
}

/// The region that the machine is in, if it says.
pub async fn region(settings: &Settings, http: &Http) -> Option<String> {
    let region = Metadata::open(settings, http).await?.get("/latest/meta-data/placement/region").await?;
    Some(region.trim().to_owned()).filter(|region| !region.is_empty())
}

/// The machine's own service, with a token for it.
struct Metadata<'a> {
    http: &'a Http,
    base: String,
    token: String,
}

impl<'a> Metadata<'a> {
    async fn open(settings: &Settings, http: &'a Http) -> Option<Self> {
        if settings.variable("AWS_EC2_METADATA_DISABLED").is_some_and(|it| it.eq_ignore_ascii_case("true")) {
            return None;
        }
        let base = settings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT").unwrap_or(INSTANCE);
        let base = base.trim_end_matches('/').to_owned();
        let url = Url::parse(&format!("{base}/latest/api/token")).ok()?;
        let request = Request { method: Method::PUT, ..Request::get(url) };
        let request = request.with("x-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS);
        let reply = http.send(To::Own, request).await.ok().filter(|reply| reply.status == 200)?;
        Some(Metadata { http, base, token: reply.body.trim().to_owned() })
    }

    async fn get(&self, path: &str) -> Option<String> {
        let url = Url::parse(&format!("{}{path}", self.base)).ok()?;
        let request = Request::get(url).with("x-aws-ec2-metadata-token", &self.token);
        let reply = self.http.send(To::Own, request).await.ok()?;
        (reply.status == 200).then_some(reply.body)
    }
}

fn read(body: &str) -> Result<Keys, Error> {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let (id, secret, session) = (text("AccessKeyId"), text("SecretAccessKey"), text("Token"));
    if id.is_empty() || secret.is_empty() {
        let code = value["Code"].as_str().unwrap_or("no AccessKeyId");
        return Err(Error::NoKeys(format!("the machine's answer has no keys: {code}")));
    }
    let expires = text("Expiration").parse().ok();
    Ok(Keys { id, secret, session: Some(session).filter(|session| !session.is_empty()), expires })
}
