//! Kubernetes' selector syntax: `app=web,tier in (a, b),!legacy`.

use super::Texts;
use crate::problem::{Problem, Result};

/// Everything a selector asks for; all of it must be so.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Requirements(Vec<Requirement>);

#[derive(Debug, Clone, PartialEq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Exists,
    Absent,
    In,
    NotIn,
    Greater,
    Less,
}

impl Requirements {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn match_texts(&self, texts: &Texts) -> bool {
        self.0.iter().all(|requirement| requirement.holds(texts))
    }

    /// # Errors
    /// When the text is no selector.
    pub fn parse(text: &str) -> Result<Self> {
        let mut reader = Reader { rest: text };
        let mut requirements = Vec::new();
        loop {
            reader.spaces();
            if reader.rest.is_empty() {
                break;
            }
            requirements.push(reader.requirement().ok_or_else(|| {
                Problem::invalid(format!("unable to parse requirement: {text:?} is no label selector"))
            })?);
            reader.spaces();
            if reader.rest.is_empty() {
                break;
            }
            reader.take(",").ok_or_else(|| {
                Problem::invalid(format!("unable to parse requirement: {text:?} lacks a comma between requirements"))
            })?;
        }
        Ok(Requirements(requirements))
    }
}

impl Requirement {
    fn holds(&self, texts: &Texts) -> bool {
        let value = texts.get(&self.key);
        let number = |text: &str| text.parse::<i64>().ok();
        let compare = |holds: fn(i64, i64) -> bool| {
            let limit = self.values.first().and_then(|limit| number(limit));
            value.and_then(|value| number(value)).zip(limit).is_some_and(|(value, limit)| holds(value, limit))
        };
        match self.operator {
            Operator::Exists => value.is_some(),
            Operator::Absent => value.is_none(),
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Greater => compare(|value, limit| value > limit),
            Operator::Less => compare(|value, limit| value < limit),
        }
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?;
        Some(())
    }

    fn word(&mut self) -> &'t str {
        self.spaces();
        let end = self.rest.find([' ', '\t', '\n', '\r', '=', '!', '(', ')', ',', '>', '<']);
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    fn requirement(&mut self) -> Option<Requirement> {
        let absent = self.take("!").is_some();
        let key = self.word().to_owned();
        if key.is_empty() {
            return None;
        }
        self.spaces();
        if absent || self.rest.is_empty() || self.rest.starts_with(',') {
            let operator = if absent { Operator::Absent } else { Operator::Exists };
            return Some(Requirement { key, operator, values: Vec::new() });
        }
        let operator = self.operator()?;
        let values = match operator {
            (operator, true) => (operator, self.set()?),
            (operator, false) => (operator, vec![self.word().to_owned()]),
        };
        Some(Requirement { key, operator: values.0, values: values.1 })
    }

    /// The operator, and whether a set follows.
    fn operator(&mut self) -> Option<(Operator, bool)> {
        for (token, operator) in [
            ("==", Operator::In),
            ("=", Operator::In),
            ("!=", Operator::NotIn),
            (">", Operator::Greater),
            ("<", Operator::Less),
        ] {
            if self.take(token).is_some() {
                return Some((operator, false));
            }
        }
        match self.word() {
            "in" => Some((Operator::In, true)),
            "notin" => Some((Operator::NotIn, true)),
            _ => None,
        }
    }

    fn set(&mut self) -> Option<Vec<String>> {
        self.spaces();
        self.take("(")?;
        let mut values = Vec::new();
        loop {
            values.push(self.word().to_owned());
            self.spaces();
            if self.take(")").is_some() {
                return Some(values);
            }
            self.take(",")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_say_what_labels_must_be() {
        let texts: Texts = [("app", "web"), ("size", "5")].map(|(key, value)| (key.into(), value.into())).into();
        let holds = |text: &str| Requirements::parse(text).expect("a selector").match_texts(&texts);
        for yes in ["", "app", "app=web", "app==web", "app in (a, web)", "!gone", "gone!=x", "size>4,app", "size < 6"] {
            assert!(holds(yes), "{yes}");
        }
        for no in ["app=x", "gone", "!app", "app notin (web)", "size>5", "app,gone"] {
            assert!(!holds(no), "{no}");
        }
        assert!(Requirements::parse("app web").is_err());
        assert!(Requirements::parse("app in web").is_err());
    }
}
