//! Roles that are assumed: with keys, or with a token of a web identity such as a service account's.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>,
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use crate::endpoint::endpoint;
use crate::error::Error;
use crate::keys::Keys;
use crate::profiles::Profile;
use crate::query::{Question, Signature, ask};
use crate::settings::Settings;
use crate::sigv4::Scope;
use crate::sources::Sources;
use crate::xml;

const VERSION: &str = "2011-06-15";
const SESSION: &str = "capstan";

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    arn: String,
    session: String,
    external_id: Option<String>,
}

impl Role {
    pub fn of_profile(profile: &Profile) -> Option<Self> {
        let arn = profile.get("role_arn").filter(|arn| !arn.is_empty())?;
        let session = profile.get("role_session_name").map_or(SESSION, String::as_str);
        Some(Role { arn: arn.clone(), session: session.to_owned(), external_id: profile.get("external_id").cloned() })
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let mut parameters =
            vec![("RoleArn".to_owned(), self.arn.clone()), ("RoleSessionName".to_owned(), self.session.clone())];
        parameters.extend(self.external_id.iter().map(|id| ("ExternalId".to_owned(), id.clone())));
        parameters
    }
}

/// The keys one has after taking on roles, the last one first.
pub async fn assumed(roles: Vec<Role>, mut keys: Keys, sources: &Sources<'_>) -> Result<Keys, Error> {
    for role in roles.iter().rev() {
        let scope = Scope { region: sources.region, service: "sts" };
        let signature = Signature { keys: &keys, scope, now: sources.settings.clock.now() };
        keys = token("AssumeRole", &role.parameters(), Some(signature), sources).await?;
    }
    Ok(keys)
}

/// A token of somebody whom AWS trusts, good for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebIdentity {
    file: String,
    role: Role,
}

impl WebIdentity {
    /// As the environment has it; so roles for service accounts come to pods.
    pub fn of_environment(settings: &Settings) -> Option<Self> {
        let file = settings.variable("AWS_WEB_IDENTITY_TOKEN_FILE")?.to_owned();
        let arn = settings.variable("AWS_ROLE_ARN")?.to_owned();
        let session = settings.variable("AWS_ROLE_SESSION_NAME").unwrap_or(SESSION).to_owned();
        Some(WebIdentity { file, role: Role { arn, session, external_id: None } })
    }

    pub fn of_profile(profile: &Profile) -> Option<Self> {
        let file = profile.get("web_identity_token_file").filter(|file| !file.is_empty())?;
        Some(WebIdentity { file: file.clone(), role: Role::of_profile(profile)? })
    }

    pub async fn keys(&self, sources: &Sources<'_>) -> Result<Keys, Error> {
        let text = std::fs::read_to_string(&self.file);
        let text =
            text.map_err(|error| Error::NoKeys(format!("the token in {} cannot be read: {error}", self.file)))?;
        let mut parameters = self.role.parameters();
        parameters.push(("WebIdentityToken".to_owned(), text.trim().to_owned()));
        token("AssumeRoleWithWebIdentity", &parameters, None, sources).await
    }
}

async fn token(
    action: &str,
    parameters: &[(String, String)],
    signature: Option<Signature<'_>>,
    sources: &Sources<'_>,
) -> Result<Keys, Error> {
    let endpoint = endpoint(sources.settings, "AWS_ENDPOINT_URL_STS", "sts", sources.region)?;
    let question = Question { endpoint: &endpoint, version: VERSION, action, parameters };
    let body = ask(sources.http, question, signature).await?;
    let keys = xml::result(action, &body, |result| {
        let given = result.child("Credentials")?;
        let expires = given.text("Expiration").parse().ok()?;
        let (id, secret) = (given.text("AccessKeyId"), given.text("SecretAccessKey"));
        let session = Some(given.text("SessionToken").to_owned());
        (!id.is_empty() && !secret.is_empty()).then(|| Keys {
            id: id.to_owned(),
            secret: secret.to_owned(),
            session,
            expires: Some(expires),
        })
    })?;
    keys.ok_or_else(|| Error::Malformed {
        action: action.to_owned(),
        what: "there are no Credentials in it".to_owned(),
    })
}
