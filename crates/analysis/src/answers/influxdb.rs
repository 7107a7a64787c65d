//! InfluxDB's answers to Flux queries: annotated CSV.

use super::{Understood, decimal};
use expr::{ListType, Value};

/// The `_value` of every record, in the order of the tables.
///
/// # Errors
/// When InfluxDB says so, there are no records, or the answer is of another shape.
pub fn influxdb(body: &[u8]) -> Result<Understood, String> {
    let text = std::str::from_utf8(body).map_err(|_| "InfluxDB answered no text".to_owned())?;
    let (mut values, mut shown) = (Vec::new(), Vec::new());
    let mut table = Table::default();
    for row in rows(text) {
        match table.take(row)? {
            Some(Cell { value, text }) => {
                values.push(value);
                shown.push(text);
            }
            None => continue,
        }
    }
    if values.is_empty() {
        return Err("no results returned from flux query".to_owned());
    }
    let list = Value::list(ListType::Any, values).map_err(|error| error.to_string())?;
    // Compat: shown as Go prints a slice, by blanks.
    Ok(Understood::plain(list, format!("[{}]", shown.join(" ")), None))
}

/// One table: its columns' types and where the value stands.
#[derive(Default)]
struct Table {
    types: Vec<String>,
    value_at: Option<usize>,
    error_at: Option<usize>,
    has_header: bool,
}

struct Cell {
    value: Value,
    text: String,
}

impl Table {
    /// One row of CSV; gives the value when it is a record.
    fn take(&mut self, row: Vec<String>) -> Result<Option<Cell>, String> {
        match row.first().map(String::as_str) {
            // An empty line ends a table.
            Some("") if row.len() == 1 => *self = Table::default(),
            Some("#datatype") => *self = Table { types: row, ..Table::default() },
            Some(annotation) if annotation.starts_with('#') => {}
            _ if !self.has_header => {
                self.value_at = row.iter().position(|column| column == "_value");
                self.error_at = row.iter().position(|column| column == "error");
                self.has_header = true;
            }
            _ => return self.record(&row),
        }
        Ok(None)
    }

    fn record(&self, row: &[String]) -> Result<Option<Cell>, String> {
        if let (Some(error), None) = (self.error_at.and_then(|at| row.get(at)), self.value_at) {
            return Err(error.clone());
        }
        let Some((at, text)) = self.value_at.and_then(|at| Some((at, row.get(at)?))) else { return Ok(None) };
        let number = || text.parse::<f64>().map_err(|_| format!("InfluxDB answered {text:?} where a number must be"));
        let (value, text) = match self.types.get(at).map_or("string", String::as_str) {
            _ if text.is_empty() => (Value::Nil, "<nil>".to_owned()),
            "double" => (Value::Float(number()?), decimal(number()?)),
            "long" | "unsignedLong" => {
                let whole: i64 =
                    text.parse().map_err(|_| format!("InfluxDB answered {text:?} where a number must be"))?;
                (Value::int64(whole), text.clone())
            }
            "boolean" => (Value::from(text == "true"), text.clone()),
            _ => (Value::from(text.as_str()), text.clone()),
        };
        Ok(Some(Cell { value, text }))
    }
}

/// The rows of CSV: cells between commas, quoted where they hold one.
fn rows(text: &str) -> impl Iterator<Item = Vec<String>> {
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        characters.peek()?;
        let (mut row, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        while let Some(c) = characters.next() {
            match c {
                '"' if is_quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
                '\r' if !is_quoted => {}
                '\n' if !is_quoted => break,
                c => cell.push(c),
            }
        }
        row.push(cell);
        Some(row)
    })
}
