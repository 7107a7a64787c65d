//! Label selectors in Kubernetes' language, over the labels of an object. Pure.

use std::collections::BTreeMap;

/// A selector; the empty one takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Missing,
}

/// No selector has more requirements.
const REQUIREMENTS_MAX: usize = 256;

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// It cannot be read; the message says which part.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = split(text);
        if parts.len() > REQUIREMENTS_MAX {
            return Err(format!("a selector has at most {REQUIREMENTS_MAX} requirements"));
        }
        parts.into_iter().map(|part| requirement(part.trim())).collect::<Result<_, _>>().map(Selector)
    }

    /// Whether labels fit.
    #[must_use]
    pub fn takes<K: AsRef<str> + Ord + std::borrow::Borrow<str>, V: AsRef<str>>(
        &self,
        labels: &BTreeMap<K, V>,
    ) -> bool {
        self.0.iter().all(|requirement| {
            let own = labels.get(requirement.key.as_str()).map(AsRef::as_ref);
            match &requirement.test {
                Test::In(values) => own.is_some_and(|own| values.iter().any(|value| value == own)),
                Test::NotIn(values) => own.is_none_or(|own| values.iter().all(|value| value != own)),
                Test::Exists => own.is_some(),
                Test::Missing => own.is_none(),
            }
        })
    }
}

/// At commas that stand in no parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn requirement(part: &str) -> Result<Requirement, String> {
    let wrong = || format!("unable to parse requirement: {part:?}");
    let one = |text: &str| vec![text.trim().to_owned()];
    let (key, test) = if let Some((key, value)) = part.split_once("!=") {
        (key, Test::NotIn(one(value)))
    } else if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        (key, Test::In(one(value)))
    } else if let Some((head, rest)) = part.split_once('(') {
        let values = rest.strip_suffix(')').ok_or_else(wrong)?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        match head.trim().rsplit_once(char::is_whitespace) {
            Some((key, "in")) => (key, Test::In(values)),
            Some((key, "notin")) => (key, Test::NotIn(values)),
            _ => return Err(wrong()),
        }
    } else if let Some(key) = part.strip_prefix('!') {
        (key, Test::Missing)
    } else {
        (part, Test::Exists)
    };
    let key = key.trim();
    let is_key = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
    if key.is_empty() || !key.chars().all(is_key) {
        return Err(wrong());
    }
    Ok(Requirement { key: key.to_owned(), test })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_language_is_read() {
        let labels = BTreeMap::from([("tier", "web"), ("app.kubernetes.io/name", "shop")]);
        for (text, takes) in [
            ("", true),
            ("tier=web", true),
            ("tier==web,app.kubernetes.io/name=shop", true),
            ("tier!=web", false),
            ("team!=a", true),
            ("tier in (db, web)", true),
            ("tier notin (db, web)", false),
            ("tier", true),
            ("!team", true),
            ("!tier", false),
        ] {
            assert_eq!(Selector::parse(text).map(|selector| selector.takes(&labels)), Ok(takes), "{text}");
        }
        for text in ["=x", "tier in web", "tier in (web", "a b"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
