//! Bytes to text: byte order marks and UTF-16, which editors on Windows still write.

use crate::YamlError;
use std::borrow::Cow;

/// The text in `bytes`, without its byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, YamlError> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, YamlError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| YamlError::Encoding("UTF-8"))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, YamlError> {
    let (units, []) = bytes.as_chunks::<2>() else { return Err(YamlError::Encoding("UTF-16")) };
    let text: Result<String, _> = char::decode_utf16(units.iter().map(|pair| unit(*pair))).collect();
    text.map(Cow::Owned).map_err(|_| YamlError::Encoding("UTF-16"))
}
