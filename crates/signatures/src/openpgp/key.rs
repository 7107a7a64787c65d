//! A public key with all that belongs to it: identities, subkeys, and what the key itself says of them.

use super::material::Material;
use super::packet::{Packet, Tag, packets};
use super::signature::{
    CERTIFICATIONS, DIRECT, KEY_REVOCATION, PRIMARY_BINDING, SUBKEY_BINDING, SUBKEY_REVOCATION, Signature,
};
use crate::armor::{decode, encode};
use crate::bytes::Bytes;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

const LABEL: &str = "PGP PUBLIC KEY BLOCK";

/// The largest key that is read; those of people whom many have certified are about 1 MiB.
const KEY_BYTES_MAX: usize = 4 << 20;

/// The flag of keys that may sign data.
const MAY_SIGN: u8 = 0x02;

/// What was handed in is no public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is damaged or something else.
    #[error("it is no OpenPGP public key: export it with `gpg --armor --export`")]
    NoKey,
    /// It is larger than any key.
    #[error("it is larger than {KEY_BYTES_MAX} bytes (limit: size of a public key)")]
    TooLarge,
    /// It is of a version that is not known.
    #[error("version {0} of OpenPGP keys is not supported; make one of version 4")]
    Version(u8),
    /// It has no identity that it certifies itself.
    #[error("the key {0} certifies none of its identities itself")]
    Nobody(String),
}

/// A public key with its subkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    primary: One,
    subkeys: Vec<One>,
    owner: String,
    armored: String,
}

/// One key of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct One {
    fingerprint: String,
    material: Material,
    created: i64,
    expires: Option<i64>,
    is_revoked: bool,
    may_sign: bool,
}

/// A key that may have made a signature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'k> {
    pub material: &'k Material,
    pub expires: Option<i64>,
    pub is_revoked: bool,
    pub may_sign: bool,
}

impl PublicKey {
    /// Its identity: 16 hexadecimal digits.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.primary.fingerprint[24..]
    }

    /// Its fingerprint: 40 hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.primary.fingerprint
    }

    /// What kind of key it is, as gpg calls it (`rsa4096`, `ed25519`).
    #[must_use]
    pub fn sub_type(&self) -> String {
        self.primary.material.kind()
    }

    /// Whose it is.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The key as text.
    #[must_use]
    pub fn armored(&self) -> &str {
        &self.armored
    }

    /// The key or subkey of that identity. A subkey never outlives the key.
    pub(super) fn part(&self, id: &str) -> Option<Part<'_>> {
        let one = std::iter::once(&self.primary).chain(&self.subkeys).find(|one| &one.fingerprint[24..] == id)?;
        Some(Part {
            material: &one.material,
            expires: one.expires.into_iter().chain(self.primary.expires).min(),
            is_revoked: one.is_revoked || self.primary.is_revoked,
            may_sign: one.may_sign,
        })
    }
}

/// The keys that `bytes` hold, as text or not.
///
/// # Errors
/// They hold none, or one that is not understood.
pub fn read_keys(bytes: &[u8]) -> Result<Vec<PublicKey>, KeyError> {
    if bytes.len() > KEY_BYTES_MAX {
        return Err(KeyError::TooLarge);
    }
    let mut blocks = Vec::new();
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains(LABEL) => {
            for block in text.split_inclusive(&format!("-----END {LABEL}-----")).filter(|block| block.contains("BEGIN"))
            {
                blocks.push(decode(block, LABEL).ok_or(KeyError::NoKey)?);
            }
        }
        _ => blocks.push(bytes.to_vec()),
    }
    let mut keys = Vec::new();
    for block in &blocks {
        let packets = packets(block).map_err(|_| KeyError::NoKey)?;
        let starts: Vec<usize> = (0..packets.len()).filter(|index| packets[*index].tag == Tag::PublicKey).collect();
        for (number, start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(packets.len());
            keys.push(read_key(&packets[*start..end])?);
        }
    }
    if keys.is_empty() { Err(KeyError::NoKey) } else { Ok(keys) }
}

