//! Anything to strings and numbers.

use crate::cast::{atoi, parse_int, to_float64, to_int64};
use crate::define::{row, strings};
use crate::print::{printed, to_strings, to_text};
use gotemplate::{Definition, Type, Value};

const ANY: Type = Type::Any;

pub(crate) const TABLE: &[Definition] = &[
    row("toString", &[ANY], Type::String, |call, args| Ok(to_text(call, args.any(0))?.into())),
    row("toStrings", &[ANY], Type::STRINGS, |call, args| Ok(strings(to_strings(call, args.any(0))?))),
    row("atoi", &[Type::String], Type::INT, |_, args| Ok(Value::int(args.text(0).as_str().map_or(0, atoi)))),
    row("int", &[ANY], Type::INT, |_, args| Ok(Value::int(to_int64(args.any(0))))),
    row("int64", &[ANY], Type::INT64, |_, args| Ok(Value::int64(to_int64(args.any(0))))),
    row("float64", &[ANY], Type::Float64, |_, args| Ok(Value::Float(to_float64(args.any(0))))),
    // Compat: named for what it gives; what it takes is read as octal.
    row("toDecimal", &[ANY], Type::INT64, |call, args| {
        let text = printed(call, args.any(0))?;
        Ok(Value::int64(text.as_str().and_then(|text| parse_int(text, 8)).unwrap_or(0)))
    }),
];
