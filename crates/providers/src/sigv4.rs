//! Calls that are signed for AWS, with what the environment says.

use crate::asker::Asker;
use api::rollouts::Sigv4Config;
use aws::{Keys, Scope, Unsigned};
use jiff::Timestamp;
use outbound::Call;

/// The call, signed for a service of AWS with the keys of the environment.
///
/// # Errors
/// When there are no keys or no region, or what is set is not understood.
pub(crate) async fn signed(asker: &Asker, call: Call, service: &str, config: &Sigv4Config) -> Result<Call, String> {
    if !config.profile.is_empty() || !config.role_arn.is_empty() {
        let what = if config.profile.is_empty() { "roleArn" } else { "profile" };
        return Err(format!("sigv4.{what} is not supported yet: give the controller keys in its environment"));
    }
    let keys = keys(asker)?;
    let region = region(asker, config)?;
    sign(call, &keys, &region, service, asker.clock.now())
}

/// The keys of the environment.
pub(crate) fn keys(asker: &Asker) -> Result<Keys, String> {
    let found = asker.variable("AWS_ACCESS_KEY_ID").zip(asker.variable("AWS_SECRET_ACCESS_KEY"));
    let (id, secret) = found.ok_or("no AWS keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the controller")?;
    Ok(Keys::lasting(id, secret, asker.variable("AWS_SESSION_TOKEN")))
}

/// The region of the metric, or of the environment.
pub(crate) fn region(asker: &Asker, config: &Sigv4Config) -> Result<String, String> {
    let set = asker.variable("AWS_REGION").or_else(|| asker.variable("AWS_DEFAULT_REGION"));
    let region = Some(config.region.as_str()).filter(|region| !region.is_empty()).or(set);
    region.map(ToOwned::to_owned).ok_or_else(|| "no AWS region: set AWS_REGION of the controller".to_owned())
}

/// Signs all headers that the call has, its host and its body.
pub(crate) fn sign(mut call: Call, keys: &Keys, region: &str, service: &str, now: Timestamp) -> Result<Call, String> {
    let mut headers = Vec::with_capacity(call.headers.len());
    for (name, value) in &call.headers {
        let value = value.to_str().map_err(|_| format!("header {name} cannot be signed"))?;
        headers.push((name.as_str().to_owned(), value.to_owned()));
    }
    let body = call.body.as_deref().unwrap_or_default();
    let unsigned = Unsigned { method: call.method.as_str(), url: &call.url, headers: &headers, body };
    for (name, value) in aws::sign(&unsigned, Scope { region, service }, keys, now) {
        call = call.header(&name, &value)?;
    }
    Ok(call)
}
