//! The packets that OpenPGP data is made of.

use crate::bytes::Bytes;

/// How many packets one key or signature may have: a key with hundreds of signatures by others has about a thousand.
const PACKETS_MAX: usize = 20_000;

/// What a packet holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Signature,
    PublicKey,
    PublicSubkey,
    UserId,
    Other,
}

/// One packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'p> {
    pub tag: Tag,
    pub body: &'p [u8],
    /// With its header.
    pub whole: &'p [u8],
}

/// The data is no row of packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// All packets of `data`.
pub(super) fn packets(data: &[u8]) -> Result<Vec<Packet<'_>>, Damaged> {
    let mut rest = Bytes(data);
    let mut packets = Vec::new();
    while !rest.is_empty() {
        if packets.len() >= PACKETS_MAX {
            return Err(Damaged);
        }
        packets.push(packet(&mut rest).ok_or(Damaged)?);
    }
    Ok(packets)
}

fn packet<'p>(rest: &mut Bytes<'p>) -> Option<Packet<'p>> {
    let before = rest.0;
    let header = rest.byte()?;
    if header & 0x80 == 0 {
        return None;
    }
    let (tag, length) = match header & 0x40 == 0 {
        true => (header >> 2 & 0x0f, old_length(header & 0x03, rest)?),
        false => (header & 0x3f, new_length(rest)?),
    };
    let body = rest.take(length)?;
    let tag = match tag {
        2 => Tag::Signature,
        6 => Tag::PublicKey,
        14 => Tag::PublicSubkey,
        13 => Tag::UserId,
        _ => Tag::Other,
    };
    Some(Packet { tag, body, whole: &before[..before.len() - rest.0.len()] })
}

fn old_length(kind: u8, rest: &mut Bytes<'_>) -> Option<usize> {
    match kind {
        0 => rest.byte().map(usize::from),
        1 => rest.two(),
        2 => rest.four().and_then(|length| usize::try_from(length).ok()),
        // The packet reaches to the end.
        _ => Some(rest.0.len()),
    }
}

/// Lengths as new headers and subpackets have them. Partial ones are for data of unknown length: never keys or signatures.
pub(super) fn new_length(rest: &mut Bytes<'_>) -> Option<usize> {
    match rest.byte()? {
        first @ 0..=191 => Some(usize::from(first)),
        first @ 192..=223 => Some(((usize::from(first) - 192) << 8) + usize::from(rest.byte()?) + 192),
        255 => rest.four().and_then(|length| usize::try_from(length).ok()),
        224..=254 => None,
    }
}
