//! Values to text, byte for byte as go-yaml v2 writes them: keys in its natural order, sequences at their key's column,
//! strings quoted when another reader could take them for something else, lines folded at column 80.
//!
//! The layout follows libyaml's emitter, which go-yaml is a translation of: `indention` and `whitespace` say what may
//! be left out before the next token.

mod style;
mod writer;

use crate::key_order;
use crate::number::format_float;
use serde_json::{Map, Number, Value};
use writer::Writer;

/// The text of one document, ending in a newline.
#[must_use]
pub fn emit(value: &Value) -> String {
    let mut emitter = Emitter { out: Writer::default(), indent: -1, sequences_indented: false };
    emitter.node(value, Position::Root);
    emitter.out.finish()
}

/// The text of one document as go-yaml v3 writes it with an indent of 2: sequences stand deeper than their keys, no line
/// is folded.
#[must_use]
pub fn emit_pretty(value: &Value) -> String {
    let mut emitter = Emitter { out: Writer::unfolded(), indent: -1, sequences_indented: true };
    emitter.node(value, Position::Root);
    emitter.out.finish()
}

/// The text of several documents, separated by `---` lines.
pub fn emit_all<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    values.into_iter().map(emit).collect::<Vec<_>>().join("---\n")
}

/// Where a node stands; it decides whether a sequence is indented.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Root,
    Item,
    MappingValue,
}

/// The longest key written in the short `key: value` form.
const SIMPLE_KEY_MAX: usize = 128;

struct Emitter {
    out: Writer,
    indent: i32,
    sequences_indented: bool,
}

impl Emitter {
    fn node(&mut self, value: &Value, position: Position) {
        match value {
            Value::Array(items) if items.is_empty() => self.out.indicator("[]", true, false),
            Value::Array(items) => self.sequence(items, position),
            Value::Object(map) if map.is_empty() => self.out.indicator("{}", true, false),
            Value::Object(map) => self.mapping(map),
            Value::Null => self.out.indicator("null", true, false),
            Value::Bool(flag) => self.out.indicator(if *flag { "true" } else { "false" }, true, false),
            Value::Number(number) => self.out.indicator(&number_text(number), true, false),
            Value::String(text) => self.scalar(text, true),
        }
    }

    /// Runs `body` one indentation deeper. A sequence that is a mapping's value stays at its key's column.
    fn deeper(&mut self, indentless: bool, body: impl FnOnce(&mut Self)) {
        let before = self.indent;
        if before < 0 {
            self.indent = 0;
        } else if !indentless {
            self.indent += 2;
        }
        body(self);
        self.indent = before;
    }

    fn sequence(&mut self, items: &[Value], position: Position) {
        let indentless = position == Position::MappingValue && !self.out.indention && !self.sequences_indented;
        self.deeper(indentless, |emitter| {
            for item in items {
                emitter.out.line_to(emitter.indent);
                emitter.out.indicator("-", true, true);
                emitter.node(item, Position::Item);
            }
        });
    }

    fn mapping(&mut self, map: &Map<String, Value>) {
        let mut keys: Vec<&String> = map.keys().collect();
        key_order::sort(&mut keys);
        self.deeper(false, |emitter| {
            for key in keys {
                emitter.out.line_to(emitter.indent);
                emitter.entry(key, &map[key]);
            }
        });
    }

    fn entry(&mut self, key: &str, value: &Value) {
        if key.len() <= SIMPLE_KEY_MAX && !style::is_multiline(key) {
            self.scalar(key, false);
            self.out.indicator(":", false, false);
        } else {
            self.out.indicator("?", true, true);
            self.scalar(key, true);
            self.out.line_to(self.indent);
            self.out.indicator(":", true, true);
        }
        self.node(value, Position::MappingValue);
    }

    /// A string; `breakable` when it may take more than one line, which a short key may not.
    fn scalar(&mut self, text: &str, breakable: bool) {
        let style = style::choose(text, breakable);
        // What continues on further lines stands deeper, at the root too.
        let indent = self.indent.max(0) + 2;
        self.out.scalar(text, style, indent, breakable);
    }
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => format_float(float),
        _ => number.to_string(),
    }
}
