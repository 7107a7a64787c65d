//! Cron schedules: when one falls due next. Assumption: the API server has checked that they can be read.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::time::Duration;

/// Days looked ahead: a schedule that names no day within five years, such as 30 February, never falls due.
const DAYS_MAX: usize = 5 * 366;

/// A schedule in a time zone.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    times: Times,
    zone: TimeZone,
}

#[derive(Debug, Clone)]
enum Times {
    /// At the times that all fields name.
    Fields { minutes: Set, hours: Set, days: Set, months: Set, weekdays: Set },
    /// Every so often.
    Every(Duration),
}

/// Numbers a field names, as bits; `is_any` when it is a star.
#[derive(Debug, Clone, Copy)]
struct Set {
    bits: u64,
    is_any: bool,
}

impl Set {
    fn has(self, number: i8) -> bool {
        u32::try_from(number).is_ok_and(|number| self.bits & (1 << number) != 0)
    }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Schedule {
    /// Reads a schedule; its own time zone, when it names one, comes before `zone`.
    pub(super) fn parse(text: &str, zone: &str) -> Option<Self> {
        let (named, rest) = match text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ=")) {
            Some(after) => after.split_once(' ').map(|(zone, rest)| (zone, rest.trim()))?,
            None => (zone, text.trim()),
        };
        let zone = if named.is_empty() { TimeZone::UTC } else { TimeZone::get(named).ok()? };
        let fields = match rest {
            "@yearly" | "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" | "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            other => match other.strip_prefix("@every ") {
                Some(duration) => {
                    let every = duration.parse::<SignedDuration>().ok()?;
                    return Some(Schedule { times: Times::Every(Duration::try_from(every).ok()?), zone });
                }
                None => other,
            },
        };
        let parts: Vec<&str> = fields.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = parts.as_slice() else { return None };
        let times = Times::Fields {
            minutes: set(minutes, 0, 59, &[])?,
            hours: set(hours, 0, 23, &[])?,
            days: set(days, 1, 31, &[])?,
            months: set(months, 1, 12, &MONTHS)?,
            weekdays: set(weekdays, 0, 6, &DAYS)?,
        };
        Some(Schedule { times, zone })
    }

    /// The first time after `time`.
    pub(super) fn next(&self, time: Timestamp) -> Option<Timestamp> {
        let Times::Fields { minutes, hours, days, months, weekdays } = &self.times else {
            let Times::Every(every) = self.times else { return None };
            return time.checked_add(SignedDuration::try_from(every.max(Duration::from_secs(1))).ok()?).ok();
        };
        let local = time.to_zoned(self.zone.clone()).datetime();
        let after = local.checked_add(1.minute()).ok()?.with().second(0).subsec_nanosecond(0).build().ok()?;
        let mut date = after.date();
        for ahead in 0..DAYS_MAX {
            let by_day = days.has(date.day());
            let by_weekday = weekdays.has(date.weekday().to_sunday_zero_offset());
            // Where both are given either will do.
            let fits = if days.is_any || weekdays.is_any { by_day && by_weekday } else { by_day || by_weekday };
            if fits && months.has(date.month()) {
                let from = if ahead == 0 { (after.hour(), after.minute()) } else { (0, 0) };
                let found = times_of_day(*hours, *minutes, from).find_map(|(hour, minute)| {
                    self.instant(date.at(hour, minute, 0, 0)).filter(|instant| *instant > time)
                });
                if found.is_some() {
                    return found;
                }
            }
            date = date.checked_add(1.day()).ok()?;
        }
        None
    }

    /// The instant of a local time; `None` for one that daylight saving skips.
    fn instant(&self, local: DateTime) -> Option<Timestamp> {
        let zoned = local.to_zoned(self.zone.clone()).ok()?;
        (zoned.datetime() == local).then(|| zoned.timestamp())
    }
}

fn times_of_day(hours: Set, minutes: Set, from: (i8, i8)) -> impl Iterator<Item = (i8, i8)> {
    let all = (0..24).flat_map(|hour| (0..60).map(move |minute| (hour, minute)));
    all.filter(move |(hour, minute)| hours.has(*hour) && minutes.has(*minute) && (*hour, *minute) >= from)
}

fn set(text: &str, min: u32, max: u32, names: &[&str]) -> Option<Set> {
    let mut bits = 0_u64;
    let mut is_any = false;
    for range in text.split(',') {
        let (range, step) = range.split_once('/').map_or((range, None), |(range, step)| (range, Some(step)));
        let number = |text: &str| {
            let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
            named.map_or_else(|| text.parse().ok(), |place| Some(u32::try_from(place).ok()? + min))
        };
        let (start, end) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => {
                is_any |= step.is_none();
                (min, max)
            }
            Some((start, end)) => (number(start)?, number(end)?),
            None => (number(range)?, if step.is_some() { max } else { number(range)? }),
        };
        let step = step.map_or(Some(1), |step| step.parse::<usize>().ok())?.max(1);
        (start..=end.min(max)).step_by(step).for_each(|number| bits |= 1 << number);
    }
    Some(Set { bits, is_any })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_fall_due_when_cron_says() {
        let cases = [
            ("*/5 * * * *", "", "2026-01-01T00:00:00Z", Some("2026-01-01T00:05:00Z")),
            ("0 0 * * *", "", "2026-01-01T00:00:00Z", Some("2026-01-02T00:00:00Z")),
            ("30 4 1,15 * 5", "", "2026-01-02T05:00:00Z", Some("2026-01-09T04:30:00Z")),
            ("0 12 * * mon-fri", "", "2026-01-02T13:00:00Z", Some("2026-01-05T12:00:00Z")),
            ("@monthly", "", "2026-01-31T23:59:59Z", Some("2026-02-01T00:00:00Z")),
            ("@every 90s", "", "2026-01-01T00:00:00Z", Some("2026-01-01T00:01:30Z")),
            ("0 9 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z", Some("2026-07-01T07:00:00Z")),
            ("CRON_TZ=America/New_York 0 9 * * *", "", "2026-01-01T00:00:00Z", Some("2026-01-01T14:00:00Z")),
            ("0 0 30 2 *", "", "2026-01-01T00:00:00Z", None),
        ];
        for (text, zone, from, expected) in cases {
            let schedule = Schedule::parse(text, zone).expect("a schedule");
            let next = schedule.next(from.parse().expect("a time"));
            assert_eq!(next.map(|next| next.to_string()).as_deref(), expected, "{text}");
        }
    }
}
