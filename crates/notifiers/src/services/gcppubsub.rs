//! Google Cloud Pub/Sub: messages to a topic, in the name of a service account.
//!
//! <https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish> and
//! <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>

use super::Sending;
use crate::context::{Body, Request};
use crate::error::SendError;
use crate::jwt;
use crate::options::{Fields, filled};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notifications::Owner;
use serde_json::{Value as Json, json};

const SCOPE: &str = "https://www.googleapis.com/auth/pubsub";
/// How long a token is good for: Google's longest.
const TOKEN_SECONDS: i64 = 3600;

pub(crate) async fn send(sending: &Sending<'_>) -> Result<(), SendError> {
    let options = sending.options;
    let topic = if sending.recipient().is_empty() { options.text("topic") } else { sending.recipient() };
    let token = token(sending).await?;
    let attributes = sending.fields().0.get("attributes").cloned().unwrap_or_default();
    let message = filled([("data", STANDARD.encode(sending.message).into()), ("attributes", attributes)]);
    let server = sending.context.endpoint("gcppubsub", "https://pubsub.googleapis.com");
    let url = format!("{server}/v1/projects/{}/topics/{topic}:publish", options.text("project"));
    let request = Request::post(url, Body::Json(json!({"messages": [message]})))
        .header("authorization", format!("Bearer {token}"));
    sending.context.post(request).await.map(drop)
}

/// A token for the account of the key file.
async fn token(sending: &Sending<'_>) -> Result<String, SendError> {
    let file = match (sending.options.text("keyFile"), sending.owner) {
        ("", _) => sending.context.variable("GOOGLE_APPLICATION_CREDENTIALS"),
        (_, Owner::Team) => {
            return Err("keyFile names a file of the controller: a namespace's own configuration may not".into());
        }
        (file, Owner::ControlPlane) => Some(file),
    };
    let file = file.ok_or("no Google credentials: set keyFile, or GOOGLE_APPLICATION_CREDENTIALS of the controller")?;
    // Neither what the file says nor why it cannot be read is told: its name is enough.
    let wrong = || SendError::failed(format!("{file} is no readable key of a service account"));
    let text = tokio::fs::read_to_string(file).await.map_err(|_| wrong())?;
    let key: Json = serde_json::from_str(&text).map_err(|_| wrong())?;
    let (key, now) = (Fields(&key), sending.context.clock.now().as_second());
    let address = key.text_or("token_uri", "https://oauth2.googleapis.com/token");
    let claims = json!({
        "iss": key.text("client_email"), "scope": SCOPE, "aud": address, "iat": now, "exp": now + TOKEN_SECONDS,
    });
    let assertion = jwt::signed(&claims, key.text("private_key")).map_err(|_| wrong())?;
    let form = vec![("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()), ("assertion", assertion)];
    let reply = sending.context.post(Request::post(address, Body::Form(form))).await?;
    let answer: Json = serde_json::from_slice(&reply.body).unwrap_or_default();
    match Fields(&answer).text("access_token") {
        "" => Err("Google gave no token for the service account".into()),
        token => Ok(token.to_owned()),
    }
}
