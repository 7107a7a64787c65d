//! The columns that lists of a kind show, and the cells of a row, computed from the object and the time.

use jiff::Timestamp;
use serde_json::Value;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub name: &'static str,
    /// `string`, `integer`, …
    pub kind: &'static str,
    /// OpenAPI format; `name` marks the column that names the object.
    pub format: &'static str,
    /// What it shows.
    pub description: &'static str,
    /// 0 is always shown, more only in wide output.
    pub priority: i32,
}

/// The columns of a kind and how a row is computed.
#[derive(Clone, Copy)]
pub struct Columns {
    /// The columns.
    pub definitions: fn() -> &'static [Column],
    /// The cells of one object's row, one for each column, at this time.
    pub row: fn(&Value, Timestamp) -> Vec<Value>,
}

impl Columns {
    /// Name and age, which every object has.
    pub const NAME_AGE: Columns = Columns { definitions: name_age, row: name_age_row };
}

fn name_age() -> &'static [Column] {
    &[]
}

fn name_age_row(object: &Value, now: Timestamp) -> Vec<Value> {
    let _ = (object, now);
    Vec::new()
}
