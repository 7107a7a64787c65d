//! A template's fields as they are configured: checked against the tables, unknown ones left out, printed as upstream
//! prints them.

use crate::fields::{Field, Row, Shown};
use serde_json::{Map, Value as Json};

/// The fields of `given` that the table has.
///
/// # Errors
/// When a field is of another type than it must be; it is named.
pub(crate) fn checked(rows: &[Row], given: &Json, place: &str) -> Result<Json, String> {
    if let [Row { name: "", field: Field::ByName(rows), .. }] = rows {
        let entries = object(given, place)?.iter();
        let entries = entries.map(|(name, it)| Ok((name.clone(), checked(rows, it, &format!("{place}.{name}"))?)));
        return entries.collect::<Result<Map<_, _>, String>>().map(Json::Object);
    }
    let given = object(given, place)?;
    let mut out = Map::new();
    for row in rows {
        let value = given.get(row.name).unwrap_or(&Json::Null);
        out.insert(row.name.to_owned(), field(row, value, &format!("{place}.{}", row.name))?);
    }
    Ok(Json::Object(out))
}

fn object<'j>(given: &'j Json, place: &str) -> Result<&'j Map<String, Json>, String> {
    given.as_object().ok_or_else(|| format!("{place} must have fields"))
}

fn field(row: &Row, value: &Json, place: &str) -> Result<Json, String> {
    let text = |value: &Json| match value {
        Json::Null => Ok(Json::String(String::new())),
        Json::String(_) => Ok(value.clone()),
        _ => Err(format!("{place} must be a text: quote it")),
    };
    Ok(match row.field {
        Field::Text | Field::Filled => text(value)?,
        Field::Plain => match text(value)? {
            Json::String(word) if word.is_empty() || !is_allowed(row, &word) => row.default.into(),
            word => word,
        },
        Field::Switch => match value {
            Json::Null => false.into(),
            Json::Bool(_) => value.clone(),
            _ => return Err(format!("{place} must be true or false")),
        },
        Field::Optional(_) if value.is_null() || value.is_boolean() => value.clone(),
        Field::Optional(_) => return Err(format!("{place} must be true or false")),
        Field::Texts | Field::List => match value {
            Json::Null => Json::Null,
            Json::Array(items) => items.iter().map(text).collect::<Result<Vec<_>, _>>()?.into(),
            _ => return Err(format!("{place} must be a list of texts")),
        },
        Field::Maps(_) => match value {
            Json::Null => Json::Null,
            value => {
                let entries = object(value, place)?.iter().map(|(key, value)| Ok((key.clone(), text(value)?)));
                Json::Object(entries.collect::<Result<_, String>>()?)
            }
        },
        Field::Section(_) | Field::Sections(_) if value.is_null() => Json::Null,
        Field::Section(rows) | Field::ByName(rows) => checked(rows, value, place)?,
        Field::Sections(rows) => match value {
            Json::Array(items) => {
                items.iter().map(|it| checked(rows, it, place)).collect::<Result<Vec<_>, _>>()?.into()
            }
            _ => return Err(format!("{place} must be a list")),
        },
    })
}

/// Compat: an unknown delivery policy is the first one.
fn is_allowed(row: &Row, word: &str) -> bool {
    row.name != "deliveryPolicy" || ["Post", "PostAndUpdate", "Update"].contains(&word)
}

/// The fields as upstream prints them: those that are empty are left out unless they always show.
pub(crate) fn shown(rows: &[Row], values: &Json) -> Json {
    let Some(entries) = values.as_object() else { return values.clone() };
    if let [Row { name: "", field: Field::ByName(rows), .. }] = rows {
        return Json::Object(entries.iter().map(|(name, it)| (name.clone(), shown(rows, it))).collect());
    }
    let mut out = Map::new();
    for row in rows {
        let Some(value) = entries.get(row.name) else { continue };
        let value = match (row.field, value) {
            (Field::Section(rows), value) if value.is_object() => shown(rows, value),
            (Field::Sections(rows), Json::Array(items)) => items.iter().map(|it| shown(rows, it)).collect(),
            (_, value) => value.clone(),
        };
        let is_section = matches!(row.field, Field::Section(_)) && value.is_object();
        if row.shown == Shown::Always || is_section || !is_empty(&value) {
            out.insert(row.name.to_owned(), value);
        }
    }
    Json::Object(out)
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}
