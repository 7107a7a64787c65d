//! The one grammar both versions and constraints are made of: `v? core (.core)? (.core)? (-pre)? (+meta)?`.
//! Only the alphabet of a core segment differs: digits for a version, digits and wildcards for a constraint.

/// The pieces of one version-like text, as slices of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces<'a> {
    /// The whole text that matched.
    pub text: &'a str,
    /// First segment, never empty.
    pub major: &'a str,
    /// Second segment without its dot, empty when absent.
    pub minor: &'a str,
    /// Third segment without its dot, empty when absent.
    pub patch: &'a str,
    /// Pre-release without its hyphen, empty when absent.
    pub pre: &'a str,
    /// Build metadata without its plus sign, empty when absent.
    pub meta: &'a str,
}

/// Which characters a core segment may have.
pub(crate) type Alphabet = fn(u8) -> bool;

/// Segments of a version.
pub(crate) fn digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// Segments of a constraint.
// Compat: the original's character class `[0-9|x|X|\*]` also holds the bar.
pub(crate) fn digit_or_wildcard(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'x' | b'X' | b'*' | b'|')
}

/// Space as Go's `\s`.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// The longest version-like text at the start of `text`.
pub(crate) fn pieces(text: &str, core: Alphabet) -> Option<Pieces<'_>> {
    let mut at = usize::from(text.starts_with('v'));
    let major = run(text, &mut at, core)?;
    let minor = after(text, &mut at, b'.', core);
    let patch = if minor.is_empty() { "" } else { after(text, &mut at, b'.', core) };
    let pre = identifiers(text, &mut at, b'-');
    let meta = identifiers(text, &mut at, b'+');
    Some(Pieces { text: &text[..at], major, minor, patch, pre, meta })
}

/// A non-empty run of `allowed` bytes at `at`, which moves behind it.
fn run<'a>(text: &'a str, at: &mut usize, allowed: impl Fn(u8) -> bool) -> Option<&'a str> {
    let length = text.as_bytes()[*at..].iter().take_while(|byte| allowed(**byte)).count();
    let found = &text[*at..*at + length];
    *at += length;
    (length > 0).then_some(found)
}

/// A non-empty run of `allowed` bytes after the byte `sign`; empty, and `at` unmoved, when it is not there.
fn after<'a>(text: &'a str, at: &mut usize, sign: u8, allowed: impl Fn(u8) -> bool) -> &'a str {
    let mut inside = *at + 1;
    if text.as_bytes().get(*at) != Some(&sign) {
        return "";
    }
    match run(text, &mut inside, allowed) {
        Some(found) => {
            *at = inside;
            found
        }
        None => "",
    }
}

/// Dot-separated non-empty identifiers after `sign`.
fn identifiers<'a>(text: &'a str, at: &mut usize, sign: u8) -> &'a str {
    let start = *at + 1;
    if after(text, at, sign, identifier).is_empty() {
        return "";
    }
    while !after(text, at, b'.', identifier).is_empty() {}
    &text[start..*at]
}

/// Characters of a pre-release or metadata identifier.
pub(crate) fn identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}
