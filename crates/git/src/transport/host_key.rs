//! Deciding whether an ssh server is the one it should be.

use super::known_hosts::look_up;
use crate::error::Problem;
use crate::remote::HostKeys;
use crate::repo_url::SshPlace;
use russh::keys::PublicKeyOrCertificate;
use russh::keys::{HashAlg, PublicKey};

/// Accepts or refuses the key that a server offers.
pub(super) fn check(offered: &PublicKeyOrCertificate, place: &SshPlace, known: &HostKeys) -> Result<(), Problem> {
    let HostKeys::Known(text) = known else { return Ok(()) };
    let host = format!("{}:{}", place.host, place.port);
    let PublicKeyOrCertificate::PublicKey { key: offered, .. } = offered else {
        return Err(Problem::Unsupported { what: format!("the ssh host certificate of {host}") });
    };
    let entry = look_up(text, &place.host, place.port);
    let same = |key: &PublicKey| key.key_data() == offered.key_data();
    let fingerprint = fingerprint(offered);
    let revoked = entry.revoked.iter().any(same);
    if !revoked && entry.keys.iter().any(same) {
        return Ok(());
    }
    if !revoked && entry.keys.is_empty() {
        return Err(Problem::HostKeyUnknown { host, fingerprint });
    }
    let known: Vec<String> = entry.keys.iter().map(self::fingerprint).collect();
    let known = if revoked { "it as revoked".to_owned() } else { known.join(", ") };
    Err(Problem::HostKeyMismatch { host, fingerprint, known })
}

/// The kinds of key that are known for a host: asking for one of these first avoids a false alarm where the server has
/// keys of several kinds.
pub(super) fn preferred_kinds(place: &SshPlace, known: &HostKeys) -> Vec<russh::keys::Algorithm> {
    let HostKeys::Known(text) = known else { return Vec::new() };
    look_up(text, &place.host, place.port).keys.iter().map(PublicKey::algorithm).collect()
}

fn fingerprint(key: &PublicKey) -> String {
    format!("{} {}", key.algorithm().as_str(), key.fingerprint(HashAlg::Sha256))
}
