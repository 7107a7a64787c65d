//! Times as Kubernetes writes them: RFC 3339, UTC, whole seconds.

use crate::wire::{Shape, Shaped};
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A time on the wire. Fractions of a second are dropped when it is made, so that what is written compares equal to
/// what is read back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Time(Timestamp);

impl Time {
    /// The time without its fraction of a second.
    #[must_use]
    pub fn new(timestamp: Timestamp) -> Self {
        let rounding = jiff::TimestampRound::new().smallest(Unit::Second).mode(jiff::RoundMode::Floor);
        Time(timestamp.round(rounding).unwrap_or(timestamp))
    }

    /// The point in time.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Time::new(timestamp)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0}", self.0)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Time::new)
    }
}

impl Shaped for Time {
    fn shape() -> Shape {
        Shape::Time
    }
    fn is_zero(&self) -> bool {
        *self == Time::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_seconds_are_written() {
        let time: Time = serde_json::from_str("\"2026-01-02T03:04:05.678+01:00\"").expect("a time");
        assert_eq!(serde_json::to_string(&time).expect("text"), "\"2026-01-02T02:04:05Z\"");
    }
}
