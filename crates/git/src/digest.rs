//! What names a way to reach a repository without telling its secrets: kept on disk, to know again whom a server let in.

use crate::remote::{Credentials, HostKeys, Remote};
use std::num::NonZeroU32;
use web::{PlainHttp, Reach, ServerTrust};

/// How often it is hashed: some milliseconds, so that nobody finds a weak password out by trying.
const ROUNDS: NonZeroU32 = NonZeroU32::new(10_000).expect("invariant: a constant above zero");

impl Remote {
    /// A digest of all of it, credentials included. Costs some milliseconds.
    pub(crate) fn digest(&self) -> String {
        let mut digest = [0; 16];
        let (algorithm, salt) = (ring::pbkdf2::PBKDF2_HMAC_SHA256, self.url.key());
        ring::pbkdf2::derive(algorithm, ROUNDS, salt.as_bytes(), self.parts().as_bytes(), &mut digest);
        hex::encode(digest)
    }

    /// Everything that counts, each part behind its length: different remotes never read alike.
    fn parts(&self) -> String {
        let mut parts = vec![self.url.key()];
        match &self.credentials {
            Credentials::Anonymous => parts.push("anonymous".into()),
            Credentials::Basic { username, password } => {
                parts.extend(["basic".into(), username.clone(), password.reveal().into()]);
            }
            Credentials::Bearer(token) => parts.extend(["bearer".into(), token.reveal().into()]),
            Credentials::SshKey { private_key, passphrase } => {
                let passphrase = passphrase.as_ref().map_or("", |passphrase| passphrase.reveal());
                parts.extend(["key".into(), private_key.reveal().into(), passphrase.into()]);
            }
        }
        match &self.trust.tls {
            ServerTrust::System => parts.push("system".into()),
            ServerTrust::Only(authorities) => parts.extend(["only".into(), authorities.to_string()]),
            ServerTrust::Also(authorities) => parts.extend(["also".into(), authorities.to_string()]),
            ServerTrust::Anything => parts.push("anything".into()),
        }
        match &self.trust.host_keys {
            HostKeys::Known(known) => parts.extend(["known".into(), known.to_string()]),
            HostKeys::Anything => parts.push("anything".into()),
        }
        if let Some(certificate) = &self.client_certificate {
            parts.extend(["certificate".into(), certificate.certificate.to_string(), certificate.key.reveal().into()]);
        }
        if let Some(proxy) = &self.proxy {
            parts.extend(["proxy".into(), proxy.url.reveal().into(), proxy.no_proxy.clone().unwrap_or_default()]);
        }
        parts.push(if self.plain_http == PlainHttp::Allowed { "plain" } else { "safe" }.into());
        match self.reach {
            Reach::Private => {}
            Reach::Public => parts.push("public".into()),
            Reach::Anywhere => parts.push("anywhere".into()),
        }
        parts.iter().map(|part| format!("{}:{part}", part.len())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::Secret;

    #[test]
    fn every_difference_shows_and_no_secret_does() {
        let remote = Remote::parse("https://git.example/shop.git").expect("a URL");
        let basic = |username: &str, password: &str| Credentials::Basic {
            username: username.to_owned(),
            password: Secret::from(password),
        };
        let all = [
            remote.clone(),
            remote.clone().with_credentials(basic("me", "hunter2")),
            remote.clone().with_credentials(basic("meh", "unter2")),
            remote.clone().with_credentials(Credentials::Bearer(Secret::from("hunter2"))),
            Remote { plain_http: PlainHttp::Allowed, ..remote.clone() },
            Remote::parse("https://git.example/other.git").expect("a URL"),
        ];
        let digests: std::collections::BTreeSet<String> = all.iter().map(Remote::digest).collect();
        assert_eq!(digests.len(), all.len());
        assert_eq!(all[1].digest(), all[1].clone().digest());
        assert!(digests.iter().all(|digest| !digest.contains("hunter2") && digest.len() == 32));
    }
}
