//! Lists and maps of one line: `[a, "b"]`, `{a: 1}`, `[]`, `{}`.

use super::Lines;
use serde_json::{Map, Value};
use std::borrow::Cow;

impl<'t> Lines<'t, '_> {
    /// The list or map that begins at `start`, and where what follows it begins.
    pub(super) fn flow(&mut self, start: usize, end: usize) -> Option<(Value, usize)> {
        let mut behind = start;
        let value = self.nested(|lines| {
            let (value, at) = if lines.bytes()[start] == b'[' {
                lines.flow_list(start + 1, end)
            } else {
                lines.flow_map(start + 1, end)
            }?;
            behind = at;
            Some(value)
        })?;
        Some((value, behind))
    }

    fn flow_list(&mut self, from: usize, end: usize) -> Option<(Value, usize)> {
        let mut items = Vec::new();
        let mut at = self.past_spaces(from, end);
        if self.bytes()[at..end].first() == Some(&b']') {
            return Some((Value::Array(items), at + 1));
        }
        loop {
            let (item, behind) = self.flow_value(at, end)?;
            items.push(item);
            self.must_fit()?;
            at = self.past_spaces(behind, end);
            match self.bytes()[at..end].first()? {
                b',' => at = self.past_spaces(at + 1, end),
                b']' => return Some((Value::Array(items), at + 1)),
                _ => return None,
            }
        }
    }

    fn flow_map(&mut self, from: usize, end: usize) -> Option<(Value, usize)> {
        let mut map = Map::new();
        let mut at = self.past_spaces(from, end);
        if self.bytes()[at..end].first() == Some(&b'}') {
            return Some((Value::Object(map), at + 1));
        }
        loop {
            let (key, colon) = self.flow_key(at, end)?;
            let (value, behind) = self.flow_value(self.past_spaces(colon + 1, end), end)?;
            if map.insert(key.into_owned(), value).is_some() {
                return None;
            }
            at = self.past_spaces(behind, end);
            match self.bytes()[at..end].first()? {
                b',' => at = self.past_spaces(at + 1, end),
                b'}' => return Some((Value::Object(map), at + 1)),
                _ => return None,
            }
        }
    }

    fn flow_key(&mut self, at: usize, end: usize) -> Option<(Cow<'t, str>, usize)> {
        self.nodes += 1;
        let (key, colon) = match self.bytes()[at..end].first()? {
            b'"' | b'\'' => self.quoted(at, end)?,
            _ => {
                let behind = self.flow_word(at, end)?;
                let key = &self.text[at..behind];
                let is_text = crate::scalar::resolve(key, self.dialect) == crate::scalar::Scalar::Text;
                (is_text.then_some(key)?.into(), behind)
            }
        };
        self.bytes()[colon..end].starts_with(b": ").then_some((key, colon))
    }

    fn flow_value(&mut self, at: usize, end: usize) -> Option<(Value, usize)> {
        match self.bytes()[at..end].first()? {
            b'[' | b'{' => self.flow(at, end),
            b'"' | b'\'' => {
                self.nodes += 1;
                let (text, behind) = self.quoted(at, end)?;
                Some((self.string(&text), behind))
            }
            _ => {
                self.nodes += 1;
                let behind = self.flow_word(at, end)?;
                Some((self.scalar(&self.text[at..behind])?, behind))
            }
        }
    }

    /// Where a word of harmless characters ends.
    fn flow_word(&self, at: usize, end: usize) -> Option<usize> {
        let word = &self.bytes()[at..end];
        let len = word.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_./+-".contains(byte)).count();
        let is_dash = word[..len].starts_with(b"-") && !word[..len].get(1).is_some_and(u8::is_ascii_alphanumeric);
        (len > 0 && !is_dash).then_some(at + len)
    }
}
