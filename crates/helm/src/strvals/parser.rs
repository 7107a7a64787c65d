//! `--set`, `--set-string`, `--set-json` and `--set-file`.

use super::error::StrvalsError;
use super::limits::{NAMES_MAX, NESTING_MAX};
use super::place::{Items, Stop, index, not_negative, quoted_characters, set, wrong_type};
use super::reader::{Piece, Reader};

use crate::values::numbers_to_floats;
use serde_json::{Map, Value};

/// What a value's text becomes.
#[derive(Clone, Copy)]
pub(super) enum Reading<'f> {
    Typed,
    Strings,
    Json,
    Files(&'f [(String, String)]),
}

pub(super) struct Parser<'f> {
    reader: Reader,
    reading: Reading<'f>,
    items: Items,
    depth: usize,
}

impl<'f> Parser<'f> {
    pub(super) fn new(text: &str, reading: Reading<'f>) -> Self {
        Parser { reader: Reader::new(text), reading, items: Items::new(), depth: 0 }
    }

    pub(super) fn parse(mut self, into: &mut Map<String, Value>) -> Result<(), StrvalsError> {
        loop {
            match self.key(into, 0) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                Err(Stop::Error(error)) => return Err(error),
            }
        }
    }

    fn deeper(&mut self) -> Result<(), StrvalsError> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(
                format!("lists and names are nested deeper than {NESTING_MAX} (limit: nesting {NESTING_MAX})").into()
            );
        }
        Ok(())
    }

    /// A name and what stands behind it.
    fn key(&mut self, data: &mut Map<String, Value>, names: usize) -> Result<(), Stop> {
        let Piece { text: key, end } = self.reader.until(&['=', '[', ',', '.']);
        match end {
            None if key.is_empty() => Err(Stop::End),
            None => Err(format!("key {key:?} has no value").into()),
            Some('[') => self.indexed(data, key, names),
            Some('=') => self.assigned(data, key),
            Some(',') => Err(format!("key {key:?} has no value (cannot end with ,)").into()),
            Some(_) => self.nested(data, key, names + 1),
        }
    }

    fn assigned(&mut self, data: &mut Map<String, Value>, key: String) -> Result<(), Stop> {
        if self.reader.peek().is_none() && !matches!(self.reading, Reading::Json) {
            set(data, key, Value::String(String::new()));
            return Err(Stop::End);
        }
        let value = self.value()?;
        set(data, key, value);
        Ok(())
    }

    fn nested(&mut self, data: &mut Map<String, Value>, key: String, names: usize) -> Result<(), Stop> {
        if names > NAMES_MAX {
            let told = format!("value name nested level is greater than maximum supported nested level of {NAMES_MAX}");
            return Err(told.into());
        }
        self.deeper()?;
        let (existed, mut inner) = match data.get_mut(&key) {
            Some(Value::Object(map)) => (true, std::mem::take(map)),
            Some(other) => return Err(wrong_type(other, "map[string]interface {}").into()),
            None => (false, Map::new()),
        };
        let done = self.key(&mut inner, names);
        self.depth -= 1;
        let is_empty = inner.is_empty();
        if existed || !is_empty {
            set(data, key.clone(), Value::Object(inner));
        }
        match done {
            Ok(()) if is_empty => Err(format!("key map {key:?} has no value").into()),
            done => done,
        }
    }

    fn indexed(&mut self, data: &mut Map<String, Value>, key: String, names: usize) -> Result<(), Stop> {
        let at = self.index()?;
        let mut list = match data.get_mut(&key) {
            Some(Value::Array(items)) => std::mem::take(items),
            Some(other) => return Err(wrong_type(other, "[]interface {}").into()),
            None => Vec::new(),
        };
        let done = self.item(&mut list, at, names);
        set(data, key, Value::Array(list));
        done
    }

    fn index(&mut self) -> Result<i64, StrvalsError> {
        match self.reader.until(&[']']) {
            Piece { end: None, .. } => Err("error parsing index: EOF".into()),
            Piece { text, .. } => index(&text),
        }
    }

    /// What stands behind a closed bracket.
    fn item(&mut self, list: &mut Vec<Value>, at: i64, names: usize) -> Result<(), Stop> {
        let at = not_negative(at)?;
        let Piece { text, end } = self.reader.until(&['[', '.', '=']);
        if !text.is_empty() {
            return Err(format!("unexpected data at end of array index: {}", quoted_characters(&text)).into());
        }
        match end {
            None => Err(Stop::End),
            Some('=') => {
                let value = self.value()?;
                Ok(self.items.set(list, at, value)?)
            }
            Some('[') => self.list_in_list(list, at, names),
            Some(_) => self.map_in_list(list, at, names),
        }
    }

    fn list_in_list(&mut self, list: &mut Vec<Value>, at: usize, names: usize) -> Result<(), Stop> {
        let next = self.index()?;
        self.deeper()?;
        let mut inner = match list.get_mut(at) {
            Some(Value::Array(items)) => std::mem::take(items),
            Some(Value::Null) | None => Vec::new(),
            Some(other) => return Err(wrong_type(other, "[]interface {}").into()),
        };
        let done = self.item(&mut inner, next, names);
        self.depth -= 1;
        done?;
        Ok(self.items.set(list, at, Value::Array(inner))?)
    }

    fn map_in_list(&mut self, list: &mut Vec<Value>, at: usize, names: usize) -> Result<(), Stop> {
        self.deeper()?;
        let mut inner = match list.get_mut(at) {
            Some(Value::Object(map)) => std::mem::take(map),
            _ => Map::new(),
        };
        let done = self.key(&mut inner, names);
        self.depth -= 1;
        if done.is_err() && at >= list.len() {
            return done;
        }
        self.items.set(list, at, Value::Object(inner))?;
        done
    }

    fn value(&mut self) -> Result<Value, StrvalsError> {
        if matches!(self.reading, Reading::Json) {
            return self.json();
        }
        match self.reader.peek() {
            None => Ok(Value::String(String::new())),
            Some('{') => {
                self.reader.next();
                self.list()
            }
            Some(_) => {
                let text = self.reader.until(&[',']).text;
                self.read(&text)
            }
        }
    }

    /// `{a,b}`.
    fn list(&mut self) -> Result<Value, StrvalsError> {
        let mut items = Vec::new();
        loop {
            let Piece { text, end } = self.reader.until(&[',', '}']);
            match end {
                None => return Err("list must terminate with '}'".into()),
                Some('}') => {
                    if self.reader.peek() == Some(',') {
                        self.reader.next();
                    }
                    items.push(self.read(&text)?);
                    return Ok(Value::Array(items));
                }
                Some(_) => items.push(self.read(&text)?),
            }
        }
    }

    fn read(&self, text: &str) -> Result<Value, StrvalsError> {
        match self.reading {
            Reading::Typed | Reading::Json => Ok(typed(text)),
            Reading::Strings => Ok(Value::String(text.to_owned())),
            Reading::Files(files) => match files.iter().find(|(path, _)| path == text) {
                Some((_, content)) => Ok(Value::String(content.clone())),
                None => Err(format!("open {text}: no such file or directory").into()),
            },
        }
    }

    /// One JSON value, or null when there is none before the next comma.
    fn json(&mut self) -> Result<Value, StrvalsError> {
        if self.blank() {
            return Ok(Value::Null);
        }
        let rest = self.reader.rest();
        let mut stream = serde_json::Deserializer::from_str(&rest).into_iter::<Value>();
        let Some(Ok(mut value)) = stream.next() else { return Err("no JSON value".into()) };
        let characters = rest[..stream.byte_offset()].chars().count();
        self.reader.skip(characters);
        self.blank();
        numbers_to_floats(&mut value);
        Ok(value)
    }

    /// Skips white space and one comma; whether that led to the comma or the end.
    fn blank(&mut self) -> bool {
        while let Some(next) = self.reader.peek() {
            if next == ',' {
                self.reader.next();
                return true;
            }
            if !next.is_whitespace() {
                return false;
            }
            self.reader.next();
        }
        true
    }
}

/// A value's text, by what it looks like.
fn typed(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return Value::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Value::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::Null;
    }
    // Compat: what begins with a zero stays text, so that codes and modes keep their digits.
    if (text == "0" || !text.starts_with('0'))
        && let Ok(integer) = text.parse::<i64>()
    {
        return Value::from(integer);
    }
    Value::String(text.to_owned())
}
