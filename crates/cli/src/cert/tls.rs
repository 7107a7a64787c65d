//! TLS certificates as PEM blocks.

use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use x509_parser::prelude::{FromDer, Pem, X509Certificate, X509Name};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The certificates in `text`, each once, and what is told of those that repeat others.
pub(super) fn unique(text: &str) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut seen, mut kept, mut repeated) = (BTreeSet::new(), Vec::new(), Vec::new());
    for block in blocks(text) {
        let told = look(&block)?;
        if seen.insert(told.fingerprint.clone()) {
            kept.push(block);
        } else {
            repeated.push(format!("SHA256 fingerprint {}, subject '{}'", told.fingerprint, told.subject));
        }
    }
    Ok((kept, repeated))
}

/// The PEM blocks of a text.
pub(super) fn blocks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let Some(length) = rest[start..].find(END) else { break };
        let end = start + length + END.len();
        found.push(format!("{}\n", &rest[start..end]));
        rest = &rest[end..];
    }
    found
}

/// What one certificate says of itself.
pub(super) struct Told {
    pub subject: String,
    /// The kind of its key.
    pub kind: String,
    fingerprint: String,
}

/// Reads a certificate.
pub(super) fn look(block: &str) -> Result<Told, String> {
    let bad = "could not decode PEM block as an X.509 certificate".to_owned();
    let (_, pem) = x509_parser::pem::parse_x509_pem(block.as_bytes()).map_err(|_| bad.clone())?;
    let Pem { contents, .. } = &pem;
    let (_, certificate) = X509Certificate::from_der(contents).map_err(|_| bad)?;
    let kind = match certificate.public_key().algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.1" => "rsa",
        "1.2.840.10045.2.1" => "ecdsa",
        "1.3.101.112" => "ed25519",
        "1.2.840.10040.4.1" => "dsa",
        _ => "unknown_public_key_algorithm",
    };
    let fingerprint = hex::encode(Sha256::digest(contents));
    Ok(Told { subject: subject(certificate.subject()), kind: kind.to_owned(), fingerprint })
}

/// The name as Go writes it: the last part first.
fn subject(name: &X509Name<'_>) -> String {
    let part = |oid: &str| match oid {
        "2.5.4.3" => Some("CN"),
        "2.5.4.5" => Some("SERIALNUMBER"),
        "2.5.4.6" => Some("C"),
        "2.5.4.7" => Some("L"),
        "2.5.4.8" => Some("ST"),
        "2.5.4.9" => Some("STREET"),
        "2.5.4.10" => Some("O"),
        "2.5.4.11" => Some("OU"),
        "2.5.4.17" => Some("POSTALCODE"),
        _ => None,
    };
    let mut parts = Vec::new();
    for attribute in name.iter_attributes() {
        let oid = attribute.attr_type().to_id_string();
        let value = attribute.as_str().unwrap_or_default();
        parts.push(format!("{}={value}", part(&oid).unwrap_or(&oid)));
    }
    parts.reverse();
    parts.join(",")
}
