//! Events to values: anchors, aliases, merge keys, tags, duplicate keys. Every node is paid for, and an alias costs what
//! it stands for each time it is used, so that a small text cannot become a large value.

use crate::YamlError;
use crate::decode::decode;
use crate::document::{Document, DuplicateKey};
use crate::lines::{self, Wanted};
use crate::scalar::{Dialect, Scalar, resolve};
use crate::weight::VALUE_BYTES;
use budget::Budget;
use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, ScanError, Span, Tag};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Reads every document of a stream.
///
/// Later of two equal keys wins, keys that are not text become text, `<<` merges: as go-yaml v2 does for JSON.
///
/// # Errors
/// At the first broken document, limit or value without a JSON form. What came before is lost: [`parse_until`] keeps it.
pub fn parse_all(bytes: &[u8], dialect: Dialect, budget: &mut Budget) -> Result<Vec<Document>, YamlError> {
    let mut documents = Vec::new();
    parse_until(bytes, dialect, budget, &mut documents)?;
    Ok(documents)
}

/// As [`parse_all`], adding to `documents` each one that could be read.
///
/// # Errors
/// As [`parse_all`].
pub fn parse_until(
    bytes: &[u8],
    dialect: Dialect,
    budget: &mut Budget,
    documents: &mut Vec<Document>,
) -> Result<(), YamlError> {
    parse_wanted(bytes, dialect, Wanted::All, budget, documents)
}

/// As [`parse_until`], for a caller that looks at no more of a document than these entries of its outermost mapping, in
/// any case of their letters: all is read, but the others may be empty.
///
/// # Errors
/// As [`parse_all`].
pub fn parse_entries(
    bytes: &[u8],
    dialect: Dialect,
    entries: &[&str],
    budget: &mut Budget,
    documents: &mut Vec<Document>,
) -> Result<(), YamlError> {
    parse_wanted(bytes, dialect, Wanted::Only(entries), budget, documents)
}

fn parse_wanted(
    bytes: &[u8],
    dialect: Dialect,
    wanted: Wanted<'_>,
    budget: &mut Budget,
    documents: &mut Vec<Document>,
) -> Result<(), YamlError> {
    budget.take_bytes(bytes.len() as u64).map_err(|exceeded| YamlError::Limit { line: 1, exceeded })?;
    let text = decode(bytes)?;
    match lines::read(&text, dialect, wanted, budget) {
        Some(document) => {
            documents.push(document);
            Ok(())
        }
        None => Composer::new(&text, dialect, budget).stream(documents),
    }
}

/// By the whole grammar, whatever the text: what the simpler reader is held against.
#[cfg(test)]
pub(crate) fn parse_composed(text: &str, dialect: Dialect, budget: &mut Budget) -> Result<Vec<Document>, YamlError> {
    let mut documents = Vec::new();
    Composer::new(text, dialect, budget).stream(&mut documents)?;
    Ok(documents)
}

/// Reads the one document of a text; null when there is none.
///
/// # Errors
/// As [`parse_all`], and when there is a second document.
pub fn parse_one(bytes: &[u8], dialect: Dialect, budget: &mut Budget) -> Result<Value, YamlError> {
    Ok(parse_document(bytes, dialect, budget)?.map_or(Value::Null, |document| document.value))
}

/// Reads the one document of a text, with what is to be said of it; `None` when there is none.
///
/// # Errors
/// As [`parse_one`].
pub fn parse_document(bytes: &[u8], dialect: Dialect, budget: &mut Budget) -> Result<Option<Document>, YamlError> {
    let mut documents = parse_all(bytes, dialect, budget)?;
    if let Some(second) = documents.get(1) {
        return Err(YamlError::SecondDocument { line: second.line });
    }
    Ok(documents.pop())
}

/// What a value is: how many nodes, and about how much memory. Aliases make much of little, so copies pay for both; all
/// together must not take more memory than values may.
#[derive(Clone, Copy, Default)]
struct Weight {
    nodes: u64,
    bytes: u64,
}

struct Composer<'t, 'b> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    dialect: Dialect,
    budget: &'b mut Budget,
    anchors: BTreeMap<usize, (Value, Weight)>,
    /// What was made since the beginning, to know what an anchored node weighs.
    made: Weight,
    /// What the copies of anchored nodes take, kept until the document ends.
    kept: u64,
    duplicates: Vec<DuplicateKey>,
    text: &'t str,
    /// How many characters the text has, when it does not end in a line end.
    unended_at: Option<usize>,
}

