//! One signature packet of version 4.

use super::material::{Hash, Material};
use super::packet::new_length;
use crate::bytes::Bytes;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bytes.
    Binary,
    /// Text, whose lines end with CR LF.
    Text,
    /// Something of a key: its identity, a subkey, its revocation.
    Other(u8),
}

/// A user identity, certified by the key itself.
pub(super) const CERTIFICATIONS: std::ops::RangeInclusive<u8> = 0x10..=0x13;
pub(super) const SUBKEY_BINDING: u8 = 0x18;
pub(super) const PRIMARY_BINDING: u8 = 0x19;
pub(super) const DIRECT: u8 = 0x1f;
pub(super) const KEY_REVOCATION: u8 = 0x20;
pub(super) const SUBKEY_REVOCATION: u8 = 0x28;

/// How many subpackets one signature may have: some twenty kinds exist.
const SUBPACKETS_MAX: usize = 500;

/// One signature.
#[derive(Debug, Clone)]
pub(super) struct Signature<'s> {
    pub kind: Kind,
    /// The kind's number.
    pub number: u8,
    algorithm: u8,
    hash: Hash,
    /// Everything that is hashed of the packet itself.
    hashed: &'s [u8],
    subpackets: Vec<(u8, &'s [u8])>,
    /// Those that nobody vouches for.
    loose: Vec<(u8, &'s [u8])>,
    value: Bytes<'s>,
}

impl<'s> Signature<'s> {
    /// `None` when it is damaged or of another version.
    pub fn read(body: &'s [u8]) -> Option<Signature<'s>> {
        let mut rest = Bytes(body);
        if rest.byte()? != 4 {
            return None;
        }
        let (number, algorithm, hash) = (rest.byte()?, rest.byte()?, Hash::of(rest.byte()?));
        let length = rest.two()?;
        let own = rest.take(length)?;
        let hashed = &body[..6 + length];
        let length = rest.two()?;
        let loose = rest.take(length)?;
        // Two digits of the digest, to find damage soon.
        rest.take(2)?;
        let kind = match number {
            0x00 => Kind::Binary,
            0x01 => Kind::Text,
            other => Kind::Other(other),
        };
        let (subpackets, loose) = (subpackets(own)?, subpackets(loose)?);
        let signature = Signature { kind, number, algorithm, hash, hashed, subpackets, loose, value: rest };
        signature.has_only_known_demands().then_some(signature)
    }

    /// Whether nothing in it is marked as critical that is not understood here.
    fn has_only_known_demands(&self) -> bool {
        const KNOWN: [u8; 20] = [2, 3, 4, 5, 7, 9, 11, 16, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 33];
        let all = self.subpackets.iter();
        // 32 is a signature inside this one; it is looked at where one is needed.
        all.filter(|(kind, _)| kind & 0x80 != 0).all(|(kind, _)| KNOWN.contains(&(kind & 0x7f)) || kind & 0x7f == 32)
    }

    fn find(&self, wanted: u8) -> Option<&'s [u8]> {
        self.subpackets.iter().find(|(kind, _)| kind & 0x7f == wanted).map(|(_, body)| *body)
    }

    fn seconds(&self, wanted: u8) -> Option<i64> {
        Bytes(self.find(wanted)?).four().map(i64::from)
    }

    /// When it was made (seconds since 1970).
    pub fn made(&self) -> Option<i64> {
        self.seconds(2)
    }

    /// Until when it holds, where it says so.
    pub fn expires(&self) -> Option<i64> {
        let after = self.seconds(3).filter(|seconds| *seconds > 0)?;
        Some(self.made()? + after)
    }

    /// How long the key holds that this is about, in seconds.
    pub fn key_lifetime(&self) -> Option<i64> {
        self.seconds(9).filter(|seconds| *seconds > 0)
    }

    /// What the key may be used for; `None` where it is not said.
    pub fn flags(&self) -> Option<u8> {
        self.find(27).map(|flags| flags.first().copied().unwrap_or_default())
    }

    /// Whether the identity is the main one.
    pub fn is_primary_identity(&self) -> bool {
        self.find(25).is_some_and(|value| value.first() == Some(&1))
    }

    /// The signature inside this one.
    pub fn embedded(&self) -> Option<Signature<'s>> {
        let all = self.subpackets.iter().chain(&self.loose);
        let body = all.filter(|(kind, _)| kind & 0x7f == 32).map(|(_, body)| *body).next()?;
        Signature::read(body)
    }

    /// The key that made it, by its 16 digits. It only says where to look: the signature itself is what proves.
    pub fn issuer(&self) -> Option<String> {
        let all = || self.subpackets.iter().chain(&self.loose);
        let fingerprint = all().find(|(kind, body)| kind & 0x7f == 33 && body.len() == 21 && body[0] == 4);
        let fingerprint = fingerprint.map(|(_, body)| hex::encode_upper(&body[13..]));
        fingerprint.or_else(|| {
            let id = all().find(|(kind, body)| kind & 0x7f == 16 && body.len() == 8)?;
            Some(hex::encode_upper(id.1))
        })
    }

    /// Whether the key made it of these parts; what is not known where nothing can be said.
    pub fn is_made_by(&self, key: &Material, parts: &[&[u8]]) -> Result<bool, String> {
        let mut message: Vec<u8> = parts.concat();
        message.extend_from_slice(self.hashed);
        message.extend_from_slice(&[4, 0xff]);
        let length = u32::try_from(self.hashed.len()).unwrap_or(u32::MAX);
        message.extend_from_slice(&length.to_be_bytes());
        key.made(self.algorithm, self.hash, &message, self.value)
    }
}

fn subpackets(area: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut rest = Bytes(area);
    let mut all = Vec::new();
    while !rest.is_empty() {
        let length = new_length(&mut rest)?;
        let (kind, body) = rest.take(length)?.split_first()?;
        if all.len() >= SUBPACKETS_MAX {
            return None;
        }
        all.push((*kind, body));
    }
    Some(all)
}
