//! When two repository URLs are the same.

use url::Url;

/// A repository URL in one form: lower case, without `.git`, without `ssh://`, and with a slash where the short SSH
/// form has a colon. Empty when it cannot be read as a URL.
#[must_use]
pub fn normalize_git_url(repository: &str) -> String {
    let mut text = repository.trim().to_lowercase();
    if is_ssh(&text) && !text.starts_with("ssh://") {
        text = format!("ssh://{}", text.replacen(':', "/", 1));
    }
    let text = text.strip_suffix(".git").unwrap_or(&text);
    if !is_url(text) {
        return String::new();
    }
    text.strip_prefix("ssh://").unwrap_or(text).to_owned()
}

/// Whether two URLs name the same repository.
#[must_use]
pub fn is_same_repository(left: &str, right: &str) -> bool {
    let normalize =
        |url: &str| Some(normalize_git_url(url)).filter(|url| !url.is_empty()).unwrap_or_else(|| url.to_owned());
    let left = normalize(left);
    !left.is_empty() && left == normalize(right)
}

/// `[ssh://]user@host…` with no colon or slash in the user and no other at sign.
fn is_ssh(url: &str) -> bool {
    let rest = url.strip_prefix("ssh://").unwrap_or(url);
    rest.split_once('@')
        .is_some_and(|(user, host)| !user.contains(['/', ':']) && !host.is_empty() && !host.contains('@'))
}

/// Go's parser takes nearly everything without a scheme; what it refuses is control characters, a colon in the first
/// segment of a relative path, spaces in hosts and bad escapes.
fn is_url(text: &str) -> bool {
    if text.chars().any(|c| c.is_control()) {
        return false;
    }
    match text.split_once("://") {
        Some(_) => Url::parse(text).is_ok(),
        None => !text.split('/').next().is_some_and(|first| first.contains(':') && !starts_with_scheme(first)),
    }
}

fn starts_with_scheme(segment: &str) -> bool {
    let scheme = segment.split(':').next().unwrap_or_default();
    let mut bytes = scheme.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_repository_are_one() {
        for (url, normalized) in [
            ("https://GitHub.com/Org/Repo.git", "https://github.com/org/repo"),
            ("  https://github.com/org/repo ", "https://github.com/org/repo"),
            ("git@github.com:org/repo.git", "git@github.com/org/repo"),
            ("ssh://git@github.com/org/repo.git", "git@github.com/org/repo"),
            ("ssh://git@github.com:22/org/repo", "git@github.com:22/org/repo"),
            ("file:///srv/repo", "file:///srv/repo"),
            ("/srv/repo.git", "/srv/repo"),
            ("*", "*"),
            ("https://github.com/org/*", "https://github.com/org/*"),
            ("ghcr.io/org/chart", "ghcr.io/org/chart"),
        ] {
            assert_eq!(normalize_git_url(url), normalized, "{url}");
        }
        assert!(is_same_repository("git@github.com:org/repo", "ssh://git@github.com/org/repo.git"));
        assert!(!is_same_repository("", ""));
    }
}
