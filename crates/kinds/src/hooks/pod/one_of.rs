//! Fields that take one of a few words.

use crate::field::{Errors, Path};

/// One of a list, and given.
pub fn one_of(path: &Path<'_>, text: &str, supported: &[&str], errors: &mut Errors) {
    if text.is_empty() {
        errors.required(path, "");
    } else if !supported.contains(&text) {
        errors.not_supported(path, text, supported);
    }
}
