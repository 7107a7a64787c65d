//! YAML text to nodes, one document at a time, as the original splits and reads resource files.

use super::resolve::resolve;
use super::{Map, Node, Scalar, Style, Tag};
use crate::problem::{Problem, ProblemKind, Result};
use budget::Budget;
use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StrInput};
use std::collections::{BTreeMap, BTreeSet};

/// A document and the line it begins at, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parsed {
    pub node: Node,
    pub line: u32,
}

/// Up to here a mapping's keys are compared one by one.
const FEW_KEYS: usize = 16;

/// What a resource takes in memory besides its fields, about: the smallest costs thirty times its text.
const RESOURCE_BYTES: u64 = 1536;

/// Every document of a resource file.
///
/// Compat: the text is cut at lines that begin with `---`, and of each piece only the first document is read.
///
/// # Errors
/// At the first piece that is no YAML, and at a limit.
pub(crate) fn parse_documents(text: &str, budget: &mut Budget) -> Result<Vec<Parsed>> {
    budget.take_bytes(text.len() as u64)?;
    let unified;
    let text = if text.contains("\r\n") {
        unified = text.replace("\r\n", "\n");
        &unified
    } else {
        text
    };
    let mut documents = Vec::new();
    let (mut rest, mut line) = (text.strip_prefix('\u{feff}').unwrap_or(text), 0);
    loop {
        let (piece, after) = cut(rest)?;
        if let Some(node) = parse_piece(piece, line, budget)? {
            budget.take_bytes(RESOURCE_BYTES)?;
            documents.push(node);
        }
        let Some(after) = after else { return Ok(documents) };
        line += u32::try_from(rest[..rest.len() - after.len()].matches('\n').count()).unwrap_or(u32::MAX);
        rest = after;
    }
}

/// The first document of a text that is not cut into pieces; `None` when there is none.
///
/// # Errors
/// When it is no YAML, and at a limit.
pub(crate) fn parse_text(text: &str, budget: &mut Budget) -> Result<Option<Node>> {
    budget.take_bytes(text.len() as u64)?;
    Ok(parse_piece(text, 0, budget)?.map(|parsed| parsed.node))
}

/// What stands before the next separator line, and what after it.
fn cut(text: &str) -> Result<(&str, Option<&str>)> {
    let Some(at) = text.find("\n---") else { return Ok((text, None)) };
    // A last line without an end is no separator.
    let Some(end) = text[at + 1..].find('\n').map(|end| at + 1 + end) else { return Ok((text, None)) };
    let trailing = text[at + 4..end].trim();
    if !trailing.is_empty() && !trailing.starts_with('#') {
        let rule = "invalid document separator: nothing but a comment may follow `---` on its line";
        return Err(Problem::new(ProblemKind::Malformed, rule));
    }
    Ok((&text[..=at], Some(&text[end + 1..])))
}

fn parse_piece(text: &str, line: u32, budget: &mut Budget) -> Result<Option<Parsed>> {
    // Compat: a document may be left out, but not ended before it has begun.
    let first = text.lines().zip(line + 1..).find(|(text, _)| !text.is_empty() && !text.starts_with('#'));
    if let Some(("...", at)) = first {
        return Err(malformed(at, "did not find expected node content"));
    }
    let mut options = Options::default();
    // The budget's own depth stops first, with a message that names it.
    let nesting = budget.limits().depth as usize + 1;
    options.set_emit_comments(false);
    options.flow_nesting_limit = nesting;
    options.block_nesting_limit = nesting;
    let parser = Parser::new_from_str_with_options(text, options);
    let unended_at = (!text.ends_with('\n')).then(|| text.chars().count());
    Composer { parser, budget, anchors: BTreeMap::new(), made: Weight::default(), line, unended_at }.first()
}

/// How many nodes something is, and about how much memory. Copies pay for both.
#[derive(Clone, Copy, Default)]
struct Weight {
    nodes: u64,
    bytes: u64,
}

/// What a list takes besides so many items: it begins with room for four, and moves to places twice as large.
fn room_bytes<T>(items: usize) -> u64 {
    const SHORT: usize = 1024;
    let room = match items {
        1 => 3,
        0..=SHORT => 0,
        _ => 2,
    };
    room * std::mem::size_of::<T>() as u64
}

struct Composer<'t, 'b> {
    parser: Parser<'t, StrInput<'t>>,
    budget: &'b mut Budget,
    anchors: BTreeMap<usize, (Node, Weight)>,
    /// What was made so far, to know what an anchored node weighs.
    made: Weight,
    /// Lines before this piece.
    line: u32,
    /// How many characters the piece has, when it does not end in a line end.
    unended_at: Option<usize>,
}

