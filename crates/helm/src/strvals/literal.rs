//! `--set-literal`: names as in `--set`, but without escapes, and the rest of the line is the value.

use super::error::StrvalsError;
use super::limits::{NAMES_MAX, NESTING_MAX};
use super::place::{Items, Stop, index, not_negative, quoted_characters, set, wrong_type};
use super::reader::{Piece, Reader};

use serde_json::{Map, Value};

pub(super) fn parse(text: &str, into: &mut Map<String, Value>) -> Result<(), StrvalsError> {
    let mut parser = Parser { reader: Reader::new(text), items: Items::new(), depth: 0 };
    loop {
        match parser.key(into, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(error)) => return Err(error),
        }
    }
}

struct Parser {
    reader: Reader,
    items: Items,
    depth: usize,
}

impl Parser {
    fn deeper(&mut self) -> Result<(), StrvalsError> {
        self.depth += 1;
        if self.depth > NESTING_MAX {
            return Err(
                format!("lists and names are nested deeper than {NESTING_MAX} (limit: nesting {NESTING_MAX})").into()
            );
        }
        Ok(())
    }

    fn key(&mut self, data: &mut Map<String, Value>, names: usize) -> Result<(), Stop> {
        let Piece { text: key, end } = self.reader.until_literal(&['=', '[', '.']);
        match end {
            None if key.is_empty() => Err(Stop::End),
            None => Err(format!("key {key:?} has no value").into()),
            Some('=') => {
                let value = self.reader.until_literal(&[]).text;
                set(data, key, Value::String(value));
                Ok(())
            }
            Some('[') => self.indexed(data, key, names),
            Some(_) => self.nested(data, key, names + 1),
        }
    }

    fn nested(&mut self, data: &mut Map<String, Value>, key: String, names: usize) -> Result<(), Stop> {
        if names > NAMES_MAX {
            let told = format!("value name nested level is greater than maximum supported nested level of {NAMES_MAX}");
            return Err(told.into());
        }
        let (existed, mut inner) = match data.get_mut(&key) {
            Some(Value::Object(map)) => (true, std::mem::take(map)),
            Some(other) => return Err(wrong_type(other, "map[string]interface {}").into()),
            None => (false, Map::new()),
        };
        self.deeper()?;
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
        match self.reader.until_literal(&[']']) {
            Piece { end: None, .. } => Err("error parsing index: EOF".into()),
            Piece { text, .. } => index(&text),
        }
    }

    fn item(&mut self, list: &mut Vec<Value>, at: i64, names: usize) -> Result<(), Stop> {
        let at = not_negative(at)?;
        let Piece { text, end } = self.reader.until_literal(&['[', '.', '=']);
        if !text.is_empty() {
            return Err(format!("unexpected data at end of array index: {}", quoted_characters(&text)).into());
        }
        match end {
            None => Err(Stop::End),
            Some('=') => {
                let value = self.reader.until_literal(&[]).text;
                Ok(self.items.set(list, at, Value::String(value))?)
            }
            Some('[') => {
                let next = self.index()?;
                self.deeper()?;
                let mut inner = match list.get_mut(at) {
                    Some(Value::Array(items)) => std::mem::take(items),
                    Some(Value::Null) | None => Vec::new(),
                    Some(other) => return Err(wrong_type(other, "[]interface {}").into()),
                };
                self.item(&mut inner, next, names)?;
                Ok(self.items.set(list, at, Value::Array(inner))?)
            }
            Some(_) => {
                self.deeper()?;
                let mut inner = match list.get_mut(at) {
                    Some(Value::Object(map)) => std::mem::take(map),
                    _ => Map::new(),
                };
                self.key(&mut inner, names)?;
                Ok(self.items.set(list, at, Value::Object(inner))?)
            }
        }
    }
}
