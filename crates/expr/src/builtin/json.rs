//! JSON and Base64.

use super::define::{Call, Checking, Definition, Sort, text};
use crate::error::{Outcome, Wrong};
use crate::types::{ListType, MapType};
use crate::value::Value;
use sprig::time::format;

const TEXT: Sort = Sort::String;

pub(super) const TABLE: &[Definition] = &[
    Definition { name: "toJSON", checking: Checking::Overloads(&[(&[Sort::Any], TEXT)]), call: to_json },
    Definition { name: "fromJSON", checking: Checking::Overloads(&[(&[TEXT], Sort::Any)]), call: from_json },
    Definition { name: "toBase64", checking: Checking::Overloads(&[(&[TEXT], TEXT)]), call: to_base64 },
    Definition { name: "fromBase64", checking: Checking::Overloads(&[(&[TEXT], TEXT)]), call: from_base64 },
];

/// The layout of a time in JSON.
const TIME_LAYOUT: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";
const INDENT: &str = "  ";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_json(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let mut out = String::new();
    write(&mut out, &arguments[0], 0, call)?;
    call.text(out.into_bytes())
}

fn write(out: &mut String, value: &Value, depth: usize, call: &mut Call<'_>) -> Outcome<()> {
    call.budget.spend(1)?;
    match value {
        Value::Nil => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(integer) => out.push_str(&integer.value.to_string()),
        Value::Duration(value) | Value::Month(value) | Value::Weekday(value) => out.push_str(&value.to_string()),
        Value::Float(value) if !value.is_finite() => {
            let shown = gotemplate::format_float(*value);
            return Err(Wrong::new(format!("json: unsupported value: {shown}")));
        }
        Value::Float(value) => out.push_str(&sprig::json::float(*value)),
        Value::String(text) => write_text(out, &text.to_str_lossy()),
        Value::Bytes(bytes) => write_text(out, &encode(bytes.as_bytes())),
        Value::Time(time) => write_text(out, &String::from_utf8_lossy(&format(time, TIME_LAYOUT))),
        Value::Zone(_) => out.push_str("{}"),
        Value::List(list) => {
            let items = list.items().iter().map(|item| (None, item));
            write_all(out, ('[', ']'), items, depth, call)?;
        }
        Value::Map(map) => {
            if matches!(map.map_type(), MapType::AnyKey | MapType::Groups) {
                return Err(Wrong::new(format!("json: unsupported type: {}", value.type_name())));
            }
            write_all(out, ('{', '}'), map.entries().map(|(key, item)| (Some(key), item)), depth, call)?;
        }
        Value::Function(_) => {
            return Err(Wrong::new(format!("json: unsupported type: {}", value.type_name())));
        }
    }
    Ok(())
}

fn write_all<'v>(
    out: &mut String,
    (open, close): (char, char),
    items: impl ExactSizeIterator<Item = (Option<&'v Value>, &'v Value)>,
    depth: usize,
    call: &mut Call<'_>,
) -> Outcome<()> {
    out.push(open);
    let is_empty = items.len() == 0;
    for (at, (key, item)) in items.enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        // Indentation grows with depth times length: it is paid for.
        call.budget.spend(depth as u64 / 8)?;
        out.push_str(&INDENT.repeat(depth + 1));
        if let Some(Value::String(key)) = key {
            write_text(out, &key.to_str_lossy());
            out.push_str(": ");
        }
        write(out, item, depth + 1, call)?;
    }
    if !is_empty {
        out.push('\n');
        out.push_str(&INDENT.repeat(depth));
    }
    out.push(close);
    Ok(())
}

fn write_text(out: &mut String, text: &str) {
    let quoted = serde_json::Value::from(text).to_string();
    for found in quoted.chars() {
        match found {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(found))),
            _ => out.push(found),
        }
    }
}

fn from_json(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let decoded = sprig::json::decode(text(&arguments[0])?.as_bytes(), call.budget)?;
    match decoded.error {
        Some(error) => Err(Wrong::new(error)),
        None => converted(&decoded.value, call),
    }
}

fn converted(value: &gotemplate::Value, call: &mut Call<'_>) -> Outcome<Value> {
    call.budget.spend(1)?;
    Ok(match value {
        gotemplate::Value::Bool(value) => Value::Bool(*value),
        gotemplate::Value::Float(value) => Value::Float(*value),
        gotemplate::Value::Str(text) => Value::String(text.clone()),
        gotemplate::Value::List(list) => {
            Value::list(ListType::Any, list.iter().map(|item| converted(&item, call)).collect::<Outcome<_>>()?)?
        }
        gotemplate::Value::Map(map) => {
            let entries = map.entries().into_iter();
            let entries = entries.map(|(key, item)| Ok((crate::print::text_key(&key), converted(&item, call)?)));
            Value::map(MapType::Any, entries.collect::<Outcome<_>>()?)?
        }
        _ => Value::Nil,
    })
}

fn to_base64(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    call.text(encode(text(&arguments[0])?.as_bytes()).into_bytes())
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let is_filled = place <= chunk.len();
            let digit = ALPHABET[(group >> (18 - 6 * place) & 63) as usize];
            out.push(if is_filled { char::from(digit) } else { '=' });
        }
    }
    out
}

fn from_base64(arguments: &[Value], call: &mut Call<'_>) -> Outcome<Value> {
    let source = text(&arguments[0])?.as_bytes();
    call.budget.spend(source.len() as u64 / 4)?;
    let decoded = decode(source).map_err(|at| Wrong::new(format!("illegal base64 data at input byte {at}")))?;
    call.text(decoded)
}

/// Go's standard encoding, strict about padding, deaf to line breaks; the error is where it stops.
fn decode(source: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::new();
    let letters: Vec<(usize, u8)> =
        source.iter().copied().enumerate().filter(|(_, letter)| !matches!(letter, b'\n' | b'\r')).collect();
    for chunk in letters.chunks(4) {
        let mut group = 0_u32;
        let filled = chunk.iter().take_while(|(_, letter)| *letter != b'=').count();
        for (at, letter) in &chunk[..filled] {
            let digit = ALPHABET.iter().position(|known| known == letter).ok_or(*at)?;
            group = group << 6 | digit as u32;
        }
        let end = chunk.last().map_or(0, |(at, _)| *at);
        match (filled, chunk.len()) {
            (4, 4) => out.extend(&group.to_be_bytes()[1..]),
            (3, 4) => out.extend(&(group << 6).to_be_bytes()[1..3]),
            (2, 4) if chunk[3].1 == b'=' => out.extend(&(group << 12).to_be_bytes()[1..2]),
            (2, 4) => return Err(chunk[3].0),
            (0 | 1, 4) => return Err(chunk[filled].0),
            _ => return Err(if filled == chunk.len() { end + 1 - chunk.len() } else { chunk[filled].0 }),
        }
        let is_last = chunk.last().map(|(at, _)| *at) == letters.last().map(|(at, _)| *at);
        if filled < 4 && !is_last {
            return Err(end + 1);
        }
    }
    Ok(out)
}
