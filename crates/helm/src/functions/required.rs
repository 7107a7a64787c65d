//! `required` and `fail`: a chart's own refusals. A lint only tells of them.

use super::setting::Setting;
use gotemplate::{Args, Call, FuncError, FuncMap, Function, Signature, Text, Type, Value};

/// Around a message that is the user's own: what Helm shows without the chain of templates that led there.
pub(crate) const MESSAGE_BEGIN: &str = "HELM_ERR_START";
pub(crate) const MESSAGE_END: &str = "HELM_ERR_END";

/// What a lint was told instead of failing.
#[derive(Debug, Default)]
pub(crate) struct Told(pub(crate) Vec<Refusal>);

/// A refusal that a lint passes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// `required`, for nil and for an empty string.
    Missing { message: String, is_text: bool },
    /// `fail`.
    Fail(String),
}

pub(super) fn add(functions: &mut FuncMap) {
    functions.insert("required", Function::plain(Signature::new(&[Type::String, Type::Any], Type::Any), required));
    functions.insert("fail", Function::plain(Signature::new(&[Type::String], Type::String), fail));
}

fn required(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let value = args.any(1);
    let is_text = match value {
        Value::Nil | Value::NoValue => false,
        Value::Str(text) if text.is_empty() => true,
        present => return Ok(present.clone()),
    };
    let message = args.text(0);
    if call.state::<Setting>().is_lint {
        let message = message.to_string();
        call.state::<Told>().0.push(Refusal::Missing { message, is_text });
        return Ok(Value::text(""));
    }
    Err(wrapped(&message))
}

fn fail(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, FuncError> {
    let message = args.text(0);
    if call.state::<Setting>().is_lint {
        let message = message.to_string();
        call.state::<Told>().0.push(Refusal::Fail(message));
        return Ok(Value::text(""));
    }
    Err(wrapped(&message))
}

fn wrapped(message: &Text) -> FuncError {
    format!("{MESSAGE_BEGIN}{message}{MESSAGE_END}").into()
}
