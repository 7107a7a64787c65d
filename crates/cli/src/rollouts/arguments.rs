//! Values of flags, with the words in which Go refuses them. A leaf module.

use api::GoDuration;
use std::time::Duration;

/// A whole number.
pub(super) fn integer(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))
}

/// A duration.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    GoDuration::parse_go(text).map(GoDuration::to_std).map_err(|_| wrong_duration(text))
}

fn wrong_duration(text: &str) -> String {
    let is_number = |character: char| character.is_ascii_digit() || character == '.';
    let number = text.trim_start_matches(['+', '-']);
    let rest = number.trim_start_matches(is_number);
    let unit: String = rest.chars().take_while(|character| !is_number(*character)).collect();
    match (number.starts_with(is_number), unit.as_str()) {
        (true, "") => format!("time: missing unit in duration {text:?}"),
        (true, unit) if !["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(&unit) => {
            format!("time: unknown unit {unit:?} in duration {text:?}")
        }
        _ => format!("time: invalid duration {text:?}"),
    }
}

/// The number of a port.
pub(super) fn port(text: &str) -> Result<u16, String> {
    let number = integer(text)?;
    u16::try_from(number).map_err(|_| format!("strconv.ParseInt: parsing {text:?}: value out of range"))
}

/// The signs of truth that Go knows.
pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_as_go_says_it() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5"), Err("time: missing unit in duration \"5\"".to_owned()));
        assert_eq!(duration("5y"), Err("time: unknown unit \"y\" in duration \"5y\"".to_owned()));
        assert_eq!(duration("soon"), Err("time: invalid duration \"soon\"".to_owned()));
        assert_eq!(port("x"), Err("strconv.ParseInt: parsing \"x\": invalid syntax".to_owned()));
        assert_eq!(truth("T"), Ok(true));
    }
}
