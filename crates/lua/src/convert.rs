//! JSON to Lua's values and back, as upstream's library does: `null` is nothing, an empty table is a list.

use crate::limits::Limits;
use mlua::{Lua, Result, Table, Value as LuaValue};
use serde_json::{Map, Number, Value};

/// A JSON value as Lua's.
pub(crate) fn to_lua(lua: &Lua, value: &Value) -> Result<LuaValue> {
    Ok(match value {
        Value::Null => LuaValue::Nil,
        Value::Bool(is_true) => LuaValue::Boolean(*is_true),
        Value::Number(number) => LuaValue::Number(number.as_f64().unwrap_or_default()),
        Value::String(text) => LuaValue::String(lua.create_string(text)?),
        Value::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for (index, item) in items.iter().enumerate() {
                table.raw_set(index + 1, to_lua(lua, item)?)?;
            }
            LuaValue::Table(table)
        }
        Value::Object(map) => {
            let table = lua.create_table_with_capacity(0, map.len())?;
            for (key, item) in map {
                table.raw_set(key.as_str(), to_lua(lua, item)?)?;
            }
            LuaValue::Table(table)
        }
    })
}

/// Counts what is taken out of the interpreter.
pub(crate) struct Taking {
    values_left: usize,
    depth_left: usize,
}

impl Taking {
    pub(crate) fn new(limits: Limits) -> Self {
        Taking { values_left: limits.returned_values, depth_left: limits.returned_depth }
    }

    /// A value of Lua's as JSON.
    ///
    /// # Errors
    /// In words: what JSON cannot hold, or too much of it.
    pub(crate) fn json(&mut self, value: &LuaValue) -> std::result::Result<Value, String> {
        self.values_left = self.values_left.checked_sub(1).ok_or("the script returns too many values")?;
        Ok(match value {
            LuaValue::Nil => Value::Null,
            LuaValue::Boolean(is_true) => Value::Bool(*is_true),
            LuaValue::Integer(number) => Value::from(*number),
            LuaValue::Number(number) => json_number(*number)?,
            LuaValue::String(text) => Value::String(text.to_string_lossy()),
            LuaValue::Table(table) => {
                self.depth_left =
                    self.depth_left.checked_sub(1).ok_or("the script returns a table nested too deeply")?;
                let json = self.table(table)?;
                self.depth_left += 1;
                json
            }
            other => return Err(format!("the script returns a {}, which JSON cannot hold", other.type_name())),
        })
    }

    fn table(&mut self, table: &Table) -> std::result::Result<Value, String> {
        let first = table.pairs::<LuaValue, LuaValue>().next();
        let Some(first) = first else { return Ok(Value::Array(Vec::new())) };
        match first.map_err(|error| error.to_string())?.0 {
            LuaValue::String(_) => self.map(table),
            LuaValue::Integer(_) | LuaValue::Number(_) => self.list(table),
            other => Err(format!("the script returns a table whose keys are a {}", other.type_name())),
        }
    }

    fn map(&mut self, table: &Table) -> std::result::Result<Value, String> {
        let mut map = Map::new();
        for pair in table.pairs::<LuaValue, LuaValue>() {
            let (key, value) = pair.map_err(|error| error.to_string())?;
            let LuaValue::String(key) = key else { return Err(mixed()) };
            map.insert(key.to_string_lossy(), self.json(&value)?);
        }
        Ok(Value::Object(map))
    }

    fn list(&mut self, table: &Table) -> std::result::Result<Value, String> {
        let length = table.raw_len();
        let mut items = Vec::new();
        for index in 1..=length {
            let item: LuaValue = table.raw_get(index).map_err(|error| error.to_string())?;
            items.push(self.json(&item)?);
        }
        if table.pairs::<LuaValue, LuaValue>().count() != length {
            return Err(mixed());
        }
        Ok(Value::Array(items))
    }
}

fn mixed() -> String {
    "the script returns a table that is neither a list without gaps nor a map".to_owned()
}

/// All numbers of Lua 5.1 are floats; those without a fraction are integers again.
fn json_number(number: f64) -> std::result::Result<Value, String> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Ok(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number).ok_or_else(|| "the script returns a number that is none".to_owned())
}

/// Gives emptiness its meaning back: what was an empty map before the script is one again.
pub(crate) fn restore_empty_maps(made: &mut Value, original: &Value) {
    match (made, original) {
        (made @ Value::Array(_), Value::Object(map))
            if map.is_empty() && made.as_array().is_some_and(Vec::is_empty) =>
        {
            *made = Value::Object(Map::new());
        }
        (Value::Object(made), Value::Object(original)) => {
            for (key, value) in made {
                if let Some(original) = original.get(key) {
                    restore_empty_maps(value, original);
                }
            }
        }
        (Value::Array(made), Value::Array(original)) => {
            made.iter_mut().zip(original).for_each(|(made, original)| restore_empty_maps(made, original));
        }
        _ => {}
    }
}
