//! Values as JSON, written as Go's `encoding/json` writes them: keys sorted, `<`, `>` and `&` escaped unless raw.

use crate::float::{format_float, scientific};
use crate::inspect::VALUE_DEPTH_MAX;
use crate::value::{FuncError, GoObject, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use budget::{Budget, Exceeded};
use serde_json::Value as Json;

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `json.Marshal`: one line, HTML characters escaped.
    Compact,
    /// `json.MarshalIndent` with two spaces.
    Pretty,
    /// An encoder with `SetEscapeHTML(false)`: one line, HTML characters as they are.
    Raw,
}

/// `value` as JSON.
///
/// # Errors
/// Go's text for functions, complex numbers, infinities and what is not a number; [`FuncError::Limit`] when the value is
/// a ring or larger than the budget.
pub fn encode(value: &Value, layout: Layout, budget: &mut Budget) -> Result<String, FuncError> {
    let mut writer = Writer { out: String::new(), layout, budget, depth: 0 };
    writer.value(value)?;
    Ok(writer.out)
}

/// A number as JSON writes it: plain digits unless it is very small or very large.
#[must_use]
pub fn float(number: f64) -> String {
    let magnitude = number.abs();
    let written = scientific(number);
    let (digits, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return positional(digits, exponent.parse().unwrap_or(0));
    }
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{digits}e{sign}{exponent}")
}

/// `digits`, of which one stands before the point, times a power of ten, without exponent.
fn positional(digits: &str, exponent: i32) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let all = digits.replace('.', "");
    let whole = usize::try_from(exponent + 1).unwrap_or(0);
    if exponent < 0 {
        return format!("{sign}0.{}{all}", "0".repeat(exponent.unsigned_abs() as usize - 1));
    }
    match all.split_at_checked(whole) {
        Some((all, "")) => format!("{sign}{all}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{all:0<whole$}"),
    }
}

struct Writer<'b> {
    out: String,
    layout: Layout,
    budget: &'b mut Budget,
    depth: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value) -> Result<(), FuncError> {
        self.budget.spend(1)?;
        match value {
            Value::NoValue | Value::Nil => self.raw("null"),
            Value::Bool(value) => self.raw(if *value { "true" } else { "false" }),
            Value::Int(value, _) => self.raw(&value.to_string()),
            Value::Uint(value, _) => self.raw(&value.to_string()),
            Value::Float(value) if value.is_finite() => self.raw(&float(*value)),
            Value::Float(value) => {
                return Err(format!("json: unsupported value: {}", format_float(*value)).into());
            }
            Value::Complex(..) => return Err("json: unsupported type: complex128".into()),
            Value::Func(_) => return Err(format!("json: unsupported type: {}", value.type_name()).into()),
            Value::Str(text) => self.string(text.as_bytes())?,
            Value::Bytes(bytes) => {
                self.budget.take_bytes(bytes.len() as u64 * 2)?;
                let encoded = STANDARD.encode(bytes);
                self.string(encoded.as_bytes())?;
            }
            Value::List(list) if list.is_nil() => self.raw("null"),
            Value::List(list) => self.sequence(b"[]", list.iter(), Self::value_of)?,
            Value::Map(map) if map.is_nil() => self.raw("null"),
            Value::Map(map) => {
                self.sequence(b"{}", map.entries().into_iter(), |writer, (key, value)| {
                    writer.entry(key.as_bytes(), |writer| writer.value(&value))
                })?;
            }
            Value::Object(object) => self.object(object.as_ref())?,
        }
        Ok(())
    }

    fn value_of(&mut self, value: Value) -> Result<(), FuncError> {
        self.value(&value)
    }

    fn object(&mut self, object: &dyn GoObject) -> Result<(), FuncError> {
        let ordered = object.json_fields();
        if ordered.is_none() {
            if let Some(json) = object.to_json() {
                return self.json(&json);
            }
            if let Some(plain) = object.underlying() {
                return self.value(&plain);
            }
        }
        let fields = ordered.unwrap_or_else(|| object.fields());
        self.sequence(b"{}", fields.into_iter(), |writer, (name, value)| {
            writer.entry(name.as_bytes(), |writer| writer.value(&value))
        })
    }

    fn json(&mut self, json: &Json) -> Result<(), FuncError> {
        self.budget.spend(1)?;
        match json {
            Json::String(text) => self.string(text.as_bytes())?,
            Json::Array(items) => self.sequence(b"[]", items.iter(), Self::json)?,
            Json::Object(entries) => self.sequence(b"{}", entries.iter(), |writer, (key, value)| {
                writer.entry(key.as_bytes(), |writer| writer.json(value))
            })?,
            scalar => self.raw(&scalar.to_string()),
        }
        Ok(())
    }

    /// A list or an object: what stands between `brackets`.
    fn sequence<T>(
        &mut self,
        brackets: &[u8; 2],
        items: impl ExactSizeIterator<Item = T>,
        write: impl Fn(&mut Self, T) -> Result<(), FuncError>,
    ) -> Result<(), FuncError> {
        if self.depth >= VALUE_DEPTH_MAX as usize {
            return Err(Exceeded::Depth(VALUE_DEPTH_MAX).into());
        }
        self.out.push(char::from(brackets[0]));
        let empty = items.len() == 0;
        self.depth += 1;
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.new_line()?;
            write(self, item)?;
        }
        self.depth -= 1;
        if !empty {
            self.new_line()?;
        }
        self.out.push(char::from(brackets[1]));
        Ok(())
    }

    fn entry(&mut self, key: &[u8], value: impl FnOnce(&mut Self) -> Result<(), FuncError>) -> Result<(), FuncError> {
        self.string(key)?;
        self.raw(if self.layout == Layout::Pretty { ": " } else { ":" });
        value(self)
    }

    fn new_line(&mut self) -> Result<(), FuncError> {
        if self.layout == Layout::Pretty {
            self.budget.take_bytes(self.depth as u64 * 2)?;
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
        Ok(())
    }

    fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Bytes that are not UTF-8 are written as an escaped U+FFFD.
    fn string(&mut self, bytes: &[u8]) -> Result<(), FuncError> {
        self.budget.take_bytes(bytes.len() as u64)?;
        self.out.push('"');
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                self.character(c);
            }
            self.out.extend(chunk.invalid().iter().map(|_| "\\ufffd"));
        }
        self.out.push('"');
        Ok(())
    }

    fn character(&mut self, c: char) {
        match c {
            '"' => self.raw("\\\""),
            '\\' => self.raw("\\\\"),
            '\n' => self.raw("\\n"),
            '\r' => self.raw("\\r"),
            '\t' => self.raw("\\t"),
            '\x08' => self.raw("\\b"),
            '\x0c' => self.raw("\\f"),
            '\0'..' ' | '\u{2028}' | '\u{2029}' => self.escaped(c),
            '<' | '>' | '&' if self.layout != Layout::Raw => self.escaped(c),
            c => self.out.push(c),
        }
    }

    fn escaped(&mut self, c: char) {
        self.out.push_str(&format!("\\u{:04x}", u32::from(c)));
    }
}
