//! Cutting, padding and wrapping text: `trunc`, `substr`, `abbrev`, `wrap`, `indent`, `trim…`, `split…`. Go counts bytes
//! here, so letters can be cut in the middle.

use crate::runes::{is_space, runes};

/// `text[start:end]`, or what Go panics with. Assumption: `start` is not negative.
fn cut(text: &[u8], start: i64, end: i64) -> Result<&[u8], String> {
    let range = usize::try_from(start).unwrap_or(usize::MAX)..usize::try_from(end).unwrap_or(usize::MAX);
    text.get(range).ok_or_else(|| {
        let range = match usize::try_from(end) {
            Err(_) => format!("[:{end}]"),
            Ok(stop) if stop > text.len() => format!("[:{end}] with length {}", text.len()),
            Ok(_) => format!("[{start}:{end}]"),
        };
        format!("runtime error: slice bounds out of range {range}")
    })
}

/// `trunc`: the first `count` bytes, or the last ones of a negative count.
pub fn truncate(text: &[u8], count: i64) -> &[u8] {
    match usize::try_from(count) {
        Ok(count) => text.get(..count).unwrap_or(text),
        Err(_) => {
            let last = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
            if last < text.len() { &text[text.len() - last..] } else { text }
        }
    }
}

/// `substr`: from `start` to `end`; a negative start means the beginning, a negative or large end means the end.
pub fn substring(text: &[u8], start: i64, end: i64) -> Result<&[u8], String> {
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if start < 0 {
        return cut(text, 0, end);
    }
    cut(text, start, if end < 0 { length } else { end.min(length) })
}

/// `abbrev`: at most `width` bytes, the last three of them dots when something was cut.
pub fn abbreviate(text: &[u8], width: i64) -> Vec<u8> {
    if width < 4 { text.to_vec() } else { abbreviate_from(text, 0, width) }
}

/// `abbrevboth`: at most `width` bytes around the byte at `offset`, with dots on the sides that were cut.
pub fn abbreviate_both(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    if width < 4 || offset > 0 && width < 7 { text.to_vec() } else { abbreviate_from(text, offset, width) }
}

/// Assumption: `width` is at least 4, and at least 7 when `offset` counts.
fn abbreviate_from(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    if text.len() <= width {
        return text.to_vec();
    }
    let room = width - 3;
    let offset = usize::try_from(offset).unwrap_or(0).min(text.len());
    let offset = if text.len() - offset < room { text.len() - room } else { offset };
    if offset <= 4 {
        return [&text[..room], b"..."].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + room < text.len() {
        // Cut on both sides: the rest abbreviated again, to nothing when fewer than four bytes are left for it.
        let inner = if room < 4 { Vec::new() } else { abbreviate_from(&text[offset..], 0, room as i64) };
        return [b"...".as_slice(), &inner].concat();
    }
    [b"...", &text[text.len() - room..]].concat()
}

/// How long words are treated by [`wrap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongWords {
    /// They stick out.
    Keep,
    /// They are cut.
    Cut,
}

/// `wrap` and `wrapWith`: lines of at most `width` bytes where spaces allow, joined by `newline`.
pub fn wrap(text: &[u8], width: i64, newline: &[u8], long_words: LongWords) -> Vec<u8> {
    let newline = if newline.is_empty() { b"\n" } else { newline };
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    let mut line = |from: usize, to: usize| {
        out.extend_from_slice(&text[from..to]);
        out.extend_from_slice(newline);
    };
    while text.len() - at > width {
        if text[at] == b' ' {
            at += 1;
        } else if let Some(space) = text[at..=at + width].iter().rposition(|byte| *byte == b' ') {
            line(at, at + space);
            at += space + 1;
        } else if long_words == LongWords::Cut {
            line(at, at + width);
            at += width;
        } else if let Some(space) = text[at + width..].iter().position(|byte| *byte == b' ') {
            line(at, at + width + space);
            at += width + space + 1;
        } else {
            break;
        }
    }
    out.extend_from_slice(&text[at..]);
    out
}

/// `trim`: without white space on either side.
pub fn trim_space(text: &[u8]) -> &[u8] {
    trim_by(text, is_space)
}

/// `trimAll`: without the runes of `cutset` on either side.
pub fn trim_runes<'a>(text: &'a [u8], cutset: &[u8]) -> &'a [u8] {
    let cutset: Vec<char> = runes(cutset).map(|rune| rune.value).collect();
    trim_by(text, |c| cutset.contains(&c))
}

fn trim_by(text: &[u8], cuts: impl Fn(char) -> bool) -> &[u8] {
    let Some(first) = runes(text).find(|rune| !cuts(rune.value)) else { return &[] };
    let last = runes(text).filter(|rune| !cuts(rune.value)).last().unwrap_or(first);
    &text[first.at..last.at + last.width]
}

/// `replace`: every `old` in place of which `new` stands; an empty `old` matches before every rune and at the end.
pub fn replace(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    if old == new {
        return text.to_vec();
    }
    if old.is_empty() {
        let mut out = new.to_vec();
        for rune in runes(text) {
            out.extend_from_slice(&text[rune.at..rune.at + rune.width]);
            out.extend_from_slice(new);
        }
        return out;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = find(rest, old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// How often `old` occurs in `text`: for limits, before [`replace`] makes anything.
pub fn count(text: &[u8], old: &[u8]) -> usize {
    if old.is_empty() {
        return runes(text).count() + 1;
    }
    let mut rest = text;
    let behind = |at: usize| at + old.len();
    std::iter::from_fn(|| {
        rest = &rest[behind(find(rest, old)?)..];
        Some(())
    })
    .count()
}

/// `splitList` and `split`: the parts between separators, at most `most`; an empty separator splits into runes.
pub fn split<'a>(text: &'a [u8], separator: &[u8], most: Option<usize>) -> Vec<&'a [u8]> {
    let most = most.unwrap_or(usize::MAX);
    if most == 0 {
        return Vec::new();
    }
    if separator.is_empty() {
        return explode(text, most);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() + 1 < most {
        let Some(at) = find(rest, separator) else { break };
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

fn explode(text: &[u8], most: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    for rune in runes(text) {
        if parts.len() + 1 == most {
            parts.push(&text[rune.at..]);
            break;
        }
        parts.push(&text[rune.at..rune.at + rune.width]);
    }
    parts
}

/// Where `needle` first occurs; an empty one at the beginning.
pub fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    let (first, rest) = needle.split_first()?;
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| byte == first) {
        if text[from + at + 1..].starts_with(rest) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_bytes_and_panics_in_words() {
        assert_eq!(truncate("héllo".as_bytes(), 2), b"h\xc3");
        assert_eq!(substring(b"hello", -1, 3), Ok(b"hel".as_slice()));
        assert_eq!(substring(b"hi", 5, -1), Err("runtime error: slice bounds out of range [5:2]".to_owned()));
    }

    #[test]
    fn an_empty_separator_is_between_runes() {
        assert_eq!(split("aé".as_bytes(), b"", None), [b"a".as_slice(), "é".as_bytes()]);
        assert_eq!(replace("aé".as_bytes(), b"", b"-"), "-a-é-".as_bytes());
        assert!(split(b"", b"", None).is_empty());
    }
}
