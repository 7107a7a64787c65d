//! Values as text: Go's `%v` and Sprig's own rule on top of it.

use gotemplate::{Call, FuncError, List, Text, Value};

/// Go's `%v`.
pub(crate) fn printed(call: &mut Call<'_>, value: &Value) -> Result<Text, FuncError> {
    Ok(gotemplate::sprint(std::slice::from_ref(value), call.budget)?)
}

/// A Go string literal of the text: `%q`.
pub(crate) fn go_quoted(bytes: &[u8]) -> String {
    gotemplate::quote(bytes)
}

/// `toString`: strings and bytes as they are, anything else as Go prints it.
pub(crate) fn to_text(call: &mut Call<'_>, value: &Value) -> Result<Text, FuncError> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Bytes(bytes) => Ok(Text::copy_of(bytes)),
        other => printed(call, other),
    }
}

/// `toStrings`: the elements of a slice without nils, or the one value.
pub(crate) fn to_strings(call: &mut Call<'_>, value: &Value) -> Result<Vec<Text>, FuncError> {
    match value.plain() {
        Value::List(list) => list_texts(call, &list),
        Value::Bytes(bytes) => {
            call.spend(bytes.len())?;
            Ok(bytes.iter().map(|byte| Text::from(byte.to_string())).collect())
        }
        Value::Nil | Value::NoValue => Ok(Vec::new()),
        _ => Ok(vec![to_text(call, value)?]),
    }
}

fn list_texts(call: &mut Call<'_>, list: &List) -> Result<Vec<Text>, FuncError> {
    call.spend(list.len())?;
    let present = list.iter().filter(|item| !matches!(item, Value::Nil | Value::NoValue));
    present.map(|item| to_text(call, &item)).collect()
}
