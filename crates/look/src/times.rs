//! Times that people read: how long ago, with the moment on hover. They go on in the page. A leaf module.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

/// How long ago something was.
#[must_use]
pub fn ago(time: Timestamp, now: Timestamp) -> Markup {
    let moment = format!("{time:.0}");
    html! { time datetime=(moment) title=(moment) data-clock="ago" { (words(now.duration_since(time))) } }
}

/// How long until something is.
#[must_use]
pub fn until(time: Timestamp, now: Timestamp) -> Markup {
    let moment = format!("{time:.0}");
    html! { time datetime=(moment) title=(moment) data-clock="until" { (words(time.duration_since(now))) } }
}

/// A duration in one or two units. The script says it in the same words.
#[must_use]
pub fn words(duration: SignedDuration) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let seconds = duration.as_secs().max(0);
    let two = |number: i64, unit: &str, rest: i64, small: &str| match rest {
        0 => format!("{number} {unit}"),
        rest => format!("{number} {unit} {rest} {small}"),
    };
    match seconds {
        0..MINUTE => format!("{seconds} s"),
        MINUTE..600 => two(seconds / MINUTE, "min", seconds % MINUTE, "s"),
        600..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "min"),
        _ => two(seconds / DAY, "d", seconds % DAY / HOUR, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        let said = |seconds| words(SignedDuration::from_secs(seconds));
        let all = [-5, 0, 59, 60, 61, 599, 600, 3_599, 3_600, 3_660, 86_400, 90_000].map(said);
        let expected = [
            "0 s",
            "0 s",
            "59 s",
            "1 min",
            "1 min 1 s",
            "9 min 59 s",
            "10 min",
            "59 min",
            "1 h",
            "1 h 1 min",
            "1 d",
            "1 d 1 h",
        ];
        assert_eq!(all, expected.map(str::to_owned));
    }
}
