//! Private keys: made, read from PEM, written to PEM, signing.

use super::der::{Reader, bit_string, element, sequence, tag, unsigned};
use super::dsa::DsaKey;
use super::pem;
use crate::sources::Chance;
use ed25519_dalek::{Signer as _, SigningKey as Ed25519Key};
use p256::ecdsa::{DerSignature, SigningKey as P256Key};
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::DecodePrivateKey;
use sha2::{Digest, Sha256};

/// Object identifiers, encoded.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const P256_CURVE: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// Which kind of key to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with so many bits.
    Rsa(usize),
    /// ECDSA on the curve P-256.
    Ecdsa,
    /// Ed25519.
    Ed25519,
    /// DSA of 2048 bits.
    Dsa,
}

/// A private key. Its debug form does not show it.
#[derive(Clone)]
pub struct PrivateKey(Key);

#[derive(Clone)]
enum Key {
    Rsa(Box<RsaPrivateKey>),
    Ecdsa(P256Key),
    Ed25519(Ed25519Key),
    Dsa(Box<DsaKey>),
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "PrivateKey({})", self.go_type())
    }
}

impl PrivateKey {
    /// A new key.
    ///
    /// # Errors
    /// When no key of that size can be made.
    pub fn generate(kind: KeyKind, chance: &mut Chance) -> Result<PrivateKey, String> {
        Ok(PrivateKey(match kind {
            KeyKind::Rsa(bits) => {
                Key::Rsa(Box::new(RsaPrivateKey::new(chance, bits).map_err(|error| error.to_string())?))
            }
            KeyKind::Ecdsa => Key::Ecdsa(loop {
                // Nearly every 32 bytes are a key; draw again for the few that are none.
                if let Ok(key) = P256Key::from_slice(&chance.bytes::<32>()) {
                    break key;
                }
            }),
            KeyKind::Ed25519 => Key::Ed25519(Ed25519Key::from_bytes(&chance.bytes())),
            KeyKind::Dsa => Key::Dsa(Box::new(DsaKey::generate(chance))),
        }))
    }

