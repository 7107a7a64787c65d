//! Label selectors as `k8s.io/apimachinery/pkg/labels` reads them. A leaf module.

use std::collections::BTreeMap;

/// What labels must be for a global subscription to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    /// More than.
    Above(i64),
    /// Less than.
    Below(i64),
}

impl Selector {
    /// Reads `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`; an empty text selects everything.
    ///
    /// # Errors
    /// When it is none; the requirement is named.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = split(text).into_iter().map(str::trim);
        parts.filter(|part| !part.is_empty()).map(requirement).collect::<Result<_, _>>().map(Selector)
    }

    /// Whether labels are as they must be.
    #[must_use]
    pub fn matches(&self, labels: &BTreeMap<Box<str>, Box<str>>) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.get(requirement.key.as_str()).map(|value| &**value);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match &requirement.test {
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::In(wanted) => value.is_some_and(|value| wanted.iter().any(|it| it == value)),
                Test::NotIn(unwanted) => !value.is_some_and(|value| unwanted.iter().any(|it| it == value)),
                Test::Above(bound) => number().is_some_and(|number| number > *bound),
                Test::Below(bound) => number().is_some_and(|number| number < *bound),
            }
        })
    }
}

/// The requirements: commas within parentheses part values.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut begin, mut is_within) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => is_within = true,
            b')' => is_within = false,
            b',' if !is_within => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[begin..]);
    parts
}

fn requirement(text: &str) -> Result<Requirement, String> {
    let made = |key: &str, test: Test| match key.trim() {
        key if is_key(key) => Ok(Requirement { key: key.to_owned(), test }),
        _ => Err(format!("{text:?} is no requirement of a label selector: write key=value, key in (a,b), key or !key")),
    };
    if let Some(key) = text.strip_prefix('!') {
        return made(key, Test::Missing);
    }
    if let Some((head, values)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        let head = head.trim();
        return match (head.strip_suffix("notin"), head.strip_suffix("in")) {
            (Some(key), _) => made(key, Test::NotIn(values)),
            (None, Some(key)) => made(key, Test::In(values)),
            (None, None) => made("", Test::Exists),
        };
    }
    for (sign, is_wanted) in [("!=", false), ("==", true), ("=", true)] {
        if let Some((key, value)) = text.split_once(sign) {
            let value = vec![value.trim().to_owned()];
            return made(key, if is_wanted { Test::In(value) } else { Test::NotIn(value) });
        }
    }
    for (sign, test) in [('>', Test::Above as fn(i64) -> Test), ('<', Test::Below)] {
        if let Some((key, bound)) = text.split_once(sign) {
            let bound = bound.trim().parse().map_err(|_| format!("{text:?} compares with what is no whole number"))?;
            return made(key, test(bound));
        }
    }
    made(text, Test::Exists)
}

fn is_key(key: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    !key.is_empty() && key.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_hold_as_kubernetes_holds_them() {
        let labels: BTreeMap<Box<str>, Box<str>> =
            [("team", "shop"), ("tier", "2")].iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        for (text, expected) in [
            ("", true),
            ("team=shop", true),
            ("team==shop,tier", true),
            ("team!=shop", false),
            ("other!=x,!other", true),
            ("team in (shop, bank)", true),
            ("team notin (shop,bank)", false),
            ("tier>1,tier<3", true),
            ("tier>2", false),
            ("other", false),
        ] {
            assert_eq!(Selector::parse(text).map(|selector| selector.matches(&labels)), Ok(expected), "{text}");
        }
        for text in ["a b", "=x", "x in a", "tier>two"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
