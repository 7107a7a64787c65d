//! Which `type` of a `script` is read as JavaScript.

use super::scan::lower;

const TYPES: &[&str] = &[
    "",
    "application/ecmascript",
    "application/javascript",
    "application/json",
    "application/ld+json",
    "application/x-ecmascript",
    "application/x-javascript",
    "module",
    "text/ecmascript",
    "text/javascript",
    "text/javascript1.0",
    "text/javascript1.1",
    "text/javascript1.2",
    "text/javascript1.3",
    "text/javascript1.4",
    "text/javascript1.5",
    "text/jscript",
    "text/livescript",
    "text/x-ecmascript",
    "text/x-javascript",
];

/// Whether it is; its parameters do not matter.
pub(super) fn is_script(mime: &[u8]) -> bool {
    let name = mime.split(|byte| *byte == b';').next().unwrap_or_default();
    TYPES.contains(&lower(name).trim())
}
