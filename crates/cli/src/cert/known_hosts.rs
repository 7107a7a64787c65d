//! Lines of a `known_hosts` file.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

/// One key of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub host: String,
    pub kind: String,
    pub key: String,
}

/// All keys that `text` names, one for each host; comments and what is no such line are skipped.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let is_line = |line: &&str| !line.is_empty() && !line.starts_with(['#', '@']);
    let keys = text.lines().map(str::trim).filter(is_line).filter_map(|line| {
        let mut words = line.split_whitespace();
        let (hosts, kind, key) = (words.next()?, words.next()?, words.next()?);
        let named = STANDARD.decode(key).ok()?;
        // The key says its own kind, behind four bytes of length.
        let is_of_kind = named.get(4..4 + kind.len()) == Some(kind.as_bytes());
        is_of_kind.then(|| (hosts.to_owned(), kind.to_owned(), key.to_owned()))
    });
    keys.flat_map(|(hosts, kind, key)| {
        let each = |host: &str| Line { host: host.to_owned(), kind: kind.clone(), key: key.clone() };
        hosts.split(',').filter(|host| !host.is_empty()).map(each).collect::<Vec<_>>()
    })
    .collect()
}

impl Line {
    pub(super) fn text(&self) -> String {
        format!("{} {} {}", self.host, self.kind, self.key)
    }

    /// What `ssh-keygen -l` calls the key.
    pub(super) fn fingerprint(&self) -> String {
        let key = STANDARD.decode(&self.key).unwrap_or_default();
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_of_a_line_has_its_own() {
        let key = STANDARD.encode(b"\0\0\0\x0bssh-ed25519abc");
        let text = format!("# c\na.example,[b.example]:22 ssh-ed25519 {key} comment\nbad line\nx ssh-rsa {key}\n");
        let found = lines(&text);
        let hosts: Vec<&str> = found.iter().map(|line| line.host.as_str()).collect();
        assert_eq!(hosts, ["a.example", "[b.example]:22"]);
        assert!(found[0].fingerprint().starts_with("SHA256:"));
    }
}
