//! Base 64, base 32, checksums and hashes.

use crate::codec;
use crate::define::{bytes, row};
use gotemplate::{Args, Definition, Type, Value};
use sha2::{Digest, Sha256, Sha512};

const STR: Type = Type::String;

pub(crate) const TABLE: &[Definition] = &[
    row("b64enc", &[STR], STR, |_, args| Ok(codec::base64_encode(args.bytes(0)).into())),
    row("b64dec", &[STR], STR, |_, args| Ok(decoded(codec::base64_decode(args.bytes(0))))),
    row("b32enc", &[STR], STR, |_, args| Ok(codec::base32_encode(args.bytes(0)).into())),
    row("b32dec", &[STR], STR, |_, args| Ok(decoded(codec::base32_decode(args.bytes(0))))),
    row("sha1sum", &[STR], STR, |_, args| Ok(digest::<sha1::Sha1>(args))),
    row("sha256sum", &[STR], STR, |_, args| Ok(digest::<Sha256>(args))),
    row("sha512sum", &[STR], STR, |_, args| Ok(digest::<Sha512>(args))),
    row("adler32sum", &[STR], STR, |_, args| Ok(codec::adler32(args.bytes(0)).to_string().into())),
];

/// What cannot be decoded gives the error's text.
fn decoded(outcome: Result<Vec<u8>, String>) -> Value {
    outcome.map_or_else(Value::from, bytes)
}

fn digest<D: Digest>(args: Args<'_>) -> Value {
    hex::encode(D::digest(args.bytes(0))).into()
}
