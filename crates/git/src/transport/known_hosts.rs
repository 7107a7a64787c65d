//! Reading `known_hosts`: which keys a host may show.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use russh::keys::PublicKey;

/// What the file says of one host.
#[derive(Debug, Default)]
pub(super) struct HostEntry {
    /// Keys it may show.
    pub keys: Vec<PublicKey>,
    /// Keys that are known to be stolen or withdrawn.
    pub revoked: Vec<PublicKey>,
}

/// Looks a host up: comma-separated patterns with `*`, `?` and `!`, hashed names, `[host]:port`, `@revoked` lines.
/// `@cert-authority` lines are left out: host certificates are not accepted.
pub(super) fn look_up(text: &str, host: &str, port: u16) -> HostEntry {
    let name = if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") };
    let mut entry = HostEntry::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        let (marker, patterns) =
            if first.starts_with('@') { (first, words.next().unwrap_or_default()) } else { ("", first) };
        if !matches(patterns, &name) {
            continue;
        }
        let key = words.nth(1).and_then(|key| russh::keys::parse_public_key_base64(key).ok());
        match (marker, key) {
            ("", Some(key)) => entry.keys.push(key),
            ("@revoked", Some(key)) => entry.revoked.push(key),
            _ => {}
        }
    }
    entry
}

fn matches(patterns: &str, name: &str) -> bool {
    let mut any = false;
    for pattern in patterns.split(',') {
        match pattern.strip_prefix('!') {
            Some(pattern) if fits(pattern, name) => return false,
            Some(_) => {}
            None => any |= fits(pattern, name),
        }
    }
    any
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix("|1|") {
        Some(hashed) => fits_hash(hashed, name).unwrap_or(false),
        None => fits_glob(pattern.to_lowercase().as_bytes(), name.as_bytes()),
    }
}

/// `|1|salt|hash`: HMAC-SHA1 of the name, so that the file does not tell where its owner goes.
fn fits_hash(hashed: &str, name: &str) -> Option<bool> {
    let (salt, hash) = hashed.split_once('|')?;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &STANDARD.decode(salt).ok()?);
    Some(hmac::verify(&key, name.as_bytes(), &STANDARD.decode(hash).ok()?).is_ok())
}

/// `*` and `?`, without recursion: after a mismatch the last `*` takes one byte more.
fn fits_glob(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut pos) = (0, 0);
    let mut star = None;
    while pos < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, pos));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[pos] => {
                at += 1;
                pos += 1;
            }
            _ => {
                let Some((star_at, star_pos)) = star else { return false };
                star = Some((star_at, star_pos + 1));
                at = star_at + 1;
                pos = star_pos + 1;
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    fn keys(text: &str, host: &str, port: u16) -> (usize, usize) {
        let entry = look_up(text, host, port);
        (entry.keys.len(), entry.revoked.len())
    }

    #[test]
    fn hosts_are_found_in_every_form() {
        for (patterns, host, port, found) in [
            ("github.com", "github.com", 22, 1),
            ("GitHub.com,140.82.1.1", "github.com", 22, 1),
            ("github.com", "github.com", 2222, 0),
            ("[github.com]:2222", "github.com", 2222, 1),
            ("*.example.com", "git.example.com", 22, 1),
            ("*.example.com,!git.example.com", "git.example.com", 22, 0),
            ("g?t.example.com", "git.example.com", 22, 1),
            ("*", "any", 22, 1),
            ("other", "git", 22, 0),
        ] {
            assert_eq!(
                keys(&format!("# c\n\n{patterns} {KEY} note\n"), host, port).0,
                found,
                "{patterns} {host}:{port}"
            );
        }
    }

    #[test]
    fn hashed_names_fit_their_host_only() {
        // As `ssh-keygen -H` writes them.
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"01234567890123456789");
        let hash = STANDARD.encode(hmac::sign(&key, b"git.example.com").as_ref());
        let line = format!("|1|{}|{hash} {KEY}", STANDARD.encode(b"01234567890123456789"));
        assert_eq!(keys(&line, "git.example.com", 22).0, 1);
        assert_eq!(keys(&line, "other.example.com", 22).0, 0);
    }

    #[test]
    fn markers_are_obeyed() {
        assert_eq!(keys(&format!("@revoked * {KEY}"), "h", 22), (0, 1));
        assert_eq!(keys(&format!("@cert-authority * {KEY}"), "h", 22), (0, 0));
    }
}
