//! What a server that wants to know who asks says it wants: the `WWW-Authenticate` header.

/// A token from elsewhere, or a name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// A token that `realm` gives out.
    Bearer {
        /// Where tokens are given out.
        realm: String,
        /// For which service, where it says.
        service: Option<String>,
        /// To do what, where it says.
        scope: Option<String>,
    },
    /// A name and password.
    Basic,
}

impl Challenge {
    /// Reads a `WWW-Authenticate` header; `None` for other schemes.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Challenge::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service, mut scope) = (None, None, None);
        for (name, value) in parameters(rest) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => realm = Some(value),
                "service" => service = Some(value),
                "scope" => scope = Some(value),
                _ => {}
            }
        }
        Some(Challenge::Bearer { realm: realm?, service, scope })
    }
}

/// `name="value", name=value`, where quoted values may hold commas and escapes.
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut rest = text.trim_start_matches([' ', ',', '\t']);
    while let Some((name, value)) = rest.split_once('=') {
        let (value, behind) = match value.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = value.find([',', ' ']).unwrap_or(value.len());
                (value[..end].to_owned(), &value[end..])
            }
        };
        all.push((name.trim().to_owned(), value));
        rest = behind.trim_start_matches([' ', ',', '\t']);
    }
    all
}

fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let read = Challenge::parse(
            r#"Bearer realm="https://auth.example/token",service="r, \"s\"",scope="repository:a/b:pull""#,
        );
        let Some(Challenge::Bearer { realm, service, scope }) = read else { panic!("a challenge") };
        assert_eq!(realm, "https://auth.example/token");
        assert_eq!(service.as_deref(), Some("r, \"s\""));
        assert_eq!(scope.as_deref(), Some("repository:a/b:pull"));
        assert_eq!(Challenge::parse("basic realm=x"), Some(Challenge::Basic));
        for odd in ["", "Negotiate", "Bearer", "Bearer service=\"x\"", "Bearer realm"] {
            assert_eq!(Challenge::parse(odd), None, "{odd:?}");
        }
        assert!(Challenge::parse("Bearer realm=\"unfinished").is_some());
    }
}
