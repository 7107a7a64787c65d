//! Which HTTP client a remote needs, and who we are to it.

use crate::error::Problem;
use crate::remote::{Credentials, Remote};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use url::Url;
use web::{ClientError, ClientKind, are_neighbours, is_same_authority};

/// The client for `url`, which the remote's own server at `own` may have led to: servers that it only names are not
/// asked in private networks, unless they stand beside it, and do not get to see our certificate.
pub(super) fn kind(remote: &Remote, own: &Url, url: &Url) -> ClientKind {
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    ClientKind {
        trust: remote.trust.tls.clone(),
        certificate: remote.client_certificate.clone().filter(|_| is_same_authority(own, url)),
        proxy: remote.proxy.clone(),
        reach: if are_neighbours(&host(own), &host(url)) { remote.reach } else { remote.reach.of_others() },
    }
}

/// Why there is no client.
pub(super) fn unusable(error: ClientError) -> Problem {
    match error {
        ClientError::Refused(web::Refused(host)) => Problem::AddressRefused { host },
        ClientError::Tls(detail) => Problem::Tls { detail },
        ClientError::Certificate => Problem::BadCredentials { why: error.to_string() },
        ClientError::Proxy => Problem::BadUrl { why: error.to_string() },
    }
}

/// The header that says who we are.
pub(super) fn authorization(credentials: &Credentials) -> Result<Option<HeaderValue>, Problem> {
    let text = match credentials {
        Credentials::Anonymous => return Ok(None),
        Credentials::Basic { username, password } => {
            format!("Basic {}", STANDARD.encode(format!("{username}:{}", password.reveal())))
        }
        Credentials::Bearer(token) => format!("Bearer {}", token.reveal()),
        Credentials::SshKey { .. } => {
            return Err(Problem::BadCredentials { why: "an ssh key does not fit an http URL".into() });
        }
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| Problem::BadCredentials { why: "the token holds characters that HTTP does not allow".into() })?;
    value.set_sensitive(true);
    Ok(Some(value))
}
