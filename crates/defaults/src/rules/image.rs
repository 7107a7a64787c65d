//! Image references, as far as the pull policy depends on them.

/// The tag that an image reference asks for: `latest` when it names neither tag nor digest, nothing when it is no
/// reference at all or names only a digest.
pub fn tag(image: &str) -> &str {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    };
    if !is_repository(repository) {
        return "";
    }
    match (tag, digest) {
        (Some(tag), _) => tag,
        (None, Some(_)) => "",
        (None, None) => "latest",
    }
}

/// `[domain[:port]/]path`, each part of the path in lower case.
fn is_repository(repository: &str) -> bool {
    let (domain, path) = match repository.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" || has_upper(first) => {
            (Some(first), rest)
        }
        _ => (None, repository),
    };
    let domain_fits = domain.is_none_or(|domain| {
        domain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
    });
    domain_fits && path.split('/').all(is_path_part)
}

fn has_upper(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_uppercase())
}

fn is_path_part(part: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    ends(part.chars().next()) && ends(part.chars().next_back()) && part.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn a_missing_tag_means_latest_unless_a_digest_is_given() {
        let cases = [
            ("nginx", "latest"),
            ("nginx:latest", "latest"),
            ("nginx:1.2", "1.2"),
            ("nginx@sha256:aaaa", ""),
            ("reg.io:5000/x", "latest"),
            ("reg.io:5000/x:v1@sha256:aaaa", "v1"),
            ("", ""),
            (" x", ""),
            ("UPPER", ""),
            ("Domain/x", "latest"),
        ];
        for (image, expected) in cases {
            assert_eq!(tag(image), expected, "{image}");
        }
    }
}
