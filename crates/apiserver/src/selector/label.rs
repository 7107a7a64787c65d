//! Label selectors, in the text form of requests and in the object form of specs.

use super::SelectorError;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How a requirement compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// The value is one of these.
    In,
    /// The value is none of these, or there is none.
    NotIn,
    /// There is a value.
    Exists,
    /// There is none.
    DoesNotExist,
    /// The value is a number greater than this one.
    GreaterThan,
    /// The value is a number less than this one.
    LessThan,
}

/// One condition on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    key: Box<str>,
    operator: Operator,
    values: BTreeSet<Box<str>>,
}

/// A conjunction of requirements; empty selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
    nothing: bool,
}

/// Labels as objects carry them.
pub type Labels = BTreeMap<Box<str>, Box<str>>;

impl LabelSelector {
    /// Reads the text form.
    ///
    /// # Errors
    /// In upstream's words, when the text does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        Parser { tokens: tokens(text), at: 0 }.selector()
    }

    /// Reads a `LabelSelector` of a spec (`matchLabels`, `matchExpressions`), or a plain map of labels. An absent
    /// selector selects nothing, an empty one everything.
    #[must_use]
    pub fn from_value(selector: Option<&Value>) -> Self {
        let Some(selector) = selector.and_then(Value::as_object) else { return LabelSelector::nothing() };
        let structured = selector.contains_key("matchLabels") || selector.contains_key("matchExpressions");
        let labels = if structured { selector.get("matchLabels").and_then(Value::as_object) } else { Some(selector) };
        let mut requirements: Vec<_> = labels.into_iter().flatten().map(|(key, value)| equals(key, value)).collect();
        let expressions = selector.get("matchExpressions").and_then(Value::as_array);
        let expressions: Option<Vec<_>> = expressions.into_iter().flatten().map(expression).collect();
        match expressions {
            Some(expressions) => requirements.extend(expressions),
            None => return LabelSelector::nothing(),
        }
        LabelSelector { requirements, nothing: false }
    }

    /// The selector that selects nothing.
    #[must_use]
    pub fn nothing() -> Self {
        LabelSelector { requirements: Vec::new(), nothing: true }
    }

    /// Whether everything is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty() && !self.nothing
    }

    /// Whether an object with these labels is selected.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        !self.nothing && self.requirements.iter().all(|requirement| requirement.matches(labels))
    }
}

fn equals(key: &str, value: &Value) -> Requirement {
    let value = value.as_str().unwrap_or_default().into();
    Requirement { key: key.into(), operator: Operator::In, values: BTreeSet::from([value]) }
}

fn expression(expression: &Value) -> Option<Requirement> {
    let operator = match expression["operator"].as_str()? {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        "Gt" => Operator::GreaterThan,
        "Lt" => Operator::LessThan,
        _ => return None,
    };
    let values = expression["values"].as_array().into_iter().flatten();
    let values = values.filter_map(Value::as_str).map(Into::into).collect();
    Some(Requirement { key: expression["key"].as_str()?.into(), operator, values })
}

impl Requirement {
    /// Whether the labels meet it.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let compared = |holds: fn(i64, i64) -> bool| {
            let label = value.and_then(|value| value.parse::<i64>().ok());
            let limit = self.values.first().and_then(|limit| limit.parse::<i64>().ok());
            label.zip(limit).is_some_and(|(label, limit)| holds(label, limit))
        };
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.contains(value)),
            Operator::NotIn => value.is_none_or(|value| !self.values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan => compared(|label, limit| label > limit),
            Operator::LessThan => compared(|label, limit| label < limit),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Symbol(&'static str),
    End,
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Token::Word(word) => word,
            Token::Symbol(symbol) => symbol,
            Token::End => "",
        }
    }
}

const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    'next: loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if rest.is_empty() {
            break;
        }
        for symbol in SYMBOLS {
            if let Some(after) = rest.strip_prefix(symbol) {
                tokens.push(Token::Symbol(symbol));
                rest = after;
                continue 'next;
            }
        }
        let end = rest.find([' ', '\t', '\r', '\n', '=', '!', '(', ')', ',', '>', '<']).unwrap_or(rest.len());
        tokens.push(Token::Word(rest[..end].to_owned()));
        rest = &rest[end..];
    }
    tokens
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

