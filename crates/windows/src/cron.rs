//! Five-field cron schedules, as robfig/cron reads them: names, ranges, steps, `?`, and days of month and week that
//! both count when both are named.

use jiff::civil::DateTime;
use jiff::{Span, ToSpan};

/// The years a schedule is searched for; 29 February on a given weekday comes round within 28, robfig gives up at five.
const YEARS_MAX: i16 = 5;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: u64,
    hours: u64,
    days: Days,
    months: u64,
    weekdays: Days,
}

/// The days of one field, and whether it was a star.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Days {
    bits: u64,
    is_star: bool,
}

/// Why a schedule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// It has more or fewer than five fields.
    #[error("expected exactly 5 fields, found {found}: {schedule:?}")]
    Fields {
        /// How many it has.
        found: usize,
        /// The schedule.
        schedule: String,
    },
    /// A field holds what it cannot.
    #[error("{field}: {part:?} is no number, name, range or step between {low} and {high}")]
    Part {
        /// Which field.
        field: &'static str,
        /// The part of it.
        part: String,
        /// The least value.
        low: u8,
        /// The greatest value.
        high: u8,
    },
}

struct Field {
    name: &'static str,
    low: u8,
    high: u8,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", low: 0, high: 59, names: &[] },
    Field { name: "hour", low: 0, high: 23, names: &[] },
    Field { name: "day of month", low: 1, high: 31, names: &[] },
    Field { name: "month", low: 1, high: 12, names: &MONTHS },
    Field { name: "day of week", low: 0, high: 6, names: &WEEKDAYS },
];

impl Cron {
    /// Reads a schedule.
    ///
    /// # Errors
    /// Names the field and the part of it that cannot be read.
    pub fn parse(schedule: &str) -> Result<Self, CronError> {
        let texts: Vec<&str> = schedule.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = texts[..] else {
            return Err(CronError::Fields { found: texts.len(), schedule: schedule.to_owned() });
        };
        let days = |text: &str, field: &Field| {
            let (bits, is_star) = field.parse(text)?;
            Ok(Days { bits, is_star })
        };
        Ok(Cron {
            minutes: FIELDS[0].parse(minute)?.0,
            hours: FIELDS[1].parse(hour)?.0,
            days: days(day, &FIELDS[2])?,
            months: FIELDS[3].parse(month)?.0,
            weekdays: days(weekday, &FIELDS[4])?,
        })
    }

    /// The first time of the schedule after `after`; `None` when there is none within five years.
    #[must_use]
    pub fn next(&self, after: DateTime) -> Option<DateTime> {
        let limit = after.checked_add(Span::new().years(YEARS_MAX)).ok()?;
        let mut at = after.with().second(0).subsec_nanosecond(0).build().ok()?.checked_add(1.minute()).ok()?;
        while at <= limit {
            if !has(self.months, at.month()) {
                at = at.date().first_of_month().checked_add(1.month()).ok()?.at(0, 0, 0, 0);
            } else if !self.has_day(at) {
                at = at.date().tomorrow().ok()?.at(0, 0, 0, 0);
            } else if !has(self.hours, at.hour()) {
                at = at.with().minute(0).build().ok()?.checked_add(1.hour()).ok()?;
            } else if !has(self.minutes, at.minute()) {
                at = at.checked_add(1.minute()).ok()?;
            } else {
                return Some(at);
            }
        }
        None
    }

    // Compat: with a star in either field both must match, otherwise one is enough.
    fn has_day(&self, at: DateTime) -> bool {
        let day = has(self.days.bits, at.day());
        let weekday = has(self.weekdays.bits, at.weekday().to_sunday_zero_offset());
        if self.days.is_star || self.weekdays.is_star { day && weekday } else { day || weekday }
    }
}

fn has(bits: u64, place: i8) -> bool {
    u32::try_from(place).is_ok_and(|place| bits & (1 << place) != 0)
}

impl Field {
    /// The values of a field as bits, and whether any part of it was a star.
    fn parse(&self, text: &str) -> Result<(u64, bool), CronError> {
        let mut bits = 0;
        let mut is_star = false;
        for part in text.split(',') {
            let (own, star) = self.part(part).ok_or_else(|| CronError::Part {
                field: self.name,
                part: part.to_owned(),
                low: self.low,
                high: self.high,
            })?;
            bits |= own;
            is_star |= star;
        }
        Ok((bits, is_star))
    }

    fn part(&self, part: &str) -> Option<(u64, bool)> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u8>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let is_any = matches!(range, "*" | "?");
        let (low, high) = match range.split_once('-') {
            _ if is_any => (self.low, self.high),
            Some((low, high)) => (self.value(low)?, self.value(high)?),
            None => {
                let low = self.value(range)?;
                // Compat: a step after a single value goes on to the end of the field.
                (low, if step.is_some() { self.high } else { low })
            }
        };
        if low < self.low || high > self.high || low > high {
            return None;
        }
        let step = step.unwrap_or(1);
        let bits = (low..=high).step_by(usize::from(step)).fold(0, |bits, value| bits | (1_u64 << value));
        // Compat: a star with a step above one counts as named days.
        Some((bits, is_any && step == 1))
    }

    fn value(&self, text: &str) -> Option<u8> {
        let lower = text.to_lowercase();
        match self.names.iter().position(|name| *name == lower) {
            Some(place) => Some(self.low + u8::try_from(place).ok()?),
            None => text.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, after: &str) -> String {
        let cron = Cron::parse(schedule).expect("a schedule");
        cron.next(after.parse().expect("a time")).map(|at| at.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_next_time_is_after_the_given_one() {
        for (schedule, after, expected) in [
            ("* * * * *", "2026-01-01T00:00:00", "2026-01-01T00:01:00"),
            ("0 22 * * *", "2026-01-01T22:00:00", "2026-01-02T22:00:00"),
            ("0 22 * * *", "2026-01-01T21:59:59", "2026-01-01T22:00:00"),
            ("*/15 9-17 * * mon-fri", "2026-01-02T17:45:00", "2026-01-05T09:00:00"),
            ("0 0 1 JAN ?", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
            ("5/20 3 * * *", "2026-01-01T03:05:00", "2026-01-01T03:25:00"),
            // days of month and week: either, when both are named
            ("0 0 13 * fri", "2026-01-02T00:00:00", "2026-01-09T00:00:00"),
            ("0 0 13 * *", "2026-01-02T00:00:00", "2026-01-13T00:00:00"),
            ("0 0 29 2 *", "2026-01-02T00:00:00", "2028-02-29T00:00:00"),
            ("0 0 30 2 *", "2026-01-02T00:00:00", ""),
            ("0 0 */2 * mon", "2026-01-02T00:00:00", "2026-01-03T00:00:00"),
        ] {
            assert_eq!(next(schedule, after), expected, "{schedule} after {after}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (schedule, named) in [
            ("* * * *", "expected exactly 5 fields, found 4"),
            ("@daily", "expected exactly 5 fields, found 1"),
            ("60 * * * *", "minute: \"60\""),
            ("* * * * 7", "day of week: \"7\""),
            ("* 5-3 * * *", "hour: \"5-3\""),
            ("*/0 * * * *", "minute: \"*/0\""),
            ("* * * foo *", "month: \"foo\""),
        ] {
            let error = Cron::parse(schedule).expect_err("an error").to_string();
            assert!(error.starts_with(named), "{error}");
        }
    }
}
