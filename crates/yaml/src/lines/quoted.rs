//! Quoted texts of one line.

use super::Lines;
use std::borrow::Cow;

impl<'t> Lines<'t, '_> {
    /// The quoted text that begins at `start`, and where what follows it begins.
    pub(super) fn quoted(&self, start: usize, end: usize) -> Option<(Cow<'t, str>, usize)> {
        let inner = &self.text[start + 1..end];
        match self.text.as_bytes()[start] {
            b'"' => double(inner),
            _ => single(inner),
        }
        .map(|(text, len)| (text, start + 1 + len))
    }
}

/// The text, and its length with the quote that ends it.
fn single(inner: &str) -> Option<(Cow<'_, str>, usize)> {
    let first = inner.find('\'')?;
    if !inner[first + 1..].starts_with('\'') {
        return Some((Cow::Borrowed(&inner[..first]), first + 1));
    }
    let mut out = String::new();
    let mut from = 0;
    loop {
        let at = from + inner[from..].find('\'')?;
        out.push_str(&inner[from..at]);
        if !inner[at + 1..].starts_with('\'') {
            return Some((Cow::Owned(out), at + 1));
        }
        out.push('\'');
        from = at + 2;
    }
}

fn double(inner: &str) -> Option<(Cow<'_, str>, usize)> {
    let first = inner.find(['"', '\\'])?;
    if inner.as_bytes()[first] == b'"' {
        return Some((Cow::Borrowed(&inner[..first]), first + 1));
    }
    let mut out = String::new();
    let mut from = 0;
    loop {
        let at = from + inner[from..].find(['"', '\\'])?;
        out.push_str(&inner[from..at]);
        if inner.as_bytes()[at] == b'"' {
            return Some((Cow::Owned(out), at + 1));
        }
        out.push(match inner.as_bytes().get(at + 1)? {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            _ => return None,
        });
        from = at + 2;
    }
}
