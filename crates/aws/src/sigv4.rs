//! Signatures of AWS, version 4. Pure.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>

use crate::keys::Keys;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use url::Url;

/// A request to sign.
#[derive(Debug, Clone, Copy)]
pub struct Unsigned<'a> {
    /// Its method, in capital letters.
    pub method: &'a str,
    /// Where it goes.
    pub url: &'a Url,
    /// Its headers, named in small letters; all are signed.
    pub headers: &'a [(String, String)],
    /// Its body.
    pub body: &'a [u8],
}

/// Whom a signature is for.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The region.
    pub region: &'a str,
    /// The service, by its name for signatures.
    pub service: &'a str,
}

/// The headers that a request must have besides its own.
#[must_use]
pub fn sign(request: &Unsigned<'_>, scope: Scope<'_>, keys: &Keys, now: Timestamp) -> Vec<(String, String)> {
    let time = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = time.get(..8).unwrap_or_default();
    let mut added = vec![("x-amz-date".to_owned(), time.clone())];
    added.extend(keys.session.iter().map(|session| ("x-amz-security-token".to_owned(), session.clone())));
    let mut headers = vec![("host".to_owned(), host(request.url))];
    headers.extend(request.headers.iter().chain(&added).map(|(name, value)| (name.clone(), value.trim().to_owned())));
    headers.sort();
    let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let listed: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let path = if request.url.path().is_empty() { "/" } else { request.url.path() };
    let payload = hex::encode(Sha256::digest(request.body));
    let canonical =
        format!("{}\n{}\n{}\n{listed}\n{names}\n{payload}", request.method, escaped_path(path), query(request.url));
    let Scope { region, service } = scope;
    let place = format!("{day}/{region}/{service}/aws4_request");
    let digest = hex::encode(Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{place}\n{digest}");
    let mut key = format!("AWS4{}", keys.secret).into_bytes();
    for part in [day, region, service, "aws4_request"] {
        key = mac(&key, part.as_bytes());
    }
    let signature = hex::encode(mac(&key, text.as_bytes()));
    let value =
        format!("AWS4-HMAC-SHA256 Credential={}/{place}, SignedHeaders={names}, Signature={signature}", keys.id);
    added.push(("authorization".to_owned(), value));
    added
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
#[must_use]
pub fn escaped(text: &str) -> String {
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

    const FORM: &str = "application/x-www-form-urlencoded";

    fn signature(method: &str, url: &str, headers: &[(&str, &str)], body: &str, session: Option<&str>) -> String {
        let keys = Keys::lasting("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", session);
        let now = "2015-08-30T12:36:00Z".parse().expect("a time");
        let url = url.parse().expect("a URL");
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = Unsigned { method, url: &url, headers: &headers, body: body.as_bytes() };
        let added = sign(&request, Scope { region: "us-east-1", service: "service" }, &keys, now);
        let value = &added.last().expect("a header").1;
        value.rsplit_once("Signature=").expect("a signature").1.to_owned()
    }

    /// The vectors that AWS published as its test suite for signatures: `get-vanilla`, `post-vanilla`,
    /// `get-vanilla-query-order-key-case` and `post-x-www-form-urlencoded`.
    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        let at = "https://example.amazonaws.com/";
        let query = "https://example.amazonaws.com/?Param2=value2&Param1=value1";
        for (found, published) in [
            (signature("GET", at, &[], "", None), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (signature("POST", at, &[], "", None), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                signature("GET", query, &[], "", None),
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                signature("POST", at, &[("content-type", FORM)], "Param1=value1", None),
                "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ),
        ] {
            assert_eq!(found, published);
        }
    }

    #[test]
    fn a_token_is_sent_and_signed() {
        let at = "https://example.amazonaws.com/";
        assert_ne!(signature("GET", at, &[], "", Some("token")), signature("GET", at, &[], "", None));
    }
}
