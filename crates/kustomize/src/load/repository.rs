//! Addresses of bases in other repositories: `github.com/org/repo/path?ref=v1`, `https://host/repo.git//path`,
//! `git@host:org/repo`, and the rest of what people write.

/// A place in a repository at one reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repository {
    /// Scheme, user and host, with what separates them from the path: `https://github.com/` or `git@host:`.
    pub host: String,
    /// The repository's path on the host.
    pub repository: String,
    /// The directory inside the repository.
    pub path: String,
    /// The branch, tag or commit; empty for the default branch.
    pub reference: String,
    /// Whether submodules are wanted.
    pub submodules: bool,
}

impl Repository {
    /// What git would be told to clone.
    #[must_use]
    pub fn clone_url(&self) -> String {
        format!("{}{}", self.host, self.repository)
    }

    /// Reads an address; `None` when the text is none and so must be a path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with('/') {
            return None;
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (host, rest) = split_host(address)?;
        let whole = host.starts_with("file://");
        let (repository, path) = split_marked(&rest).or_else(|| split_by_length(&rest, whole))?;
        let leaves = path.trim_start_matches('/').split('/').try_fold(0_i32, |depth, part| match part {
            ".." => (depth > 0).then(|| depth - 1),
            "" | "." => Some(depth),
            _ => Some(depth + 1),
        });
        if repository.is_empty() || leaves.is_none() {
            return None;
        }
        let path = path.strip_prefix('/').unwrap_or(&path).to_owned();
        let mut found = Repository { host, repository, path, reference: String::new(), submodules: true };
        found.read_query(query);
        Some(found)
    }

    /// Whether an address can only be a repository's: no file has such a mark in its own. Others are tried as files first,
    /// as the original tries all.
    pub(super) fn is_marked(text: &str) -> bool {
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let names_revision = query.split('&').any(|pair| pair.starts_with("ref=") || pair.starts_with("version="));
        let has_mark = ["//", ".git/", "/_git/"].iter().any(|mark| rest.contains(mark)) || rest.ends_with(".git");
        (names_revision || has_mark)
            && Self::parse(text).is_some_and(|found| !found.repository.replace('/', "").is_empty())
    }

    fn read_query(&mut self, query: &str) {
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| decode(value))
        };
        self.reference = value("ref").or_else(|| value("version")).unwrap_or_default();
        if let Some(submodules) = value("submodules") {
            self.submodules = !matches!(submodules.as_str(), "0" | "f" | "F" | "false" | "FALSE" | "False");
        }
    }
}

/// Percent-decoding, and `+` for a space.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |digit: &u8| (*digit as char).to_digit(16);
        match (first, after) {
            (b'%', [high, low, ..]) if hex(high).is_some() && hex(low).is_some() => {
                let value = hex(high).unwrap_or_default() * 16 + hex(low).unwrap_or_default();
                bytes.push(u8::try_from(value).unwrap_or_default());
                rest = &after[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            (byte, _) => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn strip_prefix_any_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// The host part, and what follows it.
fn split_host(text: &str) -> Option<(String, String)> {
    let text = strip_prefix_any_case(text, "git::").unwrap_or(text);
    let schemes = ["ssh://", "https://", "http://", "file://"];
    let found = schemes.iter().find_map(|scheme| Some((*scheme, strip_prefix_any_case(text, scheme)?)));
    let (scheme, rest) = found.unwrap_or(("", text));
    let user = rest.split_once('@').map(|(user, _)| user).filter(|user| {
        user.starts_with(|c: char| c.is_ascii_alphabetic())
            && user.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    });
    let rest = user.map_or(rest, |user| &rest[user.len() + 1..]);
    let github =
        strip_prefix_any_case(rest, "github.com/").is_some() || strip_prefix_any_case(rest, "github.com:").is_some();
    let short = scheme.is_empty() && (user.is_some() || github);
    if scheme.is_empty() && !short {
        return None;
    }
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    if scheme == "file://" {
        return Some((scheme.to_owned(), format!("{user}{rest}")));
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|_| short);
    let end = match (slash, colon) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    };
    let (host, path) = end.map_or((rest, ""), |end| rest.split_at(end + 1));
    if github {
        let ssh = scheme == "ssh://" || !user.is_empty();
        let host = if ssh { format!("{user}github.com:") } else { "https://github.com/".to_owned() };
        return Some((host, path.to_owned()));
    }
    (!host.is_empty()).then(|| (format!("{scheme}{user}{host}"), path.to_owned()))
}

/// Splits where the text itself says that the repository ends.
fn split_marked(text: &str) -> Option<(String, String)> {
    if let Some(at) = text.find("_git/") {
        let (root, rest) = text.split_at(at + "_git/".len());
        let (name, path) = rest.split_once('/').unwrap_or((rest, ""));
        return Some((format!("{root}{name}"), path.to_owned()));
    }
    if let Some((repository, path)) = text.split_once("//") {
        return Some((repository.to_owned(), path.to_owned()));
    }
    let at = text.find(".git")?;
    let (repository, path) = text.split_at(at + ".git".len());
    Some((repository.to_owned(), path.to_owned()))
}

/// Splits after owner and name.
fn split_by_length(text: &str, whole: bool) -> Option<(String, String)> {
    if whole {
        return Some((text.to_owned(), String::new()));
    }
    let mut parts = text.splitn(3, '/');
    let (owner, name) = (parts.next()?, parts.next()?);
    Some((format!("{owner}/{name}"), parts.next().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let parse = |text: &str| {
            Repository::parse(text).map(|found| format!("{} | {} | {}", found.clone_url(), found.path, found.reference))
        };
        let cases = [
            ("github.com/org/repo/a/b?ref=v1", Some("https://github.com/org/repo | a/b | v1")),
            ("https://github.com/org/repo//a?version=v1", Some("https://github.com/org/repo | a | v1")),
            ("git@github.com:org/repo.git//a", Some("git@github.com:org/repo.git | a | ")),
            ("ssh://git@host.com:22/org/repo.git/a", Some("ssh://git@host.com:22/org/repo.git | a | ")),
            ("https://host/x/_git/repo/a?ref=f%2Fx", Some("https://host/x/_git/repo | a | f/x")),
            ("git::https://host/org/repo?ref=x", Some("https://host/org/repo |  | x")),
            ("../base", None),
            ("base", None),
            ("host.com/org/repo", None),
            ("https://host/org", None),
            ("github.com/org/repo/../../..", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).as_deref(), expected, "{text}");
        }
        assert!(!Repository::parse("github.com/o/r?submodules=false").expect("an address").submodules);
        for marked in ["https://h/o/r?ref=v1", "https://h/o/r//a", "https://h/o/r.git", "https://h/o/_git/r/a"] {
            assert!(Repository::is_marked(marked), "{marked}");
        }
        for plain in ["https://raw.githubusercontent.com/o/r/main/a.yaml", "https://h/a.yaml?token=x", "https://h//"] {
            assert!(!Repository::is_marked(plain), "{plain}");
        }
    }
}
