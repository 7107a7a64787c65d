//! Values of flags, with the words in which Go refuses them. A leaf module.

use api::GoDuration;
use std::time::Duration;

/// A whole number.
pub(super) fn integer(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))
}

/// A duration.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    GoDuration::parse_go(text).map(GoDuration::to_std).map_err(|error| error.to_string())
}

/// The signs of truth that Go knows.
pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
    }
}
