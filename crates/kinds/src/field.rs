//! Where in an object a problem is and what it is, in Kubernetes' own words and classes. Everything that validates
//! writes into [`Errors`]; start at [`Path`].

use serde_json::Value;
use std::fmt;

/// The place of a field, `spec.ports[0].name`, kept as a chain on the stack and written out only when something is
/// wrong there.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    /// A field of the object itself.
    #[must_use]
    pub const fn root(name: &'a str) -> Self {
        Path { parent: None, step: Step::Field(name) }
    }

    /// A field below this one.
    #[must_use]
    pub const fn child<'b>(&'b self, name: &'b str) -> Path<'b> {
        Path { parent: Some(self), step: Step::Field(name) }
    }

    /// An item of the list at this place.
    #[must_use]
    pub const fn index(&self, index: usize) -> Path<'_> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// An entry of the map at this place.
    #[must_use]
    pub const fn key<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}")?;
        }
        match self.step {
            Step::Field(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Field(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// The classes of field errors, as clients match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldErrorKind {
    /// Something it refers to is not there.
    NotFound,
    /// It must be given.
    Required,
    /// It must be unique.
    Duplicate,
    /// Its value is wrong.
    Invalid,
    /// It must be one of a list.
    NotSupported,
    /// It may not be given here.
    Forbidden,
    /// It is too long.
    TooLong,
    /// It has too many items.
    TooMany,
    /// It is of another type.
    TypeInvalid,
    /// The check itself failed.
    Internal,
}

impl FieldErrorKind {
    /// How the message begins.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            FieldErrorKind::NotFound => "Not found",
            FieldErrorKind::Required => "Required value",
            FieldErrorKind::Duplicate => "Duplicate value",
            FieldErrorKind::Invalid | FieldErrorKind::TypeInvalid => "Invalid value",
            FieldErrorKind::NotSupported => "Unsupported value",
            FieldErrorKind::Forbidden => "Forbidden",
            FieldErrorKind::TooLong => "Too long",
            FieldErrorKind::TooMany => "Too many",
            FieldErrorKind::Internal => "Internal error",
        }
    }

    /// The `reason` of a cause in a `Status`.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            FieldErrorKind::NotFound => "FieldValueNotFound",
            FieldErrorKind::Required => "FieldValueRequired",
            FieldErrorKind::Duplicate => "FieldValueDuplicate",
            FieldErrorKind::Invalid => "FieldValueInvalid",
            FieldErrorKind::NotSupported => "FieldValueNotSupported",
            FieldErrorKind::Forbidden => "FieldValueForbidden",
            FieldErrorKind::TooLong => "FieldValueTooLong",
            FieldErrorKind::TooMany => "FieldValueTooMany",
            FieldErrorKind::TypeInvalid => "FieldValueTypeInvalid",
            FieldErrorKind::Internal => "InternalError",
        }
    }
}

/// One problem with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its class.
    pub kind: FieldErrorKind,
    /// Where, written out.
    pub field: String,
    /// The offending value as it is shown; `None` where the class shows none.
    pub value: Option<String>,
    /// What would be right; may be empty.
    pub detail: String,
}

impl FieldError {
    /// The `reason` of the cause.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.kind.reason()
    }

    /// The message without the field: `Invalid value: -1: must be greater than or equal to 0`.
    #[must_use]
    pub fn message(&self) -> String {
        let mut text = self.kind.title().to_owned();
        if let Some(value) = &self.value {
            text.push_str(": ");
            text.push_str(value);
        }
        if !self.detail.is_empty() {
            text.push_str(": ");
            text.push_str(&self.detail);
        }
        text
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message())
    }
}

