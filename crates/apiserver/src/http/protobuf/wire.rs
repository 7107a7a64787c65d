//! The wire format: numbered fields that are numbers or bytes, and the few messages with a JSON form of their own.

use base64::Engine;
use serde_json::Value;

/// A field's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire<'b> {
    /// A number.
    Number(u64),
    /// Text, bytes or a message.
    Bytes(&'b [u8]),
}

/// The bytes are cut or garbled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the protobuf message is cut or garbled")]
pub struct WireError;

/// The fields of a message, in the order they were written.
pub fn fields(bytes: &[u8]) -> impl Iterator<Item = Result<(u64, Wire<'_>), WireError>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = field(&mut rest);
        if next.is_err() {
            rest = &[];
        }
        Some(next)
    })
}

fn field<'b>(rest: &mut &'b [u8]) -> Result<(u64, Wire<'b>), WireError> {
    let tag = varint(rest)?;
    let wire = match tag & 7 {
        0 => Wire::Number(varint(rest)?),
        1 => Wire::Bytes(take(rest, 8)?),
        2 => {
            let length = usize::try_from(varint(rest)?).map_err(|_| WireError)?;
            Wire::Bytes(take(rest, length)?)
        }
        5 => Wire::Bytes(take(rest, 4)?),
        _ => return Err(WireError),
    };
    Ok((tag >> 3, wire))
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Result<&'b [u8], WireError> {
    let (taken, after) = rest.split_at_checked(length).ok_or(WireError)?;
    *rest = after;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, WireError> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(WireError)
}

/// Text.
pub fn text(bytes: &[u8]) -> Result<String, WireError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| WireError)
}

/// Bytes as JSON carries them.
pub fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn timestamp(bytes: &[u8]) -> Result<Option<jiff::Timestamp>, WireError> {
    let (mut seconds, mut nanoseconds) = (0, 0);
    for part in fields(bytes) {
        match part? {
            (1, Wire::Number(number)) => seconds = number.cast_signed(),
            (2, Wire::Number(number)) => nanoseconds = i32::try_from(number.cast_signed()).map_err(|_| WireError)?,
            _ => {}
        }
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    jiff::Timestamp::new(seconds, nanoseconds).map(Some).map_err(|_| WireError)
}

/// A time in whole seconds; an empty one is none.
pub fn time(bytes: &[u8]) -> Result<Option<String>, WireError> {
    let whole = |time: jiff::Timestamp| jiff::Timestamp::from_second(time.as_second()).unwrap_or(time).to_string();
    Ok(timestamp(bytes)?.map(whole))
}

/// A time in microseconds; an empty one is none.
pub fn micro_time(bytes: &[u8]) -> Result<Option<String>, WireError> {
    Ok(timestamp(bytes)?.map(|time| format!("{time:.6}")))
}

/// The first text of a message: all that a quantity is.
pub fn first_text(bytes: &[u8]) -> Result<String, WireError> {
    for part in fields(bytes) {
        if let (1, Wire::Bytes(bytes)) = part? {
            return text(bytes);
        }
    }
    Ok("0".to_owned())
}

/// A number or a text, as ports and limits are.
pub fn int_or_string(bytes: &[u8]) -> Result<Value, WireError> {
    let (mut is_text, mut number, mut string) = (false, 0, String::new());
    for part in fields(bytes) {
        match part? {
            (1, Wire::Number(kind)) => is_text = kind == 1,
            (2, Wire::Number(value)) => number = value.cast_signed(),
            (3, Wire::Bytes(bytes)) => string = text(bytes)?,
            _ => {}
        }
    }
    Ok(if is_text { Value::from(string) } else { Value::from(number) })
}

/// JSON within a message.
pub fn raw(bytes: &[u8]) -> Result<Value, WireError> {
    let text = first_text(bytes)?;
    serde_json::from_str(&text).map_err(|_| WireError)
}
