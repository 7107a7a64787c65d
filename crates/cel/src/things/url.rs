//! URLs and their parts, as Go's `net/url` reads them.

use std::collections::BTreeMap;

/// An absolute URL or path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    pub(crate) scheme: String,
    user: String,
    pub(crate) host: String,
    pub(crate) path: String,
    query: String,
    fragment: String,
}

impl Url {
    /// Reads a URL that has a scheme or begins with a slash.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let fail = |what: &str| Err(format!("parse {text:?}: {what}"));
        if text.is_empty() {
            return fail("empty url");
        }
        if text.chars().any(|c| c.is_ascii_control()) {
            return fail("net/url: invalid control character in URL");
        }
        let (text_before, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (scheme, rest) = scheme_of(text_before).map_err(|what| format!("parse {text:?}: {what}"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        if !rest.starts_with('/') && scheme.is_empty() {
            return fail("invalid URI for request");
        }
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.find('/').map_or((rest, ""), |at| rest.split_at(at)),
            None => ("", rest),
        };
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if !is_host(host) {
            return fail("invalid character in host name");
        }
        if has_bad_escape(path) {
            return fail("invalid URL escape");
        }
        Ok(Url {
            scheme: scheme.to_ascii_lowercase(),
            user: user.to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
        })
    }

    pub(crate) fn port(&self) -> &str {
        let after_brackets = self.host.rsplit(']').next().unwrap_or_default();
        after_brackets.rsplit_once(':').map(|(_, port)| port).unwrap_or_default()
    }

    pub(crate) fn hostname(&self) -> &str {
        let host = self.host.strip_suffix(self.port()).map_or(self.host.as_str(), |host| host.trim_end_matches(':'));
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The values of the query by their names.
    pub(crate) fn query(&self) -> BTreeMap<String, Vec<String>> {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let pairs = self.query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';'));
        for (name, value) in pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))) {
            if let (Some(name), Some(value)) = (unescaped(name), unescaped(value)) {
                values.entry(name).or_default().push(value);
            }
        }
        values
    }
}

/// The scheme and what follows it.
fn scheme_of(text: &str) -> Result<(&str, &str), String> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            ':' => return Ok((&text[..at], &text[at + 1..])),
            _ => return Ok(("", text)),
        }
    }
    Ok(("", text))
}

fn is_host(host: &str) -> bool {
    let after_brackets = host.rsplit(']').next().unwrap_or_default();
    let port = after_brackets.rsplit_once(':').map(|(_, port)| port).unwrap_or_default();
    let is_open = host.starts_with('[') && !host.contains(']');
    !is_open
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && !host.contains([' ', '"', '<', '>', '^', '`', '{', '}', '|', '\\'])
}

fn has_bad_escape(text: &str) -> bool {
    let is_hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    bytes
        .iter()
        .enumerate()
        .any(|(at, byte)| *byte == b'%' && !(is_hex(bytes.get(at + 1)) && is_hex(bytes.get(at + 2))))
}

/// A query's name or value; `None` when it has a broken escape.
fn unescaped(text: &str) -> Option<String> {
    if has_bad_escape(text) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let pair = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
                rest = after;
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(*byte),
        }
        rest = after;
    }
    String::from_utf8(bytes).ok()
}