impl<'t> Composer<'t, '_> {
    fn first(mut self) -> Result<Option<Parsed>> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd | Event::DocumentEnd => return Ok(None),
                Event::StreamStart | Event::DocumentStart(..) => {}
                event => {
                    let line = self.line_of(&span);
                    let node = self.node(event, &span)?;
                    // An explicitly empty document is none, as one of comments is.
                    return Ok((!node.is_null()).then_some(Parsed { node, line }));
                }
            }
        }
    }

    fn line_of(&self, span: &Span) -> u32 {
        self.line + u32::try_from(span.start.line()).unwrap_or(u32::MAX)
    }

    fn next(&mut self) -> Result<(Event<'t>, Span)> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Anchor(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => {
                    if matches!(error.kind(), granit_parser::ErrorKind::RecursionLimitExceeded) {
                        return Err(budget::Exceeded::Depth(self.budget.limits().depth).into());
                    }
                    let line = self.line + u32::try_from(error.marker().line()).unwrap_or(u32::MAX);
                    let rule = error.info();
                    return Err(malformed(line, if rule.is_empty() { "did not find expected key" } else { &rule }));
                }
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    /// A scalar's text as go-yaml gives it.
    ///
    /// Compat: a value left out is empty, not `~`; and a block at the very end of a text without a last line end has none.
    fn written<'s>(&self, text: &'s str, style: ScalarStyle, span: &Span) -> &'s str {
        match style {
            ScalarStyle::Plain if text == "~" && span.start.index() == span.end.index() => "",
            ScalarStyle::Literal | ScalarStyle::Folded
                if self.unended_at.is_some_and(|end| span.end.index() >= end) =>
            {
                text.strip_suffix('\n').unwrap_or(text)
            }
            _ => text,
        }
    }

    fn pay(&mut self, nodes: u64) -> Result<()> {
        self.made.nodes += nodes;
        Ok(self.budget.spend(nodes)?)
    }

    fn node(&mut self, event: Event<'t>, span: &Span) -> Result<Node> {
        let before = self.made;
        self.pay(1)?;
        self.made.bytes += std::mem::size_of::<Node>() as u64;
        // Twice: what is built is another tree.
        self.budget.values_fit(self.made.bytes * 2)?;
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.made.bytes += text.len() as u64;
                let text = self.written(&text, style, span);
                (Node::Scalar(scalar(text, style, tag.as_deref().map(tag_text).as_deref())), anchor)
            }
            Event::SequenceStart(_, anchor, _) => (self.nested(Self::sequence)?, anchor),
            Event::MappingStart(_, anchor, _) => (self.nested(Self::mapping)?, anchor),
            Event::Alias(id) => (self.alias(id, span)?, 0),
            _ => return Err(malformed(self.line_of(span), "expected a value")),
        };
        if anchor != 0 {
            let Weight { nodes, bytes } = self.made;
            let weight = Weight { nodes: nodes - before.nodes, bytes: bytes - before.bytes };
            self.budget.take_bytes(weight.bytes)?;
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        Ok(node)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Node>) -> Result<Node> {
        self.budget.enter()?;
        let node = read(self);
        self.budget.leave();
        node
    }

    /// A copy of what the alias names, paid for in full: a small text must not become a large value.
    fn alias(&mut self, id: usize, span: &Span) -> Result<Node> {
        let Some(weight) = self.anchors.get(&id).map(|(_, weight)| *weight) else {
            return Err(malformed(self.line_of(span), "an anchor contains an alias to itself"));
        };
        self.pay(weight.nodes)?;
        self.budget.take_bytes(weight.bytes)?;
        self.made.bytes += weight.bytes;
        Ok(self.anchors.get(&id).map(|(node, _)| node.clone()).expect("invariant: it was there a line above"))
    }

    fn sequence(&mut self) -> Result<Node> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Node::Seq(items)),
                (event, span) => {
                    items.push(self.node(event, &span)?);
                    self.made.bytes += room_bytes::<Node>(items.len());
                }
            }
        }
    }

    fn mapping(&mut self) -> Result<Node> {
        let mut map = Map::default();
        let mut merged: Option<Map> = None;
        let mut seen = Keys::default();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let Node::Scalar(key) = self.node(event, &span)? else {
                return Err(malformed(self.line_of(&span), "invalid map key: keys must be text"));
            };
            let (event, value_span) = self.next()?;
            let value = self.node(event, &value_span)?;
            if key.tag == Tag::Merge {
                if merged.is_some() {
                    return Err(malformed(self.line_of(&span), "duplicate merge key"));
                }
                merged = Some(merge_sources(value, self.line_of(&value_span))?);
                continue;
            }
            if !seen.insert(&map, &key.text) {
                let message = format!("mapping key {:?} already defined", key.text);
                return Err(malformed(self.line_of(&span), &message));
            }
            map.0.push((key, value));
            self.made.bytes += room_bytes::<(Scalar, Node)>(map.0.len());
        }
        for (key, value) in merged.into_iter().flat_map(|map| map.0) {
            if map.get(&key.text).is_none() {
                map.0.push((key, value));
            }
        }
        Ok(Node::Map(map))
    }
}

/// The keys of the mapping being read; a set only where there are many.
#[derive(Default)]
struct Keys(BTreeSet<Box<str>>);

