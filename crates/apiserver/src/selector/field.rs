//! Field selectors: `metadata.name=a,status.phase!=Running`. Which fields exist is the kind's business.

use super::SelectorError;

/// One term of a field selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTerm {
    /// The field's label, such as `metadata.name`.
    pub field: String,
    /// The text compared with.
    pub value: String,
    /// Whether the field must differ from the text.
    pub negated: bool,
}

/// A conjunction of terms; empty selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSelector {
    /// The terms.
    pub terms: Vec<FieldTerm>,
}

impl FieldSelector {
    /// Reads a selector.
    ///
    /// # Errors
    /// When a term has no operator or an escape is unknown.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut terms = Vec::new();
        for part in split_terms(text) {
            if part.is_empty() {
                continue;
            }
            let Some((field, negated, value)) = split_operator(&part) else {
                return Err(SelectorError(format!("invalid selector: '{text}'; can't understand '{part}'")));
            };
            let value = unescaped(value).ok_or_else(|| {
                SelectorError(format!("invalid field selector: invalid escape sequence in value: {value}"))
            })?;
            terms.push(FieldTerm { field: field.to_owned(), value, negated });
        }
        Ok(FieldSelector { terms })
    }

    /// Whether everything is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether an object is selected; `value_of` gives its fields, `None` reading as empty.
    pub fn matches<'v>(&self, value_of: impl Fn(&str) -> Option<std::borrow::Cow<'v, str>>) -> bool {
        self.terms.iter().all(|term| {
            let equal = value_of(&term.field).as_deref().unwrap_or_default() == term.value;
            equal != term.negated
        })
    }

    /// The name the selector pins down, which makes a list a single read.
    #[must_use]
    pub fn exact_name(&self) -> Option<&str> {
        self.terms.iter().find(|term| term.field == "metadata.name" && !term.negated).map(|term| &*term.value)
    }
}

/// Splits at commas that no backslash precedes.
fn split_terms(text: &str) -> Vec<String> {
    let mut terms = vec![String::new()];
    let mut escaped = false;
    for character in text.chars() {
        if character == ',' && !escaped {
            terms.push(String::new());
            continue;
        }
        escaped = character == '\\' && !escaped;
        if let Some(last) = terms.last_mut() {
            last.push(character);
        }
    }
    terms
}

fn split_operator(term: &str) -> Option<(&str, bool, &str)> {
    for (at, _) in term.char_indices() {
        let rest = &term[at..];
        for (operator, negated) in [("!=", true), ("==", false), ("=", false)] {
            if let Some(value) = rest.strip_prefix(operator) {
                return Some((&term[..at], negated, value));
            }
        }
    }
    None
}

fn unescaped(value: &str) -> Option<String> {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(next @ ('\\' | ',' | '=')) => text.push(next),
                _ => return None,
            },
            ',' | '=' => return None,
            other => text.push(other),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_operators_and_escapes() {
        let selector = FieldSelector::parse(r"metadata.name=a\,b,status.phase!=Running").expect("a selector");
        assert_eq!(selector.exact_name(), Some("a,b"));
        let value = |phase: &'static str| {
            move |field: &str| Some(if field == "metadata.name" { "a,b".into() } else { phase.into() })
        };
        assert!(selector.matches(value("Pending")));
        assert!(!selector.matches(value("Running")));
        let refused = FieldSelector::parse("metadata.name>a").map_err(|error| error.to_string());
        assert_eq!(refused, Err("invalid selector: 'metadata.name>a'; can't understand 'metadata.name>a'".into()));
    }
}
