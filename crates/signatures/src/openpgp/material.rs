//! What public keys are made of, and whether one made a signature.

use crate::bytes::{Bytes, padded, trimmed};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA384, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

const OID_ED25519: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];
const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const OID_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const OID_P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Ed25519(Vec<u8>),
    P256(Vec<u8>),
    P384(Vec<u8>),
    /// One that nothing is verified with, and what gpg calls it.
    Other(String),
}

/// How the signed bytes are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
    Other(u8),
}

impl Hash {
    pub fn of(number: u8) -> Hash {
        match number {
            2 => Hash::Sha1,
            8 => Hash::Sha256,
            9 => Hash::Sha384,
            10 => Hash::Sha512,
            other => Hash::Other(other),
        }
    }

    fn digest(self, message: &[u8]) -> Result<ring::digest::Digest, String> {
        use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
        Ok(match self {
            Hash::Sha1 => digest(&SHA1_FOR_LEGACY_USE_ONLY, message),
            Hash::Sha256 => digest(&SHA256, message),
            Hash::Sha384 => digest(&SHA384, message),
            Hash::Sha512 => digest(&SHA512, message),
            Hash::Other(number) => return Err(format!("the hash number {number}")),
        })
    }
}

impl Material {
    /// The material of that algorithm, and what follows it.
    pub fn read(algorithm: u8, bytes: &mut Bytes<'_>) -> Option<Material> {
        Some(match algorithm {
            1 | 3 => Material::Rsa { n: trimmed(bytes.number()?).to_vec(), e: trimmed(bytes.number()?).to_vec() },
            17 => {
                let bits = bytes.two()?;
                Material::Other(format!("dsa{bits}"))
            }
            19 | 22 => {
                let length = usize::from(bytes.byte()?);
                let curve = bytes.take(length)?;
                let point = bytes.number()?;
                match (algorithm, curve) {
                    (22, OID_ED25519) => Material::Ed25519(point.strip_prefix(&[0x40])?.to_vec()),
                    (19, OID_P256) => Material::P256(point.to_vec()),
                    (19, OID_P384) => Material::P384(point.to_vec()),
                    (19, OID_P521) => Material::Other("nistp521".to_owned()),
                    _ => Material::Other("unknown".to_owned()),
                }
            }
            27 => Material::Ed25519(bytes.take(32)?.to_vec()),
            _ => Material::Other("unknown".to_owned()),
        })
    }

    /// What gpg calls it.
    pub fn kind(&self) -> String {
        match self {
            Material::Rsa { n, .. } => {
                let first = n.first().copied().unwrap_or_default();
                format!("rsa{}", (n.len() * 8).saturating_sub(first.leading_zeros() as usize))
            }
            Material::Ed25519(_) => "ed25519".to_owned(),
            Material::P256(_) => "nistp256".to_owned(),
            Material::P384(_) => "nistp384".to_owned(),
            Material::Other(kind) => kind.clone(),
        }
    }

    /// Whether it made a signature of `message`; what is not known where nothing can be said.
    pub fn made(&self, algorithm: u8, hash: Hash, message: &[u8], mut signature: Bytes<'_>) -> Result<bool, String> {
        Ok(match self {
            Material::Rsa { n, e } if matches!(algorithm, 1 | 3) => {
                let Some(signature) = signature.number().and_then(|number| padded(number, n.len())) else {
                    return Ok(false);
                };
                let parameters = match hash {
                    // Compat: gpg takes such signatures still; commits are named by SHA-1 themselves.
                    Hash::Sha1 => &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
                    Hash::Sha256 => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
                    Hash::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
                    Hash::Sha512 => &RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
                    Hash::Other(number) => return Err(format!("the hash number {number}")),
                };
                RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() }
                    .verify(parameters, message, &signature)
                    .is_ok()
            }
            Material::Ed25519(point) if matches!(algorithm, 22 | 27) => {
                let fixed = match algorithm {
                    22 => pair(&mut signature, 32),
                    _ => signature.take(64).map(<[u8]>::to_vec),
                };
                let digest = hash.digest(message)?;
                fixed.is_some_and(|fixed| check(&ED25519, point, digest.as_ref(), &fixed))
            }
            Material::P256(point) if algorithm == 19 && hash == Hash::Sha256 => {
                pair(&mut signature, 32).is_some_and(|fixed| check(&ECDSA_P256_SHA256_FIXED, point, message, &fixed))
            }
            Material::P384(point) if algorithm == 19 && hash == Hash::Sha384 => {
                pair(&mut signature, 48).is_some_and(|fixed| check(&ECDSA_P384_SHA384_FIXED, point, message, &fixed))
            }
            Material::P256(_) | Material::P384(_) if algorithm == 19 => {
                return Err(format!("a key {} with {hash:?}", self.kind()));
            }
            Material::Other(kind) => return Err(format!("a key of the kind {kind}")),
            _ => false,
        })
    }
}

/// The two numbers of a signature on a curve, each in `length` bytes.
fn pair(signature: &mut Bytes<'_>, length: usize) -> Option<Vec<u8>> {
    let mut fixed = padded(signature.number()?, length)?;
    fixed.extend(padded(signature.number()?, length)?);
    Some(fixed)
}

fn check(algorithm: &'static dyn VerificationAlgorithm, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}
