//! Short forms for writing function tables, and what all bodies share.

use gotemplate::{Definition, FuncError, Plain, Signature, Type, Value};

/// What a function's body gives.
pub(crate) type Outcome = Result<Value, FuncError>;

/// What Go says when a function looks into nil.
pub(crate) const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// A row: `func(params…) returns`.
pub(crate) const fn row(name: &'static str, params: &'static [Type], returns: Type, body: Plain) -> Definition {
    Definition { name, signature: Signature::new(params, returns), body }
}

/// A row: `func(params…, rest…) returns`.
pub(crate) const fn rows(
    name: &'static str,
    params: &'static [Type],
    rest: Type,
    returns: Type,
    body: Plain,
) -> Definition {
    Definition { name, signature: Signature::variadic(params, rest, returns), body }
}

/// `[]string` made of byte strings.
pub(crate) fn strings(parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Value {
    Value::strings(parts.into_iter().map(|part| gotemplate::Text::copy_of(part.as_ref())))
}

/// A string made of bytes.
pub(crate) fn bytes(bytes: impl Into<Vec<u8>>) -> Value {
    Value::Str(gotemplate::Text::from_bytes(bytes.into()))
}
