//! The instant itself and arithmetic on it.

use super::calendar::{Date, weekday};
use super::zone::{Offset, Zone};

/// Seconds from year 1, Go's zero time, to 1970.
const ZERO_UNIX: i64 = -62_135_596_800;
const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// An instant and the zone it is shown in: Go's `time.Time`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    seconds: i64,
    nanos: u32,
    zone: Zone,
}

/// What a clock in the time's zone shows.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub date: Date,
    pub year_day: i64,
    pub weekday: usize,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub offset: Offset,
}

impl Default for Time {
    /// Go's zero time: the first of January of year 1, UTC.
    fn default() -> Self {
        Time::from_unix(ZERO_UNIX, 0)
    }
}

impl Time {
    /// So many seconds and nanoseconds after 1970, in UTC. Nanoseconds may be negative or more than a second.
    #[must_use]
    pub fn from_unix(seconds: i64, nanos: i64) -> Time {
        let seconds = seconds.wrapping_add(nanos.div_euclid(NANOS_PER_SECOND));
        Time { seconds, nanos: nanos.rem_euclid(NANOS_PER_SECOND) as u32, zone: Zone::Utc }
    }

    /// The instant at which clocks in `zone` show a date and seconds of the day; month and day may be out of range.
    pub(super) fn of_date(date: (i64, i64, i64), second_of_day: i64, nanos: i64, zone: Zone) -> Time {
        let days = Date::days_of(date.0, date.1, date.2);
        let local = days.saturating_mul(86_400).saturating_add(second_of_day);
        let shown = Time::from_unix(local, nanos);
        Time { seconds: zone.unix_of(shown.seconds), nanos: shown.nanos, zone }
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn unix(&self) -> i64 {
        self.seconds
    }

    /// Nanoseconds within the second.
    #[must_use]
    pub fn nanosecond(&self) -> u32 {
        self.nanos
    }

    /// Nanoseconds since 1970, wrapping around as Go's do.
    #[must_use]
    pub fn unix_nanos(&self) -> i64 {
        self.seconds.wrapping_mul(NANOS_PER_SECOND).wrapping_add(i64::from(self.nanos))
    }

    /// Whether it is the zero time.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.seconds == ZERO_UNIX && self.nanos == 0
    }

    /// The same instant shown in another zone.
    #[must_use]
    pub fn shown_in(&self, zone: Zone) -> Time {
        Time { zone, ..self.clone() }
    }

    /// The zone it is shown in.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// So many nanoseconds later.
    #[must_use]
    pub fn plus(&self, nanos: i64) -> Time {
        let sum = i64::from(self.nanos) + nanos % NANOS_PER_SECOND;
        let moved = Time::from_unix(self.seconds.wrapping_add(nanos / NANOS_PER_SECOND), sum);
        moved.shown_in(self.zone.clone())
    }

    /// The duration from `earlier` to this, in nanoseconds, as far as 64 bits hold it.
    #[must_use]
    pub fn since(&self, earlier: &Time) -> i64 {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanos = seconds * i128::from(NANOS_PER_SECOND) + i128::from(self.nanos) - i128::from(earlier.nanos);
        nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// The order of instants, whatever zones they are shown in.
    #[must_use]
    pub fn compare(&self, other: &Time) -> std::cmp::Ordering {
        (self.seconds, self.nanos).cmp(&(other.seconds, other.nanos))
    }

    /// So many years, months and days later by the calendar of its zone; `31 February` runs over into March.
    #[must_use]
    pub fn plus_date(&self, years: i64, months: i64, days: i64) -> Time {
        let shown = self.shown();
        let date = (
            shown.date.year.saturating_add(years),
            i64::from(shown.date.month).saturating_add(months),
            i64::from(shown.date.day).saturating_add(days),
        );
        let second = shown.hour * 3600 + shown.minute * 60 + shown.second;
        Time::of_date(date, second, i64::from(self.nanos), self.zone.clone())
    }

    pub(crate) fn shown(&self) -> Shown {
        let offset = self.zone.at(self.seconds);
        let local = self.seconds.wrapping_add(offset.seconds);
        let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let date = Date::of_days(days);
        Shown {
            date,
            year_day: date.year_day(),
            weekday: weekday(days),
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
            offset,
        }
    }
}