impl<'t, 'b> Composer<'t, 'b> {
    fn new(text: &'t str, dialect: Dialect, budget: &'b mut Budget) -> Self {
        let mut options = Options::default();
        // The budget's own depth stops first, with a message that names it.
        let nesting = budget.limits().depth as usize + 1;
        options.set_emit_comments(false);
        options.flow_nesting_limit = nesting;
        options.block_nesting_limit = nesting;
        let parser = Parser::new_from_str_with_options(text, options);
        let unended_at = (!text.ends_with(['\n', '\r'])).then(|| text.chars().count());
        Composer {
            parser,
            dialect,
            budget,
            anchors: BTreeMap::new(),
            made: Weight::default(),
            kept: 0,
            duplicates: Vec::new(),
            text,
            unended_at,
        }
    }

    fn stream(mut self, documents: &mut Vec<Document>) -> Result<(), YamlError> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(()),
                Event::StreamStart | Event::DocumentStart(..) => {}
                Event::DocumentEnd => {
                    self.anchors.clear();
                    self.kept = 0;
                }
                event => {
                    let line = line(span.start);
                    let value = self.node(event, span)?;
                    documents.push(Document { value, line, duplicates: std::mem::take(&mut self.duplicates) });
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), YamlError> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Anchor(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => return Err(self.syntax(&error)),
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    fn syntax(&self, error: &ScanError) -> YamlError {
        let column = error.marker().col() as u32 + 1;
        if matches!(error.kind(), granit_parser::ErrorKind::RecursionLimitExceeded) {
            let exceeded = budget::Exceeded::Depth(self.budget.limits().depth);
            return YamlError::Limit { line: line(*error.marker()), exceeded };
        }
        let (line, rule) = (line(*error.marker()), crate::rule::broken(error.kind()).to_owned());
        YamlError::Syntax { line, column, rule, for_go: crate::rule::broken_for_go(error, self.text) }
    }

    fn pay(&mut self, nodes: u64, at: Marker) -> Result<(), YamlError> {
        self.made.nodes += nodes;
        self.budget.spend(nodes).map_err(|exceeded| YamlError::Limit { line: line(at), exceeded })
    }

    /// Pays for a copy in memory.
    fn pay_copy(&mut self, weight: Weight, at: Marker) -> Result<(), YamlError> {
        self.budget.take_bytes(weight.bytes).map_err(|exceeded| YamlError::Limit { line: line(at), exceeded })
    }

    /// Holds what all values take in memory to what they may.
    fn must_fit(&self, at: Marker) -> Result<(), YamlError> {
        let fits = self.budget.values_fit(self.made.bytes + self.kept);
        fits.map_err(|exceeded| YamlError::Limit { line: line(at), exceeded })
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Value, YamlError> {
        let before = self.made;
        self.pay(1, span.start)?;
        self.made.bytes += VALUE_BYTES;
        self.must_fit(span.start)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let text = self.ended(text, style, span);
                self.made.bytes += text.len() as u64;
                (scalar(text, style, tag.as_deref(), self.dialect, span.start)?, anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.nested(span, Self::sequence)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.nested(span, Self::mapping)?, anchor),
            Event::Alias(id) => (self.alias(id, span)?, 0),
            _ => {
                return Err(YamlError::Syntax {
                    line: line(span.start),
                    column: 1,
                    rule: "expected a value".into(),
                    for_go: None,
                });
            }
        };
        if anchor != 0 {
            let Weight { nodes, bytes } = self.made;
            let weight = Weight { nodes: nodes - before.nodes, bytes: bytes - before.bytes };
            self.pay_copy(weight, span.start)?;
            self.kept += weight.bytes;
            self.must_fit(span.start)?;
            self.anchors.insert(anchor, (value.clone(), weight));
        }
        Ok(value)
    }

    fn nested(&mut self, span: Span, read: fn(&mut Self) -> Result<Value, YamlError>) -> Result<Value, YamlError> {
        self.budget.enter().map_err(|exceeded| YamlError::Limit { line: line(span.start), exceeded })?;
        let value = read(self);
        self.budget.leave();
        value
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<Value, YamlError> {
        let Some(weight) = self.anchors.get(&id).map(|(_, weight)| *weight) else {
            let rule = "an anchor contains an alias to itself".to_owned();
            return Err(YamlError::Syntax {
                line: line(span.start),
                column: span.start.col() as u32 + 1,
                rule,
                for_go: None,
            });
        };
        self.pay(weight.nodes, span.start)?;
        self.pay_copy(weight, span.start)?;
        self.made.bytes += weight.bytes;
        self.must_fit(span.start)?;
        Ok(self.anchors.get(&id).map_or(Value::Null, |(value, _)| value.clone()))
    }

    fn sequence(&mut self) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                (event, span) => {
                    items.push(self.node(event, span)?);
                    self.made.bytes += crate::weight::growth_bytes(items.len());
                }
            }
        }
    }

    fn mapping(&mut self) -> Result<Value, YamlError> {
        let mut map = Map::new();
        let mut merged = Map::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let merges = is_merge(&event);
            let key = self.node(event, span)?;
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span)?;
            if merges {
                merge(&mut merged, value, value_span)?;
            } else {
                let (key, shown) = (key_text(&key, span)?, key);
                self.made.bytes += crate::weight::entry_bytes(map.len());
                if map.insert(key, value).is_some() {
                    self.duplicates.push(DuplicateKey { line: line(span.start), key: shown.to_string() });
                }
            }
        }
        for (key, value) in merged {
            map.entry(key).or_insert(value);
        }
        Ok(Value::Object(map))
    }
}