fn read_key(packets: &[Packet<'_>]) -> Result<PublicKey, KeyError> {
    let (first, rest) = packets.split_first().ok_or(KeyError::NoKey)?;
    let mut primary = read_one(first.body)?;
    let key = hashed_key(first.body);
    let mut subkeys: Vec<One> = Vec::new();
    let mut identities: Vec<(bool, i64, String)> = Vec::new();
    let mut says = Says::default();
    let mut about = About::Key;
    for packet in rest {
        match packet.tag {
            Tag::UserId => about = About::Identity(packet.body),
            Tag::PublicSubkey => {
                // Those of kinds that are not known sign nothing here.
                about = match read_one(packet.body) {
                    Ok(one) => {
                        subkeys.push(One { may_sign: false, ..one });
                        About::Subkey(packet.body)
                    }
                    Err(_) => About::Nothing,
                };
            }
            Tag::Signature => {
                let Some(signature) = Signature::read(packet.body) else { continue };
                match about {
                    About::Key => of_key(&mut primary, &mut says, &signature, &key),
                    About::Identity(identity) => {
                        if is_certified(&primary, &signature, &key, identity) {
                            says.listen(&signature);
                            let name = String::from_utf8_lossy(identity).into_owned();
                            identities.push((signature.is_primary_identity(), signature.made().unwrap_or(0), name));
                        }
                    }
                    About::Subkey(body) => {
                        if let Some(subkey) = subkeys.last_mut() {
                            of_subkey(&primary.material, subkey, &signature, &key, body);
                        }
                    }
                    About::Nothing => {}
                }
            }
            Tag::PublicKey | Tag::Other => about = About::Nothing,
        }
    }
    let owner = owner(&identities).ok_or_else(|| KeyError::Nobody(primary.fingerprint.clone()))?;
    primary.expires = says.lifetime.map(|seconds| primary.created + seconds);
    primary.may_sign = says.flags.is_none_or(|flags| flags & MAY_SIGN != 0);
    let whole: Vec<u8> = packets.iter().flat_map(|packet| packet.whole).copied().collect();
    Ok(PublicKey { primary, subkeys, owner, armored: encode(&whole, LABEL) })
}

/// What the signatures that follow are about.
#[derive(Clone, Copy)]
enum About<'p> {
    Key,
    Identity(&'p [u8]),
    Subkey(&'p [u8]),
    Nothing,
}

/// What a key says of itself: the newest word counts.
#[derive(Default)]
struct Says {
    at: i64,
    lifetime: Option<i64>,
    flags: Option<u8>,
}

impl Says {
    fn listen(&mut self, signature: &Signature<'_>) {
        let made = signature.made().unwrap_or(0);
        if made >= self.at {
            *self = Says { at: made, lifetime: signature.key_lifetime(), flags: signature.flags().or(self.flags) };
        }
    }
}

/// The main identity, else the first.
fn owner(identities: &[(bool, i64, String)]) -> Option<String> {
    let main = identities.iter().filter(|(is_main, ..)| *is_main).max_by_key(|(_, made, _)| *made);
    main.or(identities.first()).map(|(.., name)| name.clone())
}

fn of_key(primary: &mut One, says: &mut Says, signature: &Signature<'_>, key: &[u8]) {
    let is_own = || signature.is_made_by(&primary.material, &[key]) == Ok(true);
    match signature.number {
        KEY_REVOCATION if is_own() => primary.is_revoked = true,
        DIRECT if is_own() => says.listen(signature),
        _ => {}
    }
}

fn is_certified(primary: &One, signature: &Signature<'_>, key: &[u8], identity: &[u8]) -> bool {
    let mut header = vec![0xb4];
    header.extend_from_slice(&u32::try_from(identity.len()).unwrap_or(u32::MAX).to_be_bytes());
    CERTIFICATIONS.contains(&signature.number)
        && signature.is_made_by(&primary.material, &[key, &header, identity]) == Ok(true)
}

fn of_subkey(primary: &Material, subkey: &mut One, signature: &Signature<'_>, key: &[u8], body: &[u8]) {
    let own = hashed_key(body);
    let is_bound = || signature.is_made_by(primary, &[key, &own]) == Ok(true);
    match signature.number {
        SUBKEY_REVOCATION if is_bound() => subkey.is_revoked = true,
        SUBKEY_BINDING if is_bound() => {
            subkey.expires = signature.key_lifetime().map(|seconds| subkey.created + seconds);
            // A subkey that signs must agree: else anybody could make another's key their own.
            let agrees = signature.embedded().is_some_and(|inner| {
                inner.number == PRIMARY_BINDING && inner.is_made_by(&subkey.material, &[key, &own]) == Ok(true)
            });
            subkey.may_sign = agrees && signature.flags().is_some_and(|flags| flags & MAY_SIGN != 0);
        }
        _ => {}
    }
}

/// A key as signatures hash it.
fn hashed_key(body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[0x99], &length[..], body].concat()
}

fn read_one(body: &[u8]) -> Result<One, KeyError> {
    let mut rest = Bytes(body);
    match rest.byte() {
        Some(4) => {}
        Some(version) => return Err(KeyError::Version(version)),
        None => return Err(KeyError::NoKey),
    }
    let created = rest.four().ok_or(KeyError::NoKey)?;
    let algorithm = rest.byte().ok_or(KeyError::NoKey)?;
    let material = Material::read(algorithm, &mut rest).ok_or(KeyError::NoKey)?;
    let fingerprint = hex::encode_upper(digest(&SHA1_FOR_LEGACY_USE_ONLY, &hashed_key(body)));
    Ok(One { fingerprint, material, created: i64::from(created), expires: None, is_revoked: false, may_sign: true })
}
