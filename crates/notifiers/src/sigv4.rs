//! A request of JSON to a service of AWS, signed (version 4).
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

/// Keys of an account, and what is signed for.
pub(crate) struct Signer<'k> {
    pub id: &'k str,
    pub secret: &'k str,
    pub session: Option<&'k str>,
    pub region: &'k str,
    pub service: &'k str,
}

impl Signer<'_> {
    /// The headers that sign a POST of `body` to the root of `host` with these headers, themselves included.
    pub fn headers(&self, host: &str, headers: &[(&str, String)], body: &str, now: Timestamp) -> Vec<(String, String)> {
        let time = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = time.get(..8).unwrap_or_default().to_owned();
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        all.push(("x-amz-date".to_owned(), time.clone()));
        all.extend(self.session.map(|session| ("x-amz-security-token".to_owned(), session.to_owned())));
        let mut signed = all.clone();
        signed.push(("host".to_owned(), host.to_owned()));
        signed.sort();
        let names = signed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
        let listed: String = signed.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let payload = hex::encode(Sha256::digest(body.as_bytes()));
        let canonical = format!("POST\n/\n\n{listed}\n{names}\n{payload}");
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex::encode(Sha256::digest(canonical.as_bytes())));
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in [day.as_str(), self.region, self.service, "aws4_request"] {
            key = mac(&key, part.as_bytes());
        }
        let signature = hex::encode(mac(&key, text.as_bytes()));
        let id = self.id;
        let value = format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}");
        all.push(("authorization".to_owned(), value));
        all
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("invariant: HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `post-vanilla` of the vectors that AWS published as its test suite for signatures.
    #[test]
    fn signatures_are_those_of_the_published_vector() {
        let signer = Signer {
            id: "AKIDEXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            session: None,
            region: "us-east-1",
            service: "service",
        };
        let now = "2015-08-30T12:36:00Z".parse().expect("a time");
        let headers = signer.headers("example.amazonaws.com", &[], "", now);
        let (_, value) = headers.last().expect("signed");
        let wanted = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        assert!(value.ends_with(&format!("Signature={wanted}")), "{value}");
    }
}
