//! Functions that expressions may call, made of Rust's. A leaf module.

use expr::{Calling, Function, Signature, Type, Value};

/// A function of expressions.
pub(crate) fn function(
    parameters: &[Type],
    returns: Type,
    body: impl Fn(&[Value]) -> Result<Value, String> + Send + Sync + 'static,
) -> Value {
    Value::Function(Function::new(Signature::new(parameters, returns), Calling::Reflected, body))
}

/// The bytes of a text argument.
pub(crate) fn bytes(arguments: &[Value], at: usize) -> Vec<u8> {
    match arguments.get(at) {
        Some(Value::String(text)) => text.as_bytes().to_vec(),
        _ => Vec::new(),
    }
}

/// A text as a value.
pub(crate) fn text(bytes: Vec<u8>) -> Value {
    Value::String(gotemplate::Text::from_bytes(bytes))
}
