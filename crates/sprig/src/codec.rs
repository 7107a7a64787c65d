//! Base 64 and base 32 as Go's packages read and write them, errors included; Adler-32.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Standard base 64 with padding.
#[must_use]
pub fn base64_encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads standard base 64; line breaks do not count.
///
/// # Errors
/// Go's text, with the place of the first wrong byte.
pub fn base64_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut digits = text.iter().copied().enumerate().filter(|(_, byte)| !matches!(byte, b'\r' | b'\n'));
    let corrupt = |at: usize| format!("illegal base64 data at input byte {at}");
    loop {
        let mut quantum = Vec::with_capacity(4);
        while quantum.len() < 4 {
            match digits.next() {
                None if quantum.is_empty() => return Ok(out),
                None => return Err(corrupt(text.len() - quantum.len())),
                Some((at, b'=')) if quantum.len() < 2 => return Err(corrupt(at)),
                Some((at, b'=')) => {
                    padding(quantum.len(), at, &mut digits, text.len()).map_err(corrupt)?;
                    append(&mut out, &quantum, 6);
                    return Ok(out);
                }
                Some((at, byte)) => quantum.push(base64_digit(byte).ok_or_else(|| corrupt(at))?),
            }
        }
        append(&mut out, &quantum, 6);
    }
}

/// Reads what must stand behind the first padding sign, which follows `before` digits; else the place of the error.
fn padding(
    before: usize,
    at: usize,
    digits: &mut impl Iterator<Item = (usize, u8)>,
    length: usize,
) -> Result<(), usize> {
    if before == 2 {
        match digits.next() {
            Some((_, b'=')) => {}
            // Compat: the place is that of the byte before the wrong one.
            Some((wrong, _)) => return Err(if wrong > 0 { wrong - 1 } else { at }),
            None => return Err(length),
        }
    }
    digits.next().map_or(Ok(()), |(garbage, _)| Err(garbage))
}

fn base64_digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Appends the whole bytes that digits of `bits` bits make.
fn append(out: &mut Vec<u8>, digits: &[u8], bits: u32) {
    let (mut held, mut width) = (0_u32, 0);
    for digit in digits {
        held = held << bits | u32::from(*digit);
        width += bits;
        if width >= 8 {
            width -= 8;
            out.push((held >> width) as u8);
            held &= (1 << width) - 1;
        }
    }
}

/// Standard base 32 with padding.
#[must_use]
pub fn base32_encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut block = [0; 8];
        block[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(block);
        let digits = (chunk.len() * 8).div_ceil(5);
        let digit = |at: usize| char::from(BASE32[(bits >> (35 - 5 * at)) as usize & 31]);
        out.extend((0..8).map(|at| if at < digits { digit(at) } else { '=' }));
    }
    out
}

/// Reads standard base 32; line breaks do not count, not even in the places that errors name.
///
/// # Errors
/// Go's text, with the place of the first wrong byte.
pub fn base32_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let corrupt = |at: usize| format!("illegal base32 data at input byte {at}");
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    for (block, chunk) in text.chunks(8).enumerate() {
        let start = block * 8;
        let mut digits = Vec::with_capacity(8);
        for (at, byte) in chunk.iter().enumerate() {
            let last = start + 8 >= text.len();
            if *byte == b'=' && at >= 2 && text.len() - (start + at + 1) < 8 && last {
                base32_padding(chunk, at, start, text.len()).map_err(corrupt)?;
                append(&mut out, &digits, 5);
                return Ok(out);
            }
            let digit = BASE32.iter().position(|candidate| candidate == byte).ok_or_else(|| corrupt(start + at))?;
            digits.push(digit as u8);
        }
        if digits.len() < 8 {
            return Err(corrupt(start));
        }
        append(&mut out, &digits, 5);
    }
    Ok(out)
}

fn base32_padding(chunk: &[u8], first: usize, start: usize, length: usize) -> Result<(), usize> {
    if chunk.len() < 8 {
        return Err(length);
    }
    if let Some(wrong) = chunk[first..].iter().position(|byte| *byte != b'=') {
        // Compat: the place is that of the byte before the wrong one.
        return Err(start + first + wrong - 1);
    }
    // So many digits do not make whole bytes.
    if matches!(first, 1 | 3 | 6) { Err(start + first) } else { Ok(()) }
}

/// The Adler-32 checksum.
#[must_use]
pub fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for chunk in bytes.chunks(5552) {
        for byte in chunk {
            low += u32::from(*byte);
            high += low;
        }
        low %= 65_521;
        high %= 65_521;
    }
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for length in 0..12 {
            let bytes: Vec<u8> = (0..length).map(|byte: u8| byte.wrapping_mul(37).wrapping_add(200)).collect();
            assert_eq!(base64_decode(base64_encode(&bytes).as_bytes()), Ok(bytes.clone()));
            assert_eq!(base32_decode(base32_encode(&bytes).as_bytes()), Ok(bytes));
        }
        assert_eq!(adler32(b"Hello world!"), 487_130_206);
    }
}