fn refused<T>(text: String) -> Result<T, SelectorError> {
    Err(SelectorError(text))
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn selector(mut self) -> Result<LabelSelector, SelectorError> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Word(_) | Token::Symbol("!") => {
                    let requirement = self.requirement();
                    requirements.push(requirement.map_err(|SelectorError(text)| {
                        SelectorError(format!("unable to parse requirement: {text}"))
                    })?);
                }
                Token::End => break,
                other => {
                    return refused(format!("found '{}', expected: !, identifier, or 'end of string'", other.text()));
                }
            }
            match self.take() {
                Token::End => break,
                Token::Symbol(",") => match self.peek() {
                    Token::Word(_) | Token::Symbol("!") => {}
                    other => return refused(format!("found '{}', expected: identifier after ','", other.text())),
                },
                other => return refused(format!("found '{}', expected: ',' or 'end of string'", other.text())),
            }
        }
        requirements.sort_by(|a: &Requirement, b| a.key.cmp(&b.key));
        Ok(LabelSelector { requirements, nothing: false })
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorError> {
        let negated = *self.peek() == Token::Symbol("!");
        if negated {
            self.at += 1;
        }
        let key = match self.take() {
            Token::Word(key) => key,
            other => return refused(format!("found '{}', expected: identifier", other.text())),
        };
        check_key(&key)?;
        let bare = |operator| Requirement { key: key.as_str().into(), operator, values: BTreeSet::new() };
        if negated {
            return Ok(bare(Operator::DoesNotExist));
        }
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(bare(Operator::Exists));
        }
        let operator = self.operator()?;
        let values = match operator {
            (Operator::In | Operator::NotIn, Form::Set) => self.values()?,
            _ => BTreeSet::from([self.exact_value()?]),
        };
        check_values(&key, operator.0, &values)?;
        Ok(Requirement { key: key.into(), operator: operator.0, values })
    }

    fn operator(&mut self) -> Result<(Operator, Form), SelectorError> {
        let token = self.take();
        Ok(match token.text() {
            "in" => (Operator::In, Form::Set),
            "notin" => (Operator::NotIn, Form::Set),
            "=" | "==" => (Operator::In, Form::Exact),
            "!=" => (Operator::NotIn, Form::Exact),
            ">" => (Operator::GreaterThan, Form::Exact),
            "<" => (Operator::LessThan, Form::Exact),
            other => return refused(format!("found '{other}', expected: in, notin, =, ==, !=, gt, lt")),
        })
    }

    fn exact_value(&mut self) -> Result<Box<str>, SelectorError> {
        match self.peek() {
            // `x=` and `x=,y` compare with the empty value.
            Token::End | Token::Symbol(",") => Ok(Box::default()),
            Token::Word(_) => Ok(self.take().text().into()),
            other => refused(format!("found '{}', expected: identifier", other.text())),
        }
    }

    fn values(&mut self) -> Result<BTreeSet<Box<str>>, SelectorError> {
        let open = self.take();
        if open != Token::Symbol("(") {
            return refused(format!("found '{}' expected: '('", open.text()));
        }
        let mut values = BTreeSet::new();
        loop {
            match self.take() {
                Token::Word(word) => {
                    values.insert(word.into());
                    match self.take() {
                        Token::Symbol(",") => {
                            if *self.peek() == Token::Symbol(")") {
                                values.insert(Box::default());
                            }
                        }
                        Token::Symbol(")") => return Ok(values),
                        other => return refused(format!("found '{}', expected: ',' or ')'", other.text())),
                    }
                }
                Token::Symbol(",") => {
                    values.insert(Box::default());
                }
                Token::Symbol(")") => {
                    if values.is_empty() {
                        values.insert(Box::default());
                    }
                    return Ok(values);
                }
                other => return refused(format!("found '{}', expected: ',', ')' or identifier", other.text())),
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Form {
    Exact,
    Set,
}

const NAME_RULE: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Longest name part of a label key, and longest label value, by Kubernetes' rules.
const LABEL_BYTES_MAX: usize = 63;

fn is_label_text(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().all(inner)
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

fn check_key(key: &str) -> Result<(), SelectorError> {
    let name = key.rsplit('/').next().unwrap_or(key);
    let rule = if name.len() > LABEL_BYTES_MAX {
        format!("name part must be no more than {LABEL_BYTES_MAX} bytes")
    } else if !is_label_text(name) {
        NAME_RULE.to_owned()
    } else {
        return Ok(());
    };
    // Compat: upstream validates without a field path, which prints as <nil>.
    refused(format!("<nil>: Invalid value: {key:?}: {rule}"))
}

fn check_values(key: &str, operator: Operator, values: &BTreeSet<Box<str>>) -> Result<(), SelectorError> {
    let numeric = matches!(operator, Operator::GreaterThan | Operator::LessThan);
    for (index, value) in values.iter().enumerate() {
        if numeric && value.parse::<i64>().is_err() {
            return refused(format!(
                "values[{index}]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"
            ));
        }
        let rule = if value.len() > LABEL_BYTES_MAX {
            format!("must be no more than {LABEL_BYTES_MAX} bytes")
        } else if !value.is_empty() && !is_label_text(value) {
            VALUE_RULE.to_owned()
        } else {
            continue;
        };
        return refused(format!("values[{index}][{key}]: Invalid value: {value:?}: {rule}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn labels(text: &str) -> Labels {
        text.split(',').filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.into(), value.into())).collect()
    }

    #[test]
    fn the_text_form_selects() {
        let table: &[(&str, &str, bool)] = &[
            ("", "x=1", true),
            ("x=1", "x=1", true),
            ("x==1,y", "x=1", false),
            ("x!=1", "y=1", true),
            ("x in (1,2)", "x=2", true),
            ("x notin (1)", "x=1", false),
            ("!x", "x=1", false),
            ("x=", "x=", true),
            ("x in ()", "x=", true),
            ("y>2", "y=3", true),
            ("y<2", "y=a", false),
            (" x = 1 ", "x=1", true),
        ];
        for (selector, object, expected) in table {
            let parsed = LabelSelector::parse(selector).expect("a selector");
            assert_eq!(parsed.matches(&labels(object)), *expected, "{selector} on {object}");
        }
    }

    #[test]
    fn the_object_form_selects() {
        let selector = json!({"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "b", "operator": "Exists"}]});
        let selector = LabelSelector::from_value(Some(&selector));
        assert!(selector.matches(&labels("a=1,b=")));
        assert!(!selector.matches(&labels("a=1")));
        assert!(LabelSelector::from_value(Some(&json!({"a": "1"}))).matches(&labels("a=1")));
        assert!(LabelSelector::from_value(Some(&json!({}))).matches(&labels("")));
        assert!(!LabelSelector::from_value(None).matches(&labels("")));
    }
}
