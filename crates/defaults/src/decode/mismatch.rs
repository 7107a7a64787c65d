//! Values of the wrong type or form, in the words of Go's decoder.

use crate::quantity::Quantity;
use crate::types::{self, Form, Integer, Shape};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;

/// Go's name of a type.
pub fn go_type(shape: &Shape) -> String {
    if let Some(name) = shape.go_name {
        return name.to_owned();
    }
    match &shape.form {
        Form::Text => "string".to_owned(),
        Form::Flag => "bool".to_owned(),
        Form::Integer(Integer::I32) => "int32".to_owned(),
        Form::Integer(Integer::I64) => "int64".to_owned(),
        Form::Integer(Integer::Int) => "int".to_owned(),
        Form::Integer(Integer::U32) => "uint32".to_owned(),
        Form::Float => "float64".to_owned(),
        Form::Bytes => "[]uint8".to_owned(),
        Form::Quantity => "resource.Quantity".to_owned(),
        Form::Time => "v1.Time".to_owned(),
        Form::MicroTime => "v1.MicroTime".to_owned(),
        Form::NumberOrText => "intstr.IntOrString".to_owned(),
        Form::Raw | Form::SchemaOrPlain => "runtime.RawExtension".to_owned(),
        Form::Struct(place) => types::get(*place).go_name().to_owned(),
        Form::Optional(inner) => go_type(inner),
        Form::List(inner) => format!("[]{}", go_type(inner)),
        Form::Map(inner) => format!("map[string]{}", go_type(inner)),
    }
}

/// What is wrong with the text of a scalar that is written as text; `None` when nothing is.
pub fn in_text(form: &Form, text: &str) -> Option<String> {
    match form {
        Form::Quantity => Quantity::parse(text).err().map(|error| error.to_string()),
        Form::Time => time(text, "2006-01-02T15:04:05Z07:00"),
        Form::MicroTime => time(text, "2006-01-02T15:04:05.000000Z07:00"),
        Form::Bytes => bytes(text),
        _ => None,
    }
}

fn bytes(text: &str) -> Option<String> {
    let engine = GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new());
    let plain: String = text.chars().filter(|c| *c != '\n' && *c != '\r').collect();
    let at = match engine.decode(plain.as_bytes()).err()? {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol { offset: at, .. } => at,
        base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => plain.len() / 4 * 4,
    };
    Some(format!("illegal base64 data at input byte {at}"))
}

/// The parts of a time: how many digits, what stands after them, and how Go's layout names them.
const TIME_PARTS: [(usize, &str, &str); 6] =
    [(4, "-", "2006"), (2, "-", "01"), (2, "T", "02"), (2, ":", "15"), (2, ":", "04"), (2, "", "05")];

fn time(text: &str, layout: &str) -> Option<String> {
    if text.parse::<Timestamp>().is_ok() {
        return None;
    }
    let cannot = |rest: &str, part: &str| {
        Some(format!("parsing time \"{text}\" as \"{layout}\": cannot parse \"{rest}\" as \"{part}\""))
    };
    let mut rest = text;
    for (digits, mark, part) in TIME_PARTS {
        let read = rest.bytes().take(digits).take_while(u8::is_ascii_digit).count();
        if read < digits {
            return cannot(rest, part);
        }
        rest = &rest[digits..];
        match rest.strip_prefix(mark) {
            Some(after) => rest = after,
            None => return cannot(rest, mark),
        }
    }
    cannot(rest, "Z07:00")
}
