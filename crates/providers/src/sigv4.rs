//! Signatures of AWS, version 4.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>

use crate::asker::Asker;
use api::rollouts::Sigv4Config;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use outbound::Call;
use sha2::{Digest, Sha256};
use url::Url;

/// Keys of an account.
#[derive(Clone)]
pub(crate) struct Keys {
    pub id: String,
    pub secret: String,
    pub session: Option<String>,
}

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
    let session = asker.variable("AWS_SESSION_TOKEN").map(ToOwned::to_owned);
    Ok(Keys { id: id.to_owned(), secret: secret.to_owned(), session })
}

/// The region of the metric, or of the environment.
pub(crate) fn region(asker: &Asker, config: &Sigv4Config) -> Result<String, String> {
    let set = asker.variable("AWS_REGION").or_else(|| asker.variable("AWS_DEFAULT_REGION"));
    let region = Some(config.region.as_str()).filter(|region| !region.is_empty()).or(set);
    region.map(ToOwned::to_owned).ok_or_else(|| "no AWS region: set AWS_REGION of the controller".to_owned())
}

/// Signs all headers that the call has, its host and its body.
pub(crate) fn sign(call: Call, keys: &Keys, region: &str, service: &str, now: Timestamp) -> Result<Call, String> {
    let time = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = time.get(..8).unwrap_or_default().to_owned();
    let mut call = call.header("x-amz-date", &time)?;
    if let Some(session) = &keys.session {
        call = call.header("x-amz-security-token", session)?;
    }
    let payload = hex::encode(Sha256::digest(call.body.as_deref().unwrap_or_default()));
    let mut headers = vec![("host".to_owned(), host(&call.url))];
    for (name, value) in &call.headers {
        let value = value.to_str().map_err(|_| format!("header {name} cannot be signed"))?;
        headers.push((name.as_str().to_owned(), value.trim().to_owned()));
    }
    headers.sort();
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let names = names.join(";");
    let listed: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let path = if call.url.path().is_empty() { "/" } else { call.url.path() };
    let query = query(&call.url);
    let canonical = format!("{}\n{}\n{query}\n{listed}\n{names}\n{payload}", call.method, escaped_path(path));
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let digest = hex::encode(Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}");
    let mut key = format!("AWS4{}", keys.secret).into_bytes();
    for part in [day.as_str(), region, service, "aws4_request"] {
        key = mac(&key, part.as_bytes());
    }
    let signature = hex::encode(mac(&key, text.as_bytes()));
    let value =
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", keys.id);
    call.header("authorization", &value)
}

fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("invariant: HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// The query's pairs in order, escaped as AWS wants it.
fn query(url: &Url) -> String {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(key, value)| (escaped(&key), escaped(&value))).collect();
    pairs.sort();
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&")
}

/// A path is escaped once more, part by part.
fn escaped_path(path: &str) -> String {
    path.split('/').map(escaped).collect::<Vec<_>>().join("/")
}

/// Everything but letters, digits and `-_.~` as `%XX`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::Method;
    use std::time::Duration;

    /// The vectors that AWS published as its test suite for signatures: `get-vanilla`, `post-vanilla` and
    /// `get-vanilla-query-order-key-case`.
    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        let keys = Keys {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session: None,
        };
        let now = "2015-08-30T12:36:00Z".parse().expect("a time");
        for (method, url, signature) in [
            (
                Method::GET,
                "https://example.amazonaws.com/",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                Method::POST,
                "https://example.amazonaws.com/",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                Method::GET,
                "https://example.amazonaws.com/?Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
        ] {
            let mut call = Call::get(url.parse().expect("a URL"), Duration::from_secs(1));
            call.method = method;
            let signed = sign(call, &keys, "us-east-1", "service", now).expect("signed");
            let value = signed.headers["authorization"].to_str().expect("text").to_owned();
            assert!(value.ends_with(&format!("Signature={signature}")), "{url}: {value}");
        }
    }
}
