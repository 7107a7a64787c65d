//! `include` and `tpl`: templates inside of templates, as text.

use gotemplate::{
    Args, Call, FuncError, FuncMap, Function, Render, RenderFailure, Signature, Target, Text, Type, Value,
};
use std::collections::BTreeMap;

/// How often one name may be included inside of itself.
const INCLUDES_MAX: u32 = 1000;

/// What a text given to `tpl` is called in messages.
const TPL_NAME: &str = "gotpl";

/// What Go writes for a value that is not there; Helm takes it out of every result.
pub(crate) const NO_VALUE: &str = "<no value>";

/// How often each name is being included at the moment.
#[derive(Default)]
struct Nested(BTreeMap<Text, u32>);

pub(super) fn add(functions: &mut FuncMap) {
    const INCLUDE: Signature = Signature::new(&[Type::String, Type::Any], Type::String);
    functions.insert("include", Function::render(INCLUDE, include));
    functions.insert("tpl", Function::render(INCLUDE, tpl));
}

fn include(call: &mut Call<'_>, args: Args<'_>) -> Result<Render, FuncError> {
    let name = args.text(0);
    let nested = call.state::<Nested>().0.entry(name.clone()).or_default();
    if *nested > INCLUDES_MAX {
        let told = format!("rendering template has a nested reference name: {name}: unable to execute template");
        return Err(told.into());
    }
    *nested += 1;
    let key = name.clone();
    Ok(Render {
        target: Target::Named(name),
        data: args.any(1).clone(),
        then: Box::new(move |call, outcome: Result<Text, RenderFailure>| {
            if let Some(nested) = call.state::<Nested>().0.get_mut(&key) {
                *nested = nested.saturating_sub(1);
            }
            outcome.map(Value::Str).map_err(|failure| FuncError::Message(failure.to_string()))
        }),
    })
}

fn tpl(_: &mut Call<'_>, args: Args<'_>) -> Result<Render, FuncError> {
    let text = args.text(0);
    let source = text.clone();
    Ok(Render {
        target: Target::Source { name: Text::from(TPL_NAME), text },
        data: args.any(1).clone(),
        then: Box::new(move |_, outcome: Result<Text, RenderFailure>| match outcome {
            Ok(text) => Ok(Value::Str(without_no_value(text))),
            Err(failure) => Err(told(&source, &failure).into()),
        }),
    })
}

fn told(source: &Text, failure: &RenderFailure) -> String {
    let source = gotemplate::quote(source.as_bytes());
    match failure {
        RenderFailure::Parse(message) => format!("cannot parse template {source}: {message}"),
        RenderFailure::Missing(message) | RenderFailure::Execute(message) => {
            format!("error during tpl function execution for {source}: {message}")
        }
    }
}

/// Takes Go's `<no value>` out.
fn without_no_value(text: Text) -> Text {
    let Some(utf8) = text.as_str() else {
        return Text::from_bytes(without_no_value_bytes(text.as_bytes()));
    };
    if utf8.contains(NO_VALUE) { Text::from(utf8.replace(NO_VALUE, "")) } else { text }
}

/// As [`without_no_value`], of a whole file, with U+FFFD in place of what is no UTF-8 in it.
pub(crate) fn without_no_value_anywhere(text: Vec<u8>) -> String {
    match String::from_utf8(text) {
        Ok(utf8) if utf8.contains(NO_VALUE) => utf8.replace(NO_VALUE, ""),
        Ok(mut utf8) => {
            utf8.shrink_to_fit();
            utf8
        }
        Err(raw) => String::from_utf8_lossy(&without_no_value_bytes(raw.as_bytes())).into_owned(),
    }
}

fn without_no_value_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(NO_VALUE.as_bytes()) {
            rest = behind;
        } else {
            kept.push(rest[0]);
            rest = &rest[1..];
        }
    }
    kept
}
