//! Bracketed classes: `[^a-z\d[:alpha:]]`.

use super::cursor::{Cursor, SyntaxError, error, literal};

/// Names between `[:` and `:]`, which are Rust's too.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// The class at the cursor, which stands at its bracket, as Rust writes it.
pub(super) fn translate(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let whole = cursor.rest();
    cursor.at += 1;
    let mut out = String::from(if cursor.skip("^") { "[^" } else { "[" });
    let mut empty = true;
    let mut first = true;
    while first || cursor.peek() != Some(']') {
        first = false;
        if let Some(item) = item(cursor, whole)? {
            out.push_str(&item);
            empty = false;
        }
    }
    cursor.at += 1;
    if empty {
        // Only codes of no character: a class of nothing.
        out.push_str("a&&b");
    }
    out.push(']');
    Ok(out)
}

/// One character, range or named class; nothing for a range that holds no character.
fn item(cursor: &mut Cursor<'_>, whole: &str) -> Result<Option<String>, SyntaxError> {
    if cursor.rest().starts_with("[:")
        && let Some(end) = cursor.rest()[2..].find(":]")
    {
        let name = &cursor.rest()[..end + 4];
        let bare = name[2..end + 2].trim_start_matches('^');
        if !POSIX.contains(&bare) || name.matches('^').count() > 1 {
            return error("invalid character class range", name);
        }
        cursor.at += name.len();
        return Ok(Some(name.to_owned()));
    }
    if let Some(named) = cursor.unicode_class()? {
        return Ok(Some(named));
    }
    if let Some((ranges, negated)) = cursor.perl_class() {
        return Ok(Some(if negated { format!("[^{ranges}]") } else { ranges.to_owned() }));
    }
    let start = cursor.at;
    let low = character(cursor, whole)?;
    let mut high = low;
    let mut behind = cursor.rest().chars();
    if behind.next() == Some('-') && behind.next().is_some_and(|c| c != ']') {
        cursor.at += 1;
        high = character(cursor, whole)?;
        if high < low {
            return error("invalid character class range", cursor.since(start));
        }
    }
    Ok(range(low, high))
}

fn character(cursor: &mut Cursor<'_>, whole: &str) -> Result<u32, SyntaxError> {
    match cursor.peek() {
        None => error("missing closing ]", whole),
        Some('\\') => cursor.escape(),
        Some(c) => {
            cursor.at += c.len_utf8();
            Ok(u32::from(c))
        }
    }
}

/// A range without the codes of no character at its ends.
fn range(low: u32, high: u32) -> Option<String> {
    let low = if (0xd800..0xe000).contains(&low) { 0xe000 } else { low };
    let high = if (0xd800..0xe000).contains(&high) { 0xd7ff } else { high };
    if low > high {
        return None;
    }
    Some(format!("{}-{}", literal(low)?, literal(high)?))
}
