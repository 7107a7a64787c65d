//! Prints a JSON value as Go's `spew` prints the typed value it decodes to (`%#v`, sorted keys, no methods).

use super::{go_quantity, go_types};
use serde_json::{Map, Value};
use std::fmt::Write;

/// Whether a value is preceded by its type: fields of structs are, elements of lists and maps are not.
#[derive(Clone, Copy, PartialEq)]
enum Typed {
    Yes,
    No,
}

/// Writes the dump of `value`, read as the Go type `ty`.
pub(super) fn dump(out: &mut impl Write, ty: &str, value: &Value) {
    // A sink that hashes cannot fail.
    let _ = write_value(out, ty, Some(value), Typed::Yes);
}

fn write_value(out: &mut impl Write, ty: &str, value: Option<&Value>, typed: Typed) -> std::fmt::Result {
    let value = value.filter(|value| !value.is_null());
    if typed == Typed::Yes {
        out.write_str("(")?;
        write_type(out, ty)?;
        out.write_str(")")?;
    }
    if let Some(inner) = ty.strip_prefix('*') {
        return match value {
            Some(value) => write_value(out, inner, Some(value), Typed::No),
            None => out.write_str("<nil>"),
        };
    }
    if let Some(element) = ty.strip_prefix("[]") {
        return write_list(out, element, value);
    }
    if let Some((_, element)) = ty.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return write_map(out, element, value);
    }
    match ty.split_once('=') {
        Some((_, underlying)) => write_value(out, underlying, value, Typed::No),
        None => write_plain(out, ty, value),
    }
}

/// The type as Go names it: what stands after `=` in the table only tells how to read a named type.
fn write_type(out: &mut impl Write, ty: &str) -> std::fmt::Result {
    if let Some(inner) = ty.strip_prefix('*') {
        out.write_str("*")?;
        return write_type(out, inner);
    }
    if let Some(element) = ty.strip_prefix("[]") {
        out.write_str("[]")?;
        return write_type(out, element);
    }
    if let Some((key, element)) = ty.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        out.write_str("map[")?;
        write_type(out, key)?;
        out.write_str("]")?;
        return write_type(out, element);
    }
    out.write_str(ty.split_once('=').map_or(ty, |(name, _)| name))
}

/// Empty and missing are one thing here: the wire format between API server and controllers does not tell them apart.
fn write_list(out: &mut impl Write, element: &str, value: Option<&Value>) -> std::fmt::Result {
    let Some(items) = value.and_then(Value::as_array).filter(|items| !items.is_empty()) else {
        return out.write_str("<nil>");
    };
    out.write_str("[")?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.write_str(" ")?;
        }
        write_value(out, element, Some(item), Typed::No)?;
    }
    out.write_str("]")
}

fn write_map(out: &mut impl Write, element: &str, value: Option<&Value>) -> std::fmt::Result {
    let Some(map) = value.and_then(Value::as_object).filter(|map| !map.is_empty()) else {
        return out.write_str("<nil>");
    };
    out.write_str("map[")?;
    for (index, (key, item)) in map.iter().enumerate() {
        if index > 0 {
            out.write_str(" ")?;
        }
        write!(out, "{key}:")?;
        write_value(out, element, Some(item), Typed::No)?;
    }
    out.write_str("]")
}

fn write_plain(out: &mut impl Write, ty: &str, value: Option<&Value>) -> std::fmt::Result {
    match ty {
        "string" => out.write_str(value.and_then(Value::as_str).unwrap_or_default()),
        "bool" => write!(out, "{}", value.and_then(Value::as_bool).unwrap_or_default()),
        "int" | "int32" | "int64" => write!(out, "{}", value.and_then(Value::as_i64).unwrap_or_default()),
        "resource.Quantity" => write_quantity(out, value),
        "intstr.IntOrString" => write_int_or_string(out, value),
        // A template carries no times: the API server clears them on writing.
        "v1.Time" => out.write_str("{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"),
        _ => write_struct(out, ty, value.and_then(Value::as_object)),
    }
}

fn write_struct(out: &mut impl Write, ty: &str, object: Option<&Map<String, Value>>) -> std::fmt::Result {
    out.write_str("{")?;
    for (index, field) in go_types::fields(ty).unwrap_or_default().iter().enumerate() {
        if index > 0 {
            out.write_str(" ")?;
        }
        write!(out, "{}:", field.go)?;
        if field.json.is_empty() {
            write!(out, "({})", field.ty)?;
            write_struct(out, field.ty, object)?;
        } else {
            write_value(out, field.ty, object.and_then(|object| object.get(field.json)), Typed::Yes)?;
        }
    }
    out.write_str("}")
}

fn write_quantity(out: &mut impl Write, value: Option<&Value>) -> std::fmt::Result {
    let text = match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let parts = go_quantity::parse(&text);
    write!(out, "{{i:(resource.int64Amount){{value:(int64){} scale:(resource.Scale){}}} ", parts.value, parts.scale)?;
    match parts.billionths {
        None => out.write_str("d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>}")?,
        Some(amount) => {
            // Go's big numbers are 64-bit words, the lowest first.
            let (low, high) = (amount & u128::from(u64::MAX), amount >> 64);
            let words = if high == 0 { format!("{low}") } else { format!("{low} {high}") };
            out.write_str("d:(resource.infDecAmount){Dec:(*inf.Dec){unscaled:(big.Int){neg:(bool)false ")?;
            write!(out, "abs:(big.nat)[{words}]}} scale:(inf.Scale)9}}}}")?;
        }
    }
    write!(out, " s:(string){} Format:(resource.Format){}}}", parts.cached, parts.format)
}

fn write_int_or_string(out: &mut impl Write, value: Option<&Value>) -> std::fmt::Result {
    let (kind, number, text) = match value {
        Some(Value::String(text)) => (1, 0, text.as_str()),
        other => (0, other.and_then(Value::as_i64).unwrap_or_default(), ""),
    };
    write!(out, "{{Type:(intstr.Type){kind} IntVal:(int32){number} StrVal:(string){text}}}")
}
