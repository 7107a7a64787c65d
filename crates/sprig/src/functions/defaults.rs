//! Choosing between values, JSON, failing.

use crate::define::{Outcome, row, rows};
use crate::json::{self, Layout};
use gotemplate::{Args, Call, Definition, FuncError, Type, Value};

const ANY: Type = Type::Any;
const STR: Type = Type::String;

pub(crate) const TABLE: &[Definition] = &[
    rows("default", &[ANY], ANY, ANY, |_, args| {
        Ok(args.get(1).filter(|given| given.is_true()).unwrap_or(args.any(0)).clone())
    }),
    row("empty", &[ANY], Type::Bool, |_, args| Ok((!args.any(0).is_true()).into())),
    rows("coalesce", &[], ANY, ANY, |_, args| {
        Ok(args.iter().find(|value| value.is_true()).cloned().unwrap_or(Value::Nil))
    }),
    rows("all", &[], ANY, Type::Bool, |_, args| Ok(args.iter().all(Value::is_true).into())),
    rows("any", &[], ANY, Type::Bool, |_, args| Ok(args.iter().any(Value::is_true).into())),
    row("ternary", &[ANY, ANY, Type::Bool], ANY, |_, args| Ok(args.any(usize::from(!args.bool(2))).clone())),
    row("fail", &[STR], STR, |_, args| Err(FuncError::Message(args.text(0).to_str_lossy().into_owned()))),
    row("toJson", &[ANY], STR, |call, args| or_nothing(encoded(call, args, Layout::Compact))),
    row("mustToJson", &[ANY], STR, |call, args| encoded(call, args, Layout::Compact)),
    row("toPrettyJson", &[ANY], STR, |call, args| or_nothing(encoded(call, args, Layout::Pretty))),
    row("mustToPrettyJson", &[ANY], STR, |call, args| encoded(call, args, Layout::Pretty)),
    row("toRawJson", &[ANY], STR, |call, args| encoded(call, args, Layout::Raw)),
    row("mustToRawJson", &[ANY], STR, |call, args| encoded(call, args, Layout::Raw)),
    row("fromJson", &[STR], ANY, |call, args| Ok(json::decode(args.bytes(0), call.budget)?.value)),
    row("mustFromJson", &[STR], ANY, |call, args| {
        let decoded = json::decode(args.bytes(0), call.budget)?;
        decoded.error.map_or(Ok(decoded.value), |error| Err(error.into()))
    }),
];

fn encoded(call: &mut Call<'_>, args: Args<'_>, layout: Layout) -> Outcome {
    Ok(json::encode(args.any(0), layout, call.budget)?.into())
}

/// `toJson` gives an empty string for what has no JSON form.
fn or_nothing(outcome: Outcome) -> Outcome {
    match outcome {
        Err(FuncError::Message(_)) => Ok("".into()),
        other => other,
    }
}
