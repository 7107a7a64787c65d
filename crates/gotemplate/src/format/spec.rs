//! One formatting directive: flags, width, precision, and how numbers, strings and booleans look under them.

use crate::float::append_float;
use crate::quote::{Plainly, append_quoted, append_quoted_rune, can_backquote};
use crate::runes::{count, is_print, runes};

/// The flags, width and precision of one directive.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spec {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`, which is something else than the plus flag.
    pub(super) plus_v: bool,
    /// `%#v`, which is something else than the sharp flag.
    pub(super) sharp_v: bool,
}

/// An integer as it is formatted: its magnitude and whether it is negative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Magnitude {
    pub(super) value: u64,
    pub(super) negative: bool,
}

pub(super) const LOWER: &[u8; 16] = b"0123456789abcdef";
pub(super) const UPPER: &[u8; 16] = b"0123456789ABCDEF";

impl Spec {
    fn padding(&self, out: &mut Vec<u8>, count: usize) {
        let byte = if self.zero && !self.minus { b'0' } else { b' ' };
        out.resize(out.len() + count, byte);
    }

    /// Appends `text`, filled up to the width.
    pub(super) fn pad(&self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = self.width.map_or(0, |width| width.saturating_sub(count(text)));
        if !self.minus {
            self.padding(out, missing);
        }
        out.extend_from_slice(text);
        if self.minus {
            self.padding(out, missing);
        }
    }

    /// As [`Spec::pad`], never with zeros.
    fn pad_with_spaces(&self, out: &mut Vec<u8>, text: &[u8]) {
        Spec { zero: false, ..*self }.pad(out, text);
    }

    pub(super) fn boolean(&self, out: &mut Vec<u8>, value: bool) {
        self.pad(out, if value { b"true" } else { b"false" });
    }

    /// `U+0078`, or with the sharp flag `U+0078 'x'`.
    pub(super) fn unicode(&self, out: &mut Vec<u8>, code: u64) {
        let digits = self.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{code:0digits$X}").into_bytes();
        let found = u32::try_from(code).ok().and_then(char::from_u32).filter(|found| self.sharp && is_print(*found));
        if let Some(found) = found {
            text.extend(format!(" '{found}'").bytes());
        }
        self.pad_with_spaces(out, &text);
    }

    pub(super) fn integer(&self, out: &mut Vec<u8>, number: Magnitude, verb: char) {
        let Magnitude { value, negative } = number;
        if self.precision == Some(0) && value == 0 {
            self.pad_with_spaces(out, b"");
            return;
        }
        let base = match verb {
            'b' => 2,
            'o' | 'O' => 8,
            'x' | 'X' => 16,
            _ => 10,
        };
        let signed = negative || self.plus || self.space;
        let least = match (self.precision, self.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if self.zero && !self.minus => width.saturating_sub(usize::from(signed)),
            _ => 0,
        };
        let mut text = Vec::with_capacity(24 + least);
        match (negative, self.plus, self.space) {
            (true, ..) => text.push(b'-'),
            (_, true, _) => text.push(b'+'),
            (_, _, true) => text.push(b' '),
            _ => {}
        }
        let digits = in_base(value, base, if verb == 'X' { UPPER } else { LOWER });
        let zeros = least.saturating_sub(digits.len());
        text.extend(self.base_prefix(verb, base, zeros > 0 || value == 0));
        text.resize(text.len() + zeros, b'0');
        text.extend(digits);
        self.pad_with_spaces(out, &text);
    }

