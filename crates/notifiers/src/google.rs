//! Who we are to Google Cloud: a service account by its key, or the one that the machine runs as.
//!
//! <https://cloud.google.com/docs/authentication/application-default-credentials>

use crate::context::{Body, Request};
use crate::error::SendError;
use crate::jwt;
use crate::options::Fields;
use crate::services::Sending;
use notifications::Owner;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// How long a token is good for: Google's longest.
const TOKEN_SECONDS: i64 = 3600;

/// How long the machine's own server may take: it is near, or not there at all.
const MACHINE: Duration = Duration::from_secs(2);

/// The longest answer with a token: they have one or two kilobytes.
const TOKEN_BYTES_MAX: usize = 64 << 10;

/// The machine's own server, where no variable names another.
const METADATA: &str = "metadata.google.internal";

/// A token for `scope`: of the service's key file, else of the controller's, else of the machine.
///
/// # Errors
/// When there are no credentials, or they are refused. Nothing of a key is told.
pub(crate) async fn token(sending: &Sending<'_>, scope: &str) -> Result<String, SendError> {
    let file = match (sending.options.text("keyFile"), sending.owner) {
        ("", _) => sending.context.variable("GOOGLE_APPLICATION_CREDENTIALS"),
        (_, Owner::Team) => {
            return Err("keyFile names a file of the controller: a namespace's own configuration may not".into());
        }
        (file, Owner::ControlPlane) => Some(file),
    };
    match file {
        Some(file) => of_key(sending, file, scope).await,
        None => of_machine(sending, scope).await,
    }
}

/// Of a service account's key.
/// <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>
async fn of_key(sending: &Sending<'_>, file: &str, scope: &str) -> Result<String, SendError> {
    // Neither what the file says nor why it cannot be read is told: its name is enough.
    let wrong = || SendError::failed(format!("{file} is no readable key of a service account"));
    let text = tokio::fs::read_to_string(file).await.map_err(|_| wrong())?;
    let key: Json = serde_json::from_str(&text).map_err(|_| wrong())?;
    let (key, now) = (Fields(&key), sending.context.clock.now().as_second());
    let address = key.text_or("token_uri", "https://oauth2.googleapis.com/token");
    let claims = json!({
        "iss": key.text("client_email"), "scope": scope, "aud": address, "iat": now, "exp": now + TOKEN_SECONDS,
    });
    let assertion = jwt::signed(&claims, key.text("private_key")).map_err(|_| wrong())?;
    let form = vec![("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()), ("assertion", assertion)];
    let reply = sending.context.post(Request::post(address, Body::Form(form))).await?;
    read(&reply.body).ok_or_else(|| "Google gave no token for the service account".into())
}

/// Of the machine, or of the workload identity that GKE gives pods by the same server.
/// <https://cloud.google.com/compute/docs/access/authenticate-workloads#applications>
async fn of_machine(sending: &Sending<'_>, scope: &str) -> Result<String, SendError> {
    let none = || {
        let why = "no Google credentials: set keyFile, or GOOGLE_APPLICATION_CREDENTIALS of the controller, or give the \
                   machine a service account: its metadata server gives no token";
        SendError::failed(why)
    };
    let host = sending.context.variable("GCE_METADATA_HOST").unwrap_or(METADATA);
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token?scopes={scope}");
    // No other request may go there: where this one goes is the machine's to say, and never an object's.
    let client = Client::builder().no_proxy().redirect(Policy::none()).tls_certs_only([]).timeout(MACHINE);
    let client = client.build().map_err(|_| none())?;
    let mut reply = client.get(url).header("metadata-flavor", "Google").send().await.map_err(|_| none())?;
    let mut body = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(|_| none())? {
        body.extend_from_slice(&chunk);
        if body.len() > TOKEN_BYTES_MAX {
            return Err(none());
        }
    }
    read(&body).filter(|_| reply.status().is_success()).ok_or_else(none)
}

fn read(body: &[u8]) -> Option<String> {
    let answer: Json = serde_json::from_slice(body).ok()?;
    Some(Fields(&answer).text("access_token").to_owned()).filter(|token| !token.is_empty())
}
