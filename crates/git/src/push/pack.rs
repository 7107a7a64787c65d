//! A pack of whole objects: what a server takes in one piece.

use super::objects::{NewKind, NewObject};
use crate::error::Problem;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha1::{Digest, Sha1};
use std::io::Write;

/// The pack's bytes.
pub(super) fn write(objects: &[NewObject]) -> Result<Vec<u8>, Problem> {
    let failed = |error: std::io::Error| Problem::Store { detail: format!("packing: {error}") };
    let count = u32::try_from(objects.len());
    let count = count.map_err(|_| Problem::TooLarge { what: "the number of objects", limit: u32::MAX.into() })?;
    let mut out = b"PACK\0\0\0\x02".to_vec();
    out.extend(count.to_be_bytes());
    for object in objects {
        write_header(&mut out, object);
        let mut zlib = ZlibEncoder::new(&mut out, Compression::fast());
        zlib.write_all(&object.content).and_then(|()| zlib.finish().map(drop)).map_err(failed)?;
    }
    let digest = Sha1::digest(&out);
    out.extend_from_slice(&digest);
    Ok(out)
}

/// Kind and length, four bits and then seven a byte.
fn write_header(out: &mut Vec<u8>, object: &NewObject) {
    let kind: u8 = match object.kind {
        NewKind::Commit => 1,
        NewKind::Tree => 2,
        NewKind::Blob => 3,
    };
    let low = |size: usize, mask: usize| u8::try_from(size & mask).unwrap_or_default();
    let mut size = object.content.len();
    let mut byte = (kind << 4) | low(size, 15);
    size >>= 4;
    while size > 0 {
        out.push(byte | 0x80);
        byte = low(size, 127);
        size >>= 7;
    }
    out.push(byte);
}
