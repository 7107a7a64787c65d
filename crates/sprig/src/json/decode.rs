//! Reading JSON, with Go's words for what is wrong with it.

use budget::{Budget, Exceeded};
use gotemplate::{List, Map, Text, VALUE_DEPTH_MAX, Value};

/// What a text holds, and what is wrong with it. A text that is no JSON holds nil; a number too large for a `float64` is
/// nil in a value that is otherwise whole.
#[derive(Debug)]
pub struct Decoded {
    /// The value.
    pub value: Value,
    /// Go's error.
    pub error: Option<String>,
}

/// Reads `text` into plain values.
///
/// # Errors
/// When it is nested deeper or larger than allowed.
pub fn decode(text: &[u8], budget: &mut Budget) -> Result<Decoded, Exceeded> {
    let mut reader = Reader { text, at: 0, budget, out_of_range: None };
    match reader.document() {
        Ok(value) => Ok(Decoded { value, error: reader.out_of_range }),
        Err(Failure::Syntax(error)) => Ok(Decoded { value: Value::Nil, error: Some(error) }),
        Err(Failure::Limit(exceeded)) => Err(exceeded),
    }
}

enum Failure {
    Syntax(String),
    Limit(Exceeded),
}

impl From<Exceeded> for Failure {
    fn from(exceeded: Exceeded) -> Self {
        Failure::Limit(exceeded)
    }
}

struct Reader<'a, 'b> {
    text: &'a [u8],
    at: usize,
    budget: &'b mut Budget,
    out_of_range: Option<String>,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<Value, Failure> {
        self.budget.take_bytes(self.text.len() as u64)?;
        let value = self.value(0)?;
        self.skip_space();
        match self.text.get(self.at) {
            None => Ok(value),
            Some(_) => Err(self.wrong("after top-level value")),
        }
    }

    /// What Go says of the byte here, or of the end.
    fn wrong(&self, context: &str) -> Failure {
        Failure::Syntax(match self.text.get(self.at) {
            Some(byte) => format!("invalid character {} {context}", quoted(*byte)),
            // Compat: Go reads a space behind the end, which these do not take.
            None if ["in literal", "in numeric", "after decimal", "in exponent", "in string escape", "in \\u"]
                .iter()
                .any(|start| context.starts_with(start)) =>
            {
                format!("invalid character ' ' {context}")
            }
            None => "unexpected end of JSON input".to_owned(),
        })
    }

    fn skip_space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn next_is(&mut self, byte: u8) -> bool {
        let is = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(is);
        is
    }

    fn value(&mut self, depth: u32) -> Result<Value, Failure> {
        self.budget.spend(1)?;
        if depth >= VALUE_DEPTH_MAX {
            return Err(Exceeded::Depth(VALUE_DEPTH_MAX).into());
        }
        self.skip_space();
        match self.text.get(self.at) {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Value::Str),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Nil),
            _ => Err(self.wrong("looking for beginning of value")),
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, Failure> {
        for expected in word.bytes() {
            if !self.next_is(expected) {
                return Err(self.wrong(&format!("in literal {word} (expecting {})", quoted(expected))));
            }
        }
        Ok(value)
    }

    fn array(&mut self, depth: u32) -> Result<Value, Failure> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.next_is(b']') {
            return Ok(Value::List(List::new(items)));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.next_is(b']') {
                return Ok(Value::List(List::new(items)));
            }
            if !self.next_is(b',') {
                return Err(self.wrong("after array element"));
            }
        }
    }

    fn object(&mut self, depth: u32) -> Result<Value, Failure> {
        self.at += 1;
        let mut entries = Vec::new();
        self.skip_space();
        if self.next_is(b'}') {
            return Ok(Value::Map(Map::from_entries::<Text>([])));
        }
        loop {
            self.skip_space();
            if self.text.get(self.at) != Some(&b'"') {
                return Err(self.wrong("looking for beginning of object key string"));
            }
            let key = self.string()?;
            self.skip_space();
            if !self.next_is(b':') {
                return Err(self.wrong("after object key"));
            }
            entries.push((key, self.value(depth + 1)?));
            self.skip_space();
            if self.next_is(b'}') {
                return Ok(Value::Map(Map::from_entries(entries)));
            }
            if !self.next_is(b',') {
                return Err(self.wrong("after object key:value pair"));
            }
        }
    }

    fn number(&mut self) -> Result<Value, Failure> {
        let start = self.at;
        self.next_is(b'-');
        if !self.next_is(b'0') {
            self.digits("in numeric literal")?;
        }
        if self.next_is(b'.') {
            self.digits("after decimal point in numeric literal")?;
        }
        if self.next_is(b'e') || self.next_is(b'E') {
            let _sign = self.next_is(b'+') || self.next_is(b'-');
            self.digits("in exponent of numeric literal")?;
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => {
                let error = || format!("json: cannot unmarshal number {text} into Go value of type float64");
                self.out_of_range.get_or_insert_with(error);
                Ok(Value::Nil)
            }
        }
    }

    /// At least one digit.
    fn digits(&mut self, context: &str) -> Result<(), Failure> {
        let count = self.text[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.wrong(context)) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Text, Failure> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            match self.text.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut out)?,
                Some(b' '..) => {
                    out.push(self.text[self.at]);
                    self.at += 1;
                }
                _ => return Err(self.wrong("in string literal")),
            }
        }
        self.at += 1;
        Ok(Text::from(crate::runes::to_utf8(&out)))
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        self.at += 1;
        let plain = match self.text.get(self.at) {
            Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.unicode_escape(out),
            _ => return Err(self.wrong("in string escape code")),
        };
        out.push(plain);
        self.at += 1;
        Ok(())
    }

    /// `\u1234`, or two of them that make one character; half of a pair is U+FFFD.
    fn unicode_escape(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        let unit = self.hex_digits()?;
        let mut code = unit;
        if (0xd800..0xdc00).contains(&unit) && self.text[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 1;
            let low = self.hex_digits()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            } else {
                self.at = before;
            }
        }
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    /// The four digits behind the `u` here.
    fn hex_digits(&mut self) -> Result<u32, Failure> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.text.get(self.at).and_then(|byte| char::from(*byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.wrong("in \\u hexadecimal character escape"))?;
            self.at += 1;
        }
        Ok(code)
    }
}

/// A byte as Go's JSON errors show it.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => {
            let c = char::from(byte);
            let literal = gotemplate::quote(c.encode_utf8(&mut [0; 4]).as_bytes());
            format!("'{}'", &literal[1..literal.len() - 1])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        decode(text.as_bytes(), &mut Budget::default()).expect("within limits").error.expect("an error")
    }

    #[test]
    fn errors_are_gos() {
        assert_eq!(error("{"), "unexpected end of JSON input");
        assert_eq!(error("{a"), "invalid character 'a' looking for beginning of object key string");
        assert_eq!(error("trux"), "invalid character 'x' in literal true (expecting 'e')");
        assert_eq!(error("1.x"), "invalid character 'x' after decimal point in numeric literal");
        assert_eq!(error("[1 2]"), "invalid character '2' after array element");
        assert_eq!(error("\"\t\""), "invalid character '\\t' in string literal");
    }

    #[test]
    fn deep_nesting_is_a_limit() {
        let deep = "[".repeat(100_000);
        assert_eq!(decode(deep.as_bytes(), &mut Budget::default()).err(), Some(Exceeded::Depth(VALUE_DEPTH_MAX)));
    }
}
