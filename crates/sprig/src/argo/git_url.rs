//! What git takes for the name of a repository: a URL, `user@host:path`, or a path.

use crate::url::{Url, parse};

/// Schemes that git speaks.
const TRANSPORTS: [&[u8]; 9] = [b"ssh", b"git", b"git+ssh", b"http", b"https", b"ftp", b"ftps", b"rsync", b"file"];
/// Longer names are not taken for `user@host:path`.
const SHORT_BYTES_MAX: usize = 2048;

/// The parts of a repository's name.
pub(super) fn read(raw: &[u8]) -> Url {
    let transport = parse(raw).ok().filter(|url| TRANSPORTS.contains(&url.scheme.as_slice()));
    let local = || Url { scheme: b"file".to_vec(), path: raw.to_vec(), ..Url::default() };
    transport.or_else(|| short(raw)).unwrap_or_else(local)
}

/// `user@host:path`. The user plays no part in what is asked here.
fn short(raw: &[u8]) -> Option<Url> {
    if raw.len() > SHORT_BYTES_MAX {
        return None;
    }
    let allowed = |text: &[u8], signs: &[u8]| {
        !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(byte))
    };
    let at = raw.iter().position(|byte| *byte == b'@').filter(|at| allowed(&raw[..*at], b"-._~"));
    let behind = &raw[at.map_or(0, |at| at + 1)..];
    let colon = behind.iter().position(|byte| *byte == b':')?;
    let (host, path) = (&behind[..colon], &behind[colon + 1..]);
    // What follows the path, whatever it begins with, counts as the query.
    let end = path.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"./._-".contains(byte));
    let (path, query) = path.split_at(end.unwrap_or(path.len()));
    if !allowed(host, b"._-") || path.is_empty() {
        return None;
    }
    let query = query.strip_prefix(b"?").unwrap_or(query).to_vec();
    Some(Url { scheme: b"ssh".to_vec(), host: host.to_vec(), path: path.to_vec(), query, ..Url::default() })
}

/// `owner/name` of a repository.
#[must_use]
pub fn full_name(raw: &[u8]) -> Vec<u8> {
    let url = read(raw);
    let path = url.path.strip_suffix(b".git").unwrap_or(&url.path);
    let mut parts = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(owner), Some(name)) => [owner, b"/", name].concat(),
        _ => path.to_vec(),
    }
}

/// The repository's address for a browser.
#[must_use]
pub fn as_https(raw: &[u8]) -> Vec<u8> {
    Url { scheme: b"https".to_vec(), user: None, ..read(raw) }.text()
}
