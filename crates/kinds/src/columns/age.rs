//! How long ago, in the words of kubectl.

use crate::read;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// The age of an object; `<unknown>` when it does not say when it was created.
#[must_use]
pub fn age(object: &Value, now: Timestamp) -> String {
    since(read::at(read::at(object, "metadata"), "creationTimestamp"), now)
}

/// How long ago a time was; `<unknown>` when there is none.
pub fn since(time: &Value, now: Timestamp) -> String {
    match parse(time) {
        Some(time) => human_duration(now.duration_since(time)),
        None => "<unknown>".to_owned(),
    }
}

/// The time a value holds.
pub fn parse(time: &Value) -> Option<Timestamp> {
    time.as_str()?.parse().ok()
}

/// A duration in at most two units, coarser the longer it is.
#[must_use]
pub fn human_duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let two = |large: i64, small: i64, units: (&str, &str)| match small {
        0 => format!("{large}{}", units.0),
        small => format!("{large}{}{small}{}", units.0, units.1),
    };
    match seconds {
        i64::MIN..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        120..600 => two(seconds / MINUTE, seconds % MINUTE, ("m", "s")),
        600..10_800 => format!("{}m", seconds / MINUTE),
        10_800..28_800 => two(seconds / HOUR, seconds % HOUR / MINUTE, ("h", "m")),
        28_800..172_800 => format!("{}h", seconds / HOUR),
        _ if seconds < 8 * DAY => two(seconds / DAY, seconds % DAY / HOUR, ("d", "h")),
        _ if seconds < 2 * YEAR => format!("{}d", seconds / DAY),
        _ if seconds < 8 * YEAR => two(seconds / YEAR, seconds % YEAR / DAY, ("y", "d")),
        _ => format!("{}y", seconds / YEAR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_kubectl_writes_them() {
        let cases = [
            (-5, "<invalid>"),
            (-1, "0s"),
            (5, "5s"),
            (119, "119s"),
            (120, "2m"),
            (182, "3m2s"),
            (600, "10m"),
            (10_799, "179m"),
            (3 * HOUR, "3h"),
            (3 * HOUR + 61, "3h1m"),
            (9 * HOUR + 61, "9h"),
            (2 * DAY, "2d"),
            (2 * DAY + 3 * HOUR, "2d3h"),
            (9 * DAY + HOUR, "9d"),
            (800 * DAY, "2y70d"),
            (9 * YEAR, "9y"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(human_duration(SignedDuration::from_secs(seconds)), expected, "{seconds}");
        }
    }
}