fn line(marker: Marker) -> u32 {
    marker.line().try_into().unwrap_or(u32::MAX)
}

fn is_merge(event: &Event<'_>) -> bool {
    match event {
        Event::Scalar(text, style, _, tag) => {
            text == "<<"
                && (*style == ScalarStyle::Plain || tag.as_deref().and_then(standard).as_deref() == Some("merge"))
        }
        _ => false,
    }
}

impl<'t> Composer<'t, '_> {
    /// A scalar's text as go-yaml gives it.
    ///
    /// Compat: a block at the very end of a text without a last line end has none either.
    fn ended(&self, text: Cow<'t, str>, style: ScalarStyle, span: Span) -> Cow<'t, str> {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if !block || self.unended_at.is_none_or(|end| span.end.index() < end) {
            return text;
        }
        match text.strip_suffix('\n') {
            Some(kept) => Cow::Owned(kept.to_owned()),
            None => text,
        }
    }
}

/// The name of one of YAML's own types: `int` for `!!int`.
fn standard(tag: &Tag) -> Option<String> {
    format!("{}{}", tag.handle(), tag.suffix()).strip_prefix("tag:yaml.org,2002:").map(str::to_owned)
}

/// Adds what `<<` names; of several maps the first to name a key wins.
fn merge(into: &mut Map<String, Value>, value: Value, span: Span) -> Result<(), YamlError> {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                into.entry(key).or_insert(value);
            }
            Ok(())
        }
        Value::Array(items) if items.iter().all(Value::is_object) => {
            items.into_iter().try_for_each(|item| merge(into, item, span))
        }
        _ => {
            let rule = "map merge requires map or sequence of maps as the value".to_owned();
            Err(YamlError::Syntax { line: line(span.start), column: span.start.col() as u32 + 1, rule, for_go: None })
        }
    }
}

/// JSON keys are text: booleans and numbers become what Go prints for them.
fn key_text(key: &Value, span: Span) -> Result<String, YamlError> {
    match key {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => Ok(match number.as_f64() {
            Some(float) if number.is_f64() => crate::format_float(float),
            _ => number.to_string(),
        }),
        Value::Null => Err(YamlError::NotJson { line: line(span.start), what: "a null key" }),
        Value::Array(_) => Err(YamlError::NotJson { line: line(span.start), what: "a sequence as a key" }),
        Value::Object(_) => Err(YamlError::NotJson { line: line(span.start), what: "a mapping as a key" }),
    }
}

fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
    dialect: Dialect,
    at: Marker,
) -> Result<Value, YamlError> {
    let core = tag.and_then(standard);
    let core = core.as_deref();
    let plain = style == ScalarStyle::Plain;
    // Compat: go-yaml takes the text as it is under `!`, `!!str` and any tag it does not know.
    if tag.is_some_and(|_| !matches!(core, Some("bool" | "int" | "float" | "null" | "binary")))
        || core.is_none() && !plain
    {
        return Ok(Value::String(text.into_owned()));
    }
    if core == Some("binary") {
        return binary(&text, at);
    }
    match resolve(&text, dialect) {
        Scalar::Value(value) => Ok(value),
        Scalar::NotFinite => Err(YamlError::NotJson { line: line(at), what: "an infinite or undefined number" }),
        Scalar::Text | Scalar::Timestamp if core.is_some() => {
            let rule = format!("cannot decode the value as !!{}", core.unwrap_or_default());
            Err(YamlError::Syntax { line: line(at), column: at.col() as u32 + 1, rule, for_go: None })
        }
        Scalar::Text | Scalar::Timestamp => Ok(Value::String(text.into_owned())),
    }
}

/// `!!binary`: the decoded bytes as text, as go-yaml gives them.
fn binary(text: &str, at: Marker) -> Result<Value, YamlError> {
    use base64::Engine as _;
    let packed: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok();
    match bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(text) => Ok(Value::String(text)),
        None => Err(YamlError::NotJson { line: line(at), what: "a !!binary value that is not UTF-8" }),
    }
}