    /// Reads the first PEM block of `text`.
    ///
    /// # Errors
    /// What Sprig says when there is no key in it.
    pub fn from_pem(text: &[u8]) -> Result<PrivateKey, String> {
        let (kind, der) = pem::decode(text).ok_or("no PEM data in input")?;
        if kind == "PRIVATE KEY" {
            return Key::from_pkcs8(&der)
                .map(PrivateKey)
                .ok_or_else(|| "decoding PEM as PKCS#8: not a private key".into());
        }
        let Some(algorithm) = kind.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {kind}"));
        };
        let key = match algorithm {
            "RSA" => RsaPrivateKey::from_pkcs1_der(&der).ok().map(|key| Key::Rsa(Box::new(key))),
            "EC" => Key::from_sec1(&der),
            "DSA" => DsaKey::from_der(&der).map(|key| Key::Dsa(Box::new(key))),
            other => return Err(format!("invalid private key type {other}")),
        };
        key.map(PrivateKey).ok_or_else(|| format!("parsing {algorithm} private key from PEM: not a private key"))
    }

    /// The key in PEM, in the form that Sprig gives each kind.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn to_pem(&self) -> Result<String, String> {
        Ok(match &self.0 {
            Key::Rsa(key) => {
                let der = key.to_pkcs1_der().map_err(|error| error.to_string())?;
                pem::encode("RSA PRIVATE KEY", der.as_bytes())
            }
            Key::Ecdsa(key) => pem::encode("EC PRIVATE KEY", &sec1(key)),
            Key::Ed25519(key) => {
                let seed = element(tag::OCTET_STRING, &element(tag::OCTET_STRING, key.as_bytes()));
                let algorithm = sequence(&[element(tag::OID, ED25519)]);
                pem::encode("PRIVATE KEY", &sequence(&[unsigned(&[]), algorithm, seed]))
            }
            Key::Dsa(key) => pem::encode("DSA PRIVATE KEY", &key.to_der()),
        })
    }

    /// What Go calls the type of the key.
    #[must_use]
    pub fn go_type(&self) -> &'static str {
        match self.0 {
            Key::Rsa(_) => "*rsa.PrivateKey",
            Key::Ecdsa(_) => "*ecdsa.PrivateKey",
            Key::Ed25519(_) => "ed25519.PrivateKey",
            Key::Dsa(_) => "*dsa.PrivateKey",
        }
    }

    /// The public key as certificates hold it, and its bits alone.
    pub(super) fn public(&self) -> Result<Public, String> {
        let null = || element(tag::NULL, &[]);
        let (algorithm, bits) = match &self.0 {
            Key::Rsa(key) => {
                let der = key.to_public_key().to_pkcs1_der().map_err(|error| error.to_string())?;
                (sequence(&[element(tag::OID, RSA_ENCRYPTION), null()]), der.as_bytes().to_vec())
            }
            Key::Ecdsa(key) => {
                let algorithm = sequence(&[element(tag::OID, EC_PUBLIC_KEY), element(tag::OID, P256_CURVE)]);
                (algorithm, point(key))
            }
            Key::Ed25519(key) => (sequence(&[element(tag::OID, ED25519)]), key.verifying_key().as_bytes().to_vec()),
            Key::Dsa(_) => return Err("x509: unsupported public key type: *dsa.PublicKey".to_owned()),
        };
        Ok(Public { info: sequence(&[algorithm, bit_string(&bits, 0)]), bits })
    }

    /// The algorithm that the key signs with, as certificates name it.
    pub(super) fn signature_algorithm(&self) -> Result<Vec<u8>, String> {
        Ok(match self.0 {
            Key::Rsa(_) => sequence(&[element(tag::OID, SHA256_WITH_RSA), element(tag::NULL, &[])]),
            Key::Ecdsa(_) => sequence(&[element(tag::OID, ECDSA_WITH_SHA256)]),
            Key::Ed25519(_) => sequence(&[element(tag::OID, ED25519)]),
            Key::Dsa(_) => return Err("x509: certificate private key does not implement crypto.Signer".to_owned()),
        })
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        match &self.0 {
            Key::Rsa(key) => {
                let padding = rsa::Pkcs1v15Sign::new::<Sha256>();
                key.sign(padding, &Sha256::digest(message)).map_err(|error| error.to_string())
            }
            Key::Ecdsa(key) => {
                let signature: DerSignature = key.sign(message);
                Ok(signature.as_bytes().to_vec())
            }
            Key::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Key::Dsa(_) => Err("x509: certificate private key does not implement crypto.Signer".to_owned()),
        }
    }
}

/// A public key.
#[derive(Debug)]
pub(super) struct Public {
    /// Algorithm and key: a SubjectPublicKeyInfo.
    pub info: Vec<u8>,
    /// The key alone.
    pub bits: Vec<u8>,
}

impl Key {
    fn from_pkcs8(der: &[u8]) -> Option<Key> {
        if let Ok(key) = RsaPrivateKey::from_pkcs8_der(der) {
            return Some(Key::Rsa(Box::new(key)));
        }
        let mut outer = Reader(der).inside(tag::SEQUENCE)?;
        outer.unsigned()?;
        let algorithm = outer.inside(tag::SEQUENCE)?.expect(tag::OID)?.content;
        let inner = outer.expect(tag::OCTET_STRING)?.content;
        match algorithm {
            ED25519 => {
                let seed = Reader(inner).expect(tag::OCTET_STRING)?.content.try_into().ok()?;
                Some(Key::Ed25519(Ed25519Key::from_bytes(&seed)))
            }
            EC_PUBLIC_KEY => Key::from_sec1(inner),
            _ => None,
        }
    }

    /// Only P-256: the one curve that templates can make keys on.
    fn from_sec1(der: &[u8]) -> Option<Key> {
        let mut inside = Reader(der).inside(tag::SEQUENCE)?;
        inside.unsigned()?;
        let secret = inside.expect(tag::OCTET_STRING)?.content;
        P256Key::from_slice(secret).ok().map(Key::Ecdsa)
    }
}

fn point(key: &P256Key) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

fn sec1(key: &P256Key) -> Vec<u8> {
    sequence(&[
        unsigned(&[1]),
        element(tag::OCTET_STRING, &key.to_bytes()),
        element(tag::context(0), &element(tag::OID, P256_CURVE)),
        element(tag::context(1), &bit_string(&point(key), 0)),
    ])
}
