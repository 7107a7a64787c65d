//! Names that Kubernetes accepts, made of any text.

use crate::define::{Outcome, bytes};
use crate::runes::{runes, to_lower};
use gotemplate::{Args, Call, IntKind, Value};

/// The longest name of an object.
const NAME_BYTES_MAX: usize = 253;
/// The longest slug unless another length is given.
const SLUG_BYTES_MAX: i64 = 50;

/// `normalize`: small letters, digits, `-` and `.`; whatever else becomes `-`.
pub(super) fn normalized(name: &[u8]) -> Vec<u8> {
    let fit = |rune: char| match to_lower(rune) {
        letter @ ('a'..='z' | '0'..='9' | '-' | '.') => letter as u8,
        _ => b'-',
    };
    let mut out: Vec<u8> = runes(name).map(|rune| fit(rune.value)).collect();
    out.truncate(NAME_BYTES_MAX);
    trimmed(&out, b"-.").to_vec()
}

fn trimmed<'t>(text: &'t [u8], cut: &[u8]) -> &'t [u8] {
    let begin = text.iter().position(|byte| !cut.contains(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !cut.contains(byte)).map_or(begin, |last| last + 1);
    &text[begin..end]
}

/// `slugify [length [whole words]] name`.
pub(super) fn slugify(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let Some((name, options)) = args.split_last() else {
        return Ok(bytes(*b""));
    };
    let mut slug = Slug { bytes_max: SLUG_BYTES_MAX, whole_words: true };
    if let Some(length) = options.first() {
        slug.bytes_max = match length {
            Value::Int(length, IntKind::Int) => *length,
            other => return Err(conversion(other, "int").into()),
        };
    }
    if let Some(whole) = options.get(1) {
        slug.whole_words = match whole {
            Value::Bool(whole) => *whole,
            other => return Err(conversion(other, "bool").into()),
        };
    }
    let Value::Str(name) = name else {
        return Err(conversion(name, "string").into());
    };
    call.spend(name.len())?;
    Ok(bytes(slug.of(&normalized(name.as_bytes()))?))
}

/// Go's panic at a type assertion.
fn conversion(value: &Value, wanted: &str) -> String {
    match value.go_type() {
        Some(own) => format!("interface conversion: interface {{}} is {own}, not {wanted}"),
        None => format!("interface conversion: interface {{}} is nil, not {wanted}"),
    }
}

/// How a slug is cut.
struct Slug {
    bytes_max: i64,
    /// Cut behind a word rather than within one.
    whole_words: bool,
}

impl Slug {
    /// The slug of a normalized name.
    fn of(&self, name: &[u8]) -> Result<Vec<u8>, String> {
        let mut name = name;
        if !self.whole_words && name.len() as i64 >= self.bytes_max {
            let end = usize::try_from(self.bytes_max)
                .map_err(|_| format!("runtime error: slice bounds out of range [:{}]", self.bytes_max))?;
            name = &name[..end];
        }
        let mut slug: Vec<u8> = Vec::with_capacity(name.len());
        for &byte in name {
            let byte = if byte == b'.' { b'-' } else { byte };
            if byte != b'-' || slug.last() != Some(&b'-') {
                slug.push(byte);
            }
        }
        let slug = trimmed(&slug, b"-_");
        let end = usize::try_from(self.bytes_max).unwrap_or(0);
        if !self.whole_words || end == 0 || slug.len() <= end {
            return Ok(slug.to_vec());
        }
        let word = slug[..=end].iter().rposition(|byte| *byte == b'-');
        Ok(slug[..word.unwrap_or(end)].to_vec())
    }
}