/// All problems of one object, in the order in which they were found.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// The problems.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many were found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds one that was made elsewhere.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    fn add(&mut self, kind: FieldErrorKind, path: &Path<'_>, value: Option<String>, detail: impl Into<String>) {
        self.0.push(FieldError { kind, field: path.to_string(), value, detail: detail.into() });
    }

    /// It must be given.
    pub fn required(&mut self, path: &Path<'_>, detail: impl Into<String>) {
        self.add(FieldErrorKind::Required, path, None, detail);
    }

    /// The value, shown as JSON with text quoted, is wrong.
    pub fn invalid(&mut self, path: &Path<'_>, value: &Value, detail: impl Into<String>) {
        self.add(FieldErrorKind::Invalid, path, Some(shown(value)), detail);
    }

    /// The text is wrong.
    pub fn invalid_text(&mut self, path: &Path<'_>, value: &str, detail: impl Into<String>) {
        self.add(FieldErrorKind::Invalid, path, Some(quoted(value)), detail);
    }

    /// The number is wrong.
    pub fn invalid_number(&mut self, path: &Path<'_>, value: i64, detail: impl Into<String>) {
        self.add(FieldErrorKind::Invalid, path, Some(value.to_string()), detail);
    }

    /// The value, shown in the form given, is wrong.
    pub fn invalid_shown(&mut self, path: &Path<'_>, shown: impl Into<String>, detail: impl Into<String>) {
        self.add(FieldErrorKind::Invalid, path, Some(shown.into()), detail);
    }

    /// Something is wrong here that no single value shows.
    pub fn invalid_without_value(&mut self, path: &Path<'_>, detail: impl Into<String>) {
        self.add(FieldErrorKind::Invalid, path, None, detail);
    }

    /// The text is none of those that may stand here.
    pub fn not_supported(&mut self, path: &Path<'_>, value: &str, supported: &[&str]) {
        self.not_supported_shown(path, quoted(value), supported);
    }

    /// The value, shown in the form given, is none of those that may stand here.
    pub fn not_supported_shown(&mut self, path: &Path<'_>, shown: impl Into<String>, supported: &[&str]) {
        let names: Vec<String> = supported.iter().map(|name| quoted(name)).collect();
        let detail = if names.is_empty() { String::new() } else { format!("supported values: {}", names.join(", ")) };
        self.add(FieldErrorKind::NotSupported, path, Some(shown.into()), detail);
    }

    /// It may not be given here.
    pub fn forbidden(&mut self, path: &Path<'_>, detail: impl Into<String>) {
        self.add(FieldErrorKind::Forbidden, path, None, detail);
    }

    /// It was given before.
    pub fn duplicate(&mut self, path: &Path<'_>, value: &Value) {
        self.add(FieldErrorKind::Duplicate, path, Some(shown(value)), "");
    }

    /// The value, shown in the form given, was given before.
    pub fn duplicate_shown(&mut self, path: &Path<'_>, shown: impl Into<String>) {
        self.add(FieldErrorKind::Duplicate, path, Some(shown.into()), "");
    }

    /// What it refers to is not there.
    pub fn not_found(&mut self, path: &Path<'_>, value: &str) {
        self.add(FieldErrorKind::NotFound, path, Some(quoted(value)), "");
    }

    /// It is longer than `bytes_max`.
    pub fn too_long(&mut self, path: &Path<'_>, bytes_max: usize) {
        self.add(FieldErrorKind::TooLong, path, None, format!("may not be more than {bytes_max} bytes"));
    }

    /// It has more than `items_max` items.
    pub fn too_many(&mut self, path: &Path<'_>, items: usize, items_max: usize) {
        let detail = format!("must have at most {items_max} {}", if items_max == 1 { "item" } else { "items" });
        self.add(FieldErrorKind::TooMany, path, Some(items.to_string()), detail);
    }
}

/// A value as Kubernetes shows it in messages.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Text in double quotes with Go's escapes.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The problems in one sentence, as the message of a `Status` lists them: one alone, several in brackets.
#[must_use]
pub fn aggregate(errors: &[FieldError]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for error in errors {
        let text = error.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    match texts.as_slice() {
        [one] => one.clone(),
        _ => format!("[{}]", texts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn problems_read_as_kubernetes_writes_them() {
        let spec = Path::root("spec");
        let ports = spec.child("ports");
        let mut errors = Errors::default();
        errors.required(&ports.index(1).child("name"), "");
        errors.invalid(&spec.child("replicas"), &json!(-1), "must be greater than or equal to 0");
        errors.not_supported(&spec.child("type"), "X", &["A", "B"]);
        let errors = errors.into_vec();
        assert_eq!(
            aggregate(&errors),
            "[spec.ports[1].name: Required value, spec.replicas: Invalid value: -1: must be greater than or equal to 0, \
             spec.type: Unsupported value: \"X\": supported values: \"A\", \"B\"]"
        );
        assert_eq!(aggregate(&errors[..1]), "spec.ports[1].name: Required value");
    }
}
