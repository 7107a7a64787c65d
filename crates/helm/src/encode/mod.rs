//! Values to text: YAML as `sigs.k8s.io/yaml` writes it, base64.

mod plain;

pub(crate) use plain::{EncodeError, Floats, plain};

use base64::Engine as _;
use budget::{Budget, Exceeded};
use gotemplate::Value;

/// A YAML document, with its newline at the end; empty when the value has no such form.
pub(crate) fn yaml_document(value: &Value, budget: &mut Budget) -> Result<String, Exceeded> {
    match yaml_or_error(value, budget) {
        Ok(text) => Ok(text),
        Err(EncodeError::Unsupported(_)) => Ok(String::new()),
        Err(EncodeError::Limit(exceeded)) => Err(exceeded),
    }
}

/// A YAML document, with its newline at the end.
pub(crate) fn yaml_or_error(value: &Value, budget: &mut Budget) -> Result<String, EncodeError> {
    let text = yaml::emit(&plain(value, Floats::ThroughJson, budget)?);
    budget.take_bytes(text.len() as u64)?;
    Ok(text)
}

/// A YAML document with indented sequences and without folded lines.
pub(crate) fn pretty(value: &Value, budget: &mut Budget) -> Result<String, EncodeError> {
    Ok(yaml::emit_pretty(&plain(value, Floats::Kept, budget)?))
}

/// Without one newline at the end.
pub(crate) fn trimmed(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

pub(crate) fn base64(data: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(data)
}