    fn base_prefix(&self, verb: char, base: u64, leading_zero: bool) -> &'static [u8] {
        match (self.sharp, base) {
            (_, 8) if verb == 'O' && self.sharp && !leading_zero => b"0o0",
            (_, 8) if verb == 'O' => b"0o",
            (true, 2) => b"0b",
            (true, 8) if !leading_zero => b"0",
            (true, 16) if verb == 'X' => b"0X",
            (true, 16) => b"0x",
            _ => b"",
        }
    }

    /// The first so many runes, as the precision says.
    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        match self.precision {
            Some(precision) => runes(text).nth(precision).map_or(text, |(at, _)| &text[..at]),
            None => text,
        }
    }

    pub(super) fn string(&self, out: &mut Vec<u8>, text: &[u8]) {
        self.pad(out, self.truncated(text));
    }

    pub(super) fn quoted(&self, out: &mut Vec<u8>, text: &[u8]) {
        let text = self.truncated(text);
        let mut quoted = Vec::with_capacity(text.len() + 2);
        if self.sharp && can_backquote(text) {
            quoted.push(b'`');
            quoted.extend_from_slice(text);
            quoted.push(b'`');
        } else {
            append_quoted(&mut quoted, text, self.plainly());
        }
        self.pad(out, &quoted);
    }

    fn plainly(&self) -> Plainly {
        if self.plus { Plainly::Ascii } else { Plainly::Printable }
    }

    /// The bytes in hexadecimal.
    pub(super) fn hexadecimal(&self, out: &mut Vec<u8>, text: &[u8], verb: char) {
        let text = &text[..self.precision.map_or(text.len(), |precision| precision.min(text.len()))];
        let (digits, prefix) = if verb == 'X' { (UPPER, b"0X") } else { (LOWER, b"0x") };
        let mut encoded = Vec::with_capacity(text.len() * 2);
        for (at, byte) in text.iter().enumerate() {
            if self.space && at > 0 {
                encoded.push(b' ');
            }
            if self.sharp && (self.space || at == 0) {
                encoded.extend(prefix);
            }
            encoded.extend([digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
        self.pad(out, &encoded);
    }

    /// The character of a code, or U+FFFD.
    pub(super) fn character(&self, out: &mut Vec<u8>, code: u64) {
        self.pad(out, as_char(code).encode_utf8(&mut [0; 4]).as_bytes());
    }

    pub(super) fn quoted_character(&self, out: &mut Vec<u8>, code: u64) {
        let mut quoted = Vec::new();
        append_quoted_rune(&mut quoted, as_char(code), self.plainly());
        self.pad(out, &quoted);
    }

    /// A float; `default` is the precision when none is given.
    pub(super) fn float(&self, out: &mut Vec<u8>, value: f64, verb: u8, default: Option<usize>) {
        let precision = self.precision.or(default);
        let mut text = vec![b'+'];
        append_float(&mut text, value, verb, precision);
        if matches!(text.get(1), Some(b'-' | b'+')) {
            text.remove(0);
        }
        if self.space && text[0] == b'+' && !self.plus {
            text[0] = b' ';
        }
        if !value.is_finite() {
            let from = usize::from(value.is_nan() && !self.space && !self.plus);
            self.pad_with_spaces(out, &text[from..]);
            return;
        }
        if self.sharp && verb != b'b' {
            with_point(&mut text, verb, precision);
        }
        self.signed(out, &text);
    }

    /// Appends a number whose first byte is its sign, shown when it is no plus or a plus is asked for.
    fn signed(&self, out: &mut Vec<u8>, text: &[u8]) {
        if !self.plus && text[0] == b'+' {
            self.pad(out, &text[1..]);
            return;
        }
        match self.width {
            Some(width) if self.zero && !self.minus && width > text.len() => {
                out.push(text[0]);
                self.padding(out, width - text.len());
                out.extend_from_slice(&text[1..]);
            }
            _ => self.pad(out, text),
        }
    }
}

fn as_char(code: u64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn in_base(mut value: u64, base: u64, digits: &[u8; 16]) -> Vec<u8> {
    let mut text = Vec::with_capacity(20);
    loop {
        text.push(digits[(value % base) as usize]);
        value /= base;
        if value == 0 {
            break;
        }
    }
    text.reverse();
    text
}

/// The sharp flag: always a decimal point, and the trailing zeros that `%g` leaves out.
fn with_point(text: &mut Vec<u8>, verb: u8, precision: Option<usize>) {
    let hexadecimal = matches!(verb, b'x' | b'X');
    let mut missing = match verb {
        b'g' | b'G' | b'x' => precision.map_or(6, |digits| digits as i64),
        _ => 0,
    };
    let tail_at = text.iter().skip(1).position(|byte| match byte {
        b'p' | b'P' => true,
        b'e' | b'E' => !hexadecimal,
        _ => false,
    });
    let tail = tail_at.map_or_else(Vec::new, |at| text.split_off(at + 1));
    let mut significant = false;
    for &byte in &text[1..] {
        if byte != b'.' {
            significant |= byte != b'0';
            missing -= i64::from(significant);
        }
    }
    if !text[1..].contains(&b'.') {
        // A lone zero counts as one digit.
        missing -= i64::from(text.len() == 2 && text[1] == b'0');
        text.push(b'.');
    }
    text.resize(text.len() + usize::try_from(missing).unwrap_or(0), b'0');
    text.extend(tail);
}
