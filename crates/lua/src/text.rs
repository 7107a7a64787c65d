//! The functions behind `string.find` and its like, over our own pattern matching.

use crate::limits::Fuel;
use crate::patterns::{Capture, Match, PatternError, find};
use mlua::{Error, IntoLua, Lua, LuaString, MultiValue, Result, Table, Value};
use std::rc::Rc;

/// Puts the functions into the table that the prelude is given.
pub(crate) fn install(lua: &Lua, host: &Table, fuel: &Rc<Fuel>) -> Result<()> {
    let counter = Rc::clone(fuel);
    let search = lua.create_function(
        move |lua, (text, pattern, from, is_plain, says_where): (LuaString, LuaString, i64, bool, bool)| {
            let (text, pattern) = (text.as_bytes().to_vec(), pattern.as_bytes().to_vec());
            let Some(from) = place(from, text.len()) else { return Ok(MultiValue::from_iter([Value::Nil])) };
            let found =
                if is_plain { plain(&text, &pattern, from, &counter) } else { find(&text, &pattern, from, &counter) };
            let Some(found) = found.map_err(failed)? else { return Ok(MultiValue::from_iter([Value::Nil])) };
            let mut results = Vec::new();
            if says_where {
                results.push(Value::Number(place_of(found.start)));
                results.push(Value::Number(found.end as f64));
            }
            if !(says_where && found.captures.is_empty()) {
                results.extend(captures_or_whole(lua, &text, &found)?);
            }
            Ok(MultiValue::from_iter(results))
        },
    )?;
    host.raw_set("find", search)?;
    host.raw_set("gmatch", each_match(lua, fuel)?)?;
    host.raw_set("locate", locate(lua, fuel)?)?;
    host.raw_set("expand", expand(lua)?)
}

/// Where to go on, and what matched.
fn each_match(lua: &Lua, fuel: &Rc<Fuel>) -> Result<mlua::Function> {
    let fuel = Rc::clone(fuel);
    lua.create_function(move |lua, (text, pattern, from): (LuaString, LuaString, usize)| {
        let (text, pattern) = (text.as_bytes().to_vec(), pattern.as_bytes().to_vec());
        let found =
            if from > text.len() + 1 { None } else { find(&text, &pattern, from - 1, &fuel).map_err(failed)? };
        let Some(found) = found else { return Ok(MultiValue::from_iter([Value::Nil, Value::Nil])) };
        let next = if found.end == found.start { found.end + 2 } else { found.end + 1 };
        let mut results = vec![Value::Number(next as f64)];
        results.extend(captures_or_whole(lua, &text, &found)?);
        Ok(MultiValue::from_iter(results))
    })
}

/// First and last place of a match, and a table of what it caught.
fn locate(lua: &Lua, fuel: &Rc<Fuel>) -> Result<mlua::Function> {
    let fuel = Rc::clone(fuel);
    lua.create_function(move |lua, (text, pattern, from): (LuaString, LuaString, usize)| {
        let (text, pattern) = (text.as_bytes().to_vec(), pattern.as_bytes().to_vec());
        let found =
            if from > text.len() + 1 { None } else { find(&text, &pattern, from - 1, &fuel).map_err(failed)? };
        let Some(found) = found else { return Ok(MultiValue::from_iter([Value::Nil])) };
        let captures = lua.create_table()?;
        for (index, capture) in found.captures.iter().enumerate() {
            captures.raw_set(index + 1, caught(lua, &text, *capture)?)?;
        }
        let places = [Value::Number(place_of(found.start)), Value::Number(found.end as f64), Value::Table(captures)];
        Ok(MultiValue::from_iter(places))
    })
}

/// The text that replaces a match: `%1` is what was caught first, `%0` all of it.
fn expand(lua: &Lua) -> Result<mlua::Function> {
    lua.create_function(|lua, (template, whole, captures): (LuaString, LuaString, Table)| {
        let template = template.as_bytes().to_vec();
        let mut made = Vec::with_capacity(template.len());
        let mut bytes = template.iter();
        while let Some(&byte) = bytes.next() {
            match (byte, bytes.as_slice().first()) {
                (b'%', Some(digit)) if digit.is_ascii_digit() => {
                    bytes.next();
                    let index = usize::from(digit - b'0');
                    let text = match captures.raw_get::<Option<LuaString>>(index)? {
                        Some(text) => text,
                        None if index == 0 || (index == 1 && captures.raw_len() == 0) => whole.clone(),
                        None => return Err(failed(PatternError::Capture)),
                    };
                    made.extend_from_slice(&text.as_bytes());
                }
                (b'%', Some(literal)) => {
                    bytes.next();
                    made.push(*literal);
                }
                _ => made.push(byte),
            }
        }
        lua.create_string(made)
    })
}

/// A text that is searched as it stands.
fn plain(text: &[u8], wanted: &[u8], from: usize, fuel: &Fuel) -> std::result::Result<Option<Match>, PatternError> {
    fuel.spend((text.len() - from) as u64)?;
    let start = if wanted.is_empty() {
        Some(from)
    } else {
        text[from..].windows(wanted.len()).position(|window| window == wanted).map(|index| from + index)
    };
    Ok(start.map(|start| Match { start, end: start + wanted.len(), captures: Vec::new() }))
}

/// Lua's place, counted from 1 or from the end, as an index.
fn place(from: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let from = if from < 0 { (length + from + 1).max(1) } else { from.max(1) };
    usize::try_from(from - 1).ok().filter(|_| from <= length + 1)
}

#[expect(clippy::cast_precision_loss, reason = "texts are far shorter than 2^53")]
fn place_of(index: usize) -> f64 {
    (index + 1) as f64
}

fn captures_or_whole(lua: &Lua, text: &[u8], found: &Match) -> Result<Vec<Value>> {
    if found.captures.is_empty() {
        return Ok(vec![lua.create_string(&text[found.start..found.end])?.into_lua(lua)?]);
    }
    found.captures.iter().map(|capture| caught(lua, text, *capture)).collect()
}

fn caught(lua: &Lua, text: &[u8], capture: Capture) -> Result<Value> {
    match capture {
        Capture::Text(start, end) => lua.create_string(&text[start..end])?.into_lua(lua),
        Capture::Position(place) => Ok(Value::Number(place_of(place))),
        Capture::Open(_) => Err(failed(PatternError::Unfinished)),
    }
}

fn failed(error: PatternError) -> Error {
    Error::RuntimeError(error.to_string())
}
