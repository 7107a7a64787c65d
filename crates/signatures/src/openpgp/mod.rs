//! OpenPGP (RFC 4880 and the curves of RFC 9580): keys of version 4 and the signatures they make.

mod packet;

mod material;

mod signature;

mod key;

pub use key::{KeyError, PublicKey, read_keys};

use crate::armor::decode;
use crate::verdict::{Checked, Verdict};
use packet::{Tag, packets};
use signature::{Kind, Signature};

const LABEL: &str = "PGP SIGNATURE";

/// What a detached signature of `signed` is worth at `now`.
pub(crate) fn verify<'k>(signed: &[u8], text: &str, keys: impl Iterator<Item = &'k PublicKey>, now: i64) -> Checked {
    let Some(blob) = decode(text, LABEL) else { return Checked::nobody(Verdict::Bad) };
    let Ok(packets) = packets(&blob) else { return Checked::nobody(Verdict::Bad) };
    let mut signatures = packets.iter().filter(|packet| packet.tag == Tag::Signature);
    // Git refuses several signatures too: it could not be said whose counts.
    let (Some(packet), None) = (signatures.next(), signatures.next()) else { return Checked::nobody(Verdict::Bad) };
    let signature = match Signature::read(packet.body) {
        Some(signature) => signature,
        None if packet.body.first() != Some(&4) => {
            let version = packet.body.first().copied().unwrap_or_default();
            return Checked::nobody(Verdict::Unsupported(format!("version {version} of OpenPGP signatures")));
        }
        None => return Checked::nobody(Verdict::Bad),
    };
    let Some(issuer) = signature.issuer() else {
        return Checked::nobody(Verdict::Unsupported("it does not say which key made it".to_owned()));
    };
    for key in keys {
        if let Some(part) = key.part(&issuer) {
            let primary_id = (key.key_id() != issuer).then(|| key.key_id().to_owned());
            return Checked { primary_id, ..judged(&signature, part, &issuer, signed, now) };
        }
    }
    Checked::by(issuer, Verdict::MissingKey)
}

fn judged(signature: &Signature<'_>, part: key::Part<'_>, issuer: &str, signed: &[u8], now: i64) -> Checked {
    let by = |verdict| Checked::by(issuer.to_owned(), verdict);
    let made = match signature.kind {
        Kind::Binary => signature.is_made_by(part.material, &[signed]),
        Kind::Text => signature.is_made_by(part.material, &[&with_line_ends(signed)]),
        Kind::Other(kind) => return by(Verdict::Unsupported(format!("a signature of the kind {kind:#04x}"))),
    };
    match made {
        Err(what) => return by(Verdict::Unsupported(what)),
        Ok(false) => return by(Verdict::Bad),
        Ok(true) if !part.may_sign => return by(Verdict::Bad),
        Ok(true) => {}
    }
    let signature_ends = signature.expires();
    let has_ended = |end: Option<i64>| end.is_some_and(|end| end <= now);
    if part.is_revoked {
        return by(Verdict::RevokedKey);
    }
    if has_ended(signature_ends) {
        return by(Verdict::ExpiredSignature);
    }
    if has_ended(part.expires) {
        return by(Verdict::ExpiredKey);
    }
    let until = signature_ends.into_iter().chain(part.expires).min();
    Checked { until, ..by(Verdict::Good) }
}

/// Every line ends with CR LF in what a text signature is made of.
fn with_line_ends(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (index, byte) in text.iter().enumerate() {
        if *byte == b'\n' && (index == 0 || text[index - 1] != b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}
