//! `proj role create-token`, `delete-token`, `list-tokens`: what a machine shows to act in a project's role. A token is
//! signed with the control plane's key, and counts as long as the project names it.

use super::edit::find;
use super::show::read;
use crate::control_plane::{ControlPlane, is_confirmed};
use crate::failure::Failure;
use crate::session::{Api, part};
use crate::tabs::{Layout, align};
use crate::terminal;
use api::{AppProject, GoDuration};
use applications::sources::{OWN_SECRET, secret_values};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand};
use clock::Clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object::Gvk;
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};

/// The key of the control plane's Secret that tokens are signed with.
const SIGNING_KEY: &str = "server.secretkey";

/// The commands for tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Tokens {
    /// Create a project token
    CreateToken(CreateToken),
    /// Delete a project token
    DeleteToken(DeleteToken),
    /// List tokens for a given role
    #[command(alias = "list-token")]
    ListTokens(ListTokens),
}

#[derive(Debug, Args)]
pub(super) struct CreateToken {
    /// The project
    project: String,
    /// The role
    role: String,
    /// Duration before the token will expire, e.g. "12h", "7d". (Default: No expiration)
    #[arg(short, long)]
    expires_in: Option<String>,
    /// Token unique identifier. (Default: Random UUID)
    #[arg(short, long, default_value = "")]
    id: String,
    /// Output token only - for use in scripts
    #[arg(short, long)]
    token_only: bool,
}

#[derive(Debug, Args)]
pub(super) struct DeleteToken {
    /// The project
    project: String,
    /// The role
    role: String,
    /// When it was issued, in seconds since 1970
    issued_at: i64,
    /// Turn off prompting to confirm
    #[arg(short, long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListTokens {
    /// The project
    project: String,
    /// The role
    role: String,
    /// Print timestamps as Unix time instead of converting. Useful for piping into delete-token
    #[arg(short, long)]
    unixtime: bool,
}

impl Tokens {
    pub(super) async fn run(&self, at: &ControlPlane, clock: &Clock) -> Result<(), Failure> {
        match self {
            Tokens::CreateToken(own) => own.run(at, clock).await,
            Tokens::DeleteToken(own) => own.run(at).await,
            Tokens::ListTokens(own) => own.run(at).await,
        }
    }
}

impl CreateToken {
    async fn run(&self, at: &ControlPlane, clock: &Clock) -> Result<(), Failure> {
        let lifetime = self.expires_in.as_deref().map_or(Ok(0), seconds)?;
        if let Some(api) = &at.server {
            return self.by_server(api, lifetime).await;
        }
        let found = find(at, &self.project).await?;
        let mut known = tokens(&read(&found)?, &self.role)?;
        let id = if self.id.is_empty() { clock.random("project token").uuid() } else { self.id.clone() };
        if known.iter().any(|token| token["id"] == json!(id)) {
            return Err(Failure::new(format!("Token id '{id}' has been used.")));
        }
        let key = signing_key(at).await?;
        let issued = clock.now().as_second();
        let mut record = json!({"iat": issued, "id": id});
        if lifetime > 0 {
            record["exp"] = json!(issued + lifetime);
        }
        let subject = format!("proj:{}:{}", self.project, self.role);
        let claims = claims(&subject, &record);
        let token = signed(&key, &claims);
        known.push(record);
        at.patch(&found, recorded(&found, &self.role, &known)).await?;
        self.print(&token, &claims)
    }
}

impl DeleteToken {
    async fn run(&self, at: &ControlPlane) -> Result<(), Failure> {
        let found = find(at, &self.project).await?;
        let mut known = tokens(&read(&found)?, &self.role)?;
        let count = known.len();
        known.retain(|token| token["iat"] != json!(self.issued_at));
        if known.len() == count {
            return Err(Failure::new(format!(
                "no token of role '{}' was issued at {}; `capstan proj role list-tokens --unixtime` shows those there are",
                self.role, self.issued_at
            )));
        }
        let question = format!(
            "Are you sure you want to delete '{}' project token issued at {}? [y/n] ",
            self.role, self.issued_at
        );
        if !is_confirmed(self.yes, &question)? {
            return terminal::print("The command to delete the project token was cancelled.\n");
        }
        if let Some(api) = &at.server {
            let path = format!("{}/{}", tokens_at(&self.project, &self.role), self.issued_at);
            return api.send(Method::DELETE, &path, &[], None).await.map(drop);
        }
        at.patch(&found, recorded(&found, &self.role, &known)).await
    }
}

/// Where a server has the tokens of a role.
fn tokens_at(project: &str, role: &str) -> String {
    format!("/api/v1/projects/{}/roles/{}/token", part(project), part(role))
}

impl CreateToken {
    async fn by_server(&self, api: &Api, lifetime: i64) -> Result<(), Failure> {
        let body = json!({"project": self.project, "role": self.role, "expiresIn": lifetime, "id": self.id});
        let told = api.send(Method::POST, &tokens_at(&self.project, &self.role), &[], Some(&body)).await?;
        let token = told["token"].as_str().unwrap_or_default();
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
        let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
        self.print(token, &claims)
    }