impl Keys {
    /// Notes a key; `false` when it stands there already.
    fn insert(&mut self, map: &Map, key: &str) -> bool {
        if map.len() < FEW_KEYS {
            return map.get(key).is_none();
        }
        if self.0.is_empty() {
            self.0.extend(map.keys().map(Into::into));
        }
        self.0.insert(key.into())
    }
}

fn malformed(line: u32, rule: &str) -> Problem {
    Problem::new(ProblemKind::Malformed, format!("MalformedYAMLError: yaml: line {line}: {rule}"))
}

/// What `<<` names, in the order in which it counts: of several maps the first to name a key wins.
fn merge_sources(value: Node, line: u32) -> Result<Map> {
    let maps = match value {
        Node::Map(map) => vec![map],
        Node::Seq(items) => {
            let maps: Option<Vec<Map>> = items
                .into_iter()
                .map(|item| match item {
                    Node::Map(map) => Some(map),
                    _ => None,
                })
                .collect();
            maps.ok_or_else(|| malformed(line, "map merge requires map or sequence of maps as the value"))?
        }
        Node::Scalar(_) => {
            return Err(malformed(line, "map merge requires map or sequence of maps as the value"));
        }
    };
    let mut merged = Map::default();
    for (key, value) in maps.into_iter().flat_map(|map| map.0) {
        if merged.get(&key.text).is_none() {
            merged.0.push((key, value));
        }
    }
    Ok(merged)
}

fn tag_text(tag: &granit_parser::Tag) -> String {
    format!("{}{}", tag.handle(), tag.suffix())
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Scalar {
    let quoted = style != ScalarStyle::Plain;
    let text: Box<str> = text.into();
    let untagged = Style { quoted, tagged: false, folded: style == ScalarStyle::Folded };
    let tagged = Style { tagged: true, ..untagged };
    let known = match tag {
        None if quoted => return Scalar { text, tag: Tag::Str, style: untagged, shared: 0 },
        None => {
            let tag = resolve(&text).tag();
            return Scalar { text, tag, style: Style::PLAIN, shared: 0 };
        }
        // The tag `!` says "not what it looks like".
        Some("!") => return Scalar { text, tag: Tag::Str, style: untagged, shared: 0 },
        Some(tag) => tag.strip_prefix("tag:yaml.org,2002:").unwrap_or(tag),
    };
    let tag = match known {
        "str" => Tag::Str,
        "int" => Tag::Int,
        "float" => Tag::Float,
        "bool" => Tag::Bool,
        "null" => Tag::Null,
        "timestamp" => Tag::Timestamp,
        "binary" => Tag::Binary,
        _ => Tag::Other,
    };
    Scalar { text, tag, style: tagged, shared: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::to_value;
    use serde_json::{Value, json};

    fn read(text: &str) -> Vec<(u32, Value)> {
        let documents = parse_documents(text, &mut Budget::default()).expect("it is YAML");
        documents.iter().map(|parsed| (parsed.line, to_value(&parsed.node).expect("it has a value"))).collect()
    }

    #[test]
    fn documents_are_cut_at_separator_lines() {
        let documents = read("# head\na: 1\n--- # next\n\nb: 2\n---\n---\nc: 3\n");
        assert_eq!(documents, [(2, json!({"a": 1})), (5, json!({"b": 2})), (8, json!({"c": 3}))]);
        let wrong = parse_documents("a: 1\n--- b: 2\n", &mut Budget::default());
        assert!(wrong.expect_err("text stands beside the separator").message.starts_with("invalid document separator"));
    }

    #[test]
    fn aliases_and_merge_keys_become_copies() {
        let text = "base: &b {x: 1, y: 2}\nover:\n  <<: *b\n  y: 3\nlist: [*b]\n";
        let expected = json!({"base": {"x": 1, "y": 2}, "over": {"x": 1, "y": 3}, "list": [{"x": 1, "y": 2}]});
        assert_eq!(read(text), [(1, expected)]);
    }

    #[test]
    fn aliases_that_explode_are_stopped_by_the_budget() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let item = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", [item.as_str(); 9].join(", "));
        }
        let stopped = parse_documents(&text, &mut Budget::default()).expect_err("it would be a billion nodes");
        assert_eq!(stopped.kind, ProblemKind::Limit);
        assert!(stopped.message.contains("limit: bytes"), "{}", stopped.message);
    }

    #[test]
    fn empty_values_and_unended_blocks_are_as_in_go_yaml() {
        let document = parse_documents("a:\nb: ~\nc: |\n  x\n  y", &mut Budget::default()).expect("it is YAML");
        let text = |field: &str| document[0].node.get(field).expect("it is there").text().to_owned();
        assert_eq!([text("a"), text("b"), text("c")], ["", "~", "x\ny"]);
    }

    #[test]
    fn a_key_may_stand_only_once() {
        let wrong = parse_documents("a: 1\nb: 2\na: 3\n", &mut Budget::default()).expect_err("a key stands twice");
        assert!(wrong.message.contains("line 3: mapping key \"a\" already defined"), "{}", wrong.message);
    }
}