    fn print(&self, token: &str, claims: &Value) -> Result<(), Failure> {
        if self.token_only {
            return terminal::print(&format!("{token}\n"));
        }
        let text = |name: &str| claims[name].as_str().unwrap_or_default();
        let expires = claims["exp"].as_i64().map_or_else(|| "Never".to_owned(), shown);
        terminal::print(&format!(
            "Create token succeeded for {}.\n  ID: {}\n  Issued At: {}\n  Expires At: {expires}\n  Token: {token}\n",
            text("sub"),
            text("jti"),
            shown(claims["iat"].as_i64().unwrap_or_default())
        ))
    }
}

impl ListTokens {
    async fn run(&self, at: &ControlPlane) -> Result<(), Failure> {
        let known = tokens(&read(&find(at, &self.project).await?)?, &self.role)?;
        if known.is_empty() {
            return terminal::print(&format!("No tokens for {}.{}\n", self.project, self.role));
        }
        let time = |seconds: i64| if self.unixtime { seconds.to_string() } else { shown(seconds) };
        let mut rows = "ID\tISSUED AT\tEXPIRES AT\n".to_owned();
        for token in &known {
            let expires = token["exp"].as_i64().filter(|at| *at > 0).map_or_else(|| "<none>".to_owned(), time);
            let issued = time(token["iat"].as_i64().unwrap_or_default());
            rows.push_str(&format!("{}\t{issued}\t{expires}\n", token["id"].as_str().unwrap_or_default()));
        }
        terminal::print(&align(&rows, Layout::TABLE))
    }
}

/// The tokens of a role.
fn tokens(project: &AppProject, role: &str) -> Result<Vec<Value>, Failure> {
    let own = project.spec.roles.iter().find(|own| own.name == role).ok_or_else(|| {
        let name = &project.metadata.name;
        Failure::new(format!("role '{role}' does not exist in project '{name}'"))
    })?;
    own.jwt_tokens
        .iter()
        .map(|token| serde_json::to_value(token).map_err(|error| Failure::new(error.to_string())))
        .collect()
}

/// The change that records a role's tokens at both places where upstream keeps them.
fn recorded(project: &object::Object, role: &str, tokens: &[Value]) -> Value {
    let mut roles = project.get("/spec/roles").unwrap_or_else(|| json!([]));
    for own in roles.as_array_mut().into_iter().flatten().filter(|own| own["name"] == json!(role)) {
        own["jwtTokens"] = json!(tokens);
    }
    json!({"spec": {"roles": roles}, "status": {"jwtTokensByRole": {role: {"items": tokens}}}})
}

async fn signing_key(at: &ControlPlane) -> Result<String, Failure> {
    let found = at.client.get(&Gvk::new("", "v1", "Secret"), Some(&at.namespace), OWN_SECRET).await;
    let found = found.map_err(|error| crate::app::explain(error, "read the key that tokens are signed with"))?;
    let key = found.and_then(|secret| secret_values(&secret).remove(SIGNING_KEY)).filter(|key| !key.is_empty());
    key.ok_or_else(|| {
        Failure::new(format!(
            "the Secret {}/{OWN_SECRET} holds no {SIGNING_KEY} to sign tokens with: the API server makes it at its first start",
            at.namespace
        ))
    })
}

fn claims(subject: &str, record: &Value) -> Value {
    let mut claims = json!({
        "iss": "argocd", "sub": subject, "iat": record["iat"], "nbf": record["iat"], "jti": record["id"],
    });
    if let Some(expires) = record.get("exp") {
        claims["exp"] = expires.clone();
    }
    claims
}

/// A JSON Web Token, HS256.
fn signed(key: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

/// A duration as Go writes it, days besides.
fn seconds(text: &str) -> Result<i64, Failure> {
    let wrong = || Failure::new(format!("--expires-in {text}: a duration such as 12h or 7d was expected"));
    if let Some(days) = text.strip_suffix('d') {
        return days.parse::<u32>().map(|days| i64::from(days) * 86_400).map_err(|_| wrong());
    }
    GoDuration::parse(text).map(|own| i64::try_from(own.to_std().as_secs()).unwrap_or(i64::MAX)).map_err(|_| wrong())
}

fn shown(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::system()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_that_upstream_would_issue() {
        let record = json!({"iat": 1_700_000_000, "id": "one"});
        let token = signed("secret", &claims("proj:shop:ci", &record));
        let (text, signature) = token.rsplit_once('.').expect("three parts");
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        let tag = URL_SAFE_NO_PAD.decode(signature).expect("base64");
        hmac::verify(&key, text.as_bytes(), &tag).expect("its signature");
        let parts: Vec<Value> = text
            .split('.')
            .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON"))
            .collect();
        assert_eq!(parts[0], json!({"alg": "HS256", "typ": "JWT"}));
        assert_eq!(
            parts[1],
            json!({"iss": "argocd", "sub": "proj:shop:ci", "iat": 1_700_000_000, "nbf": 1_700_000_000, "jti": "one"})
        );
    }

    #[test]
    fn lifetimes_are_gos_durations_or_days() {
        assert_eq!((seconds("12h").ok(), seconds("7d").ok()), (Some(43_200), Some(604_800)));
        assert!(seconds("soon").is_err());
    }
}
