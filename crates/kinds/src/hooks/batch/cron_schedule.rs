//! Schedules of cron jobs and their time zones, checked as the cron library of Kubernetes reads them.

use crate::field::{Errors, Path};

/// One of the five fields: its bounds and the names it takes.
struct Field {
    min: u32,
    max: u32,
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: [Field; 5] = [
    Field { min: 0, max: 59, names: &[] },
    Field { min: 0, max: 23, names: &[] },
    Field { min: 1, max: 31, names: &[] },
    Field { min: 1, max: 12, names: MONTHS },
    Field { min: 0, max: 6, names: DAYS },
];
const SHORTHANDS: &[&str] = &["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Whether a schedule can be read; otherwise why not.
pub fn parse(schedule: &str) -> Result<(), String> {
    let mut rest = schedule;
    if rest.starts_with("TZ=") || rest.starts_with("CRON_TZ=") {
        let (_, after) = rest.split_once(' ').ok_or_else(|| "missing schedule after time zone".to_owned())?;
        rest = after.trim();
    }
    if rest.starts_with('@') {
        return descriptor(rest);
    }
    let parts: Vec<&str> = rest.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Err(format!("expected exactly 5 fields, found {}: [{}]", parts.len(), parts.join(" ")));
    }
    parts.iter().zip(&FIELDS).try_for_each(|(part, field)| field.parse(part))
}

fn descriptor(text: &str) -> Result<(), String> {
    if SHORTHANDS.contains(&text) {
        return Ok(());
    }
    match text.strip_prefix("@every ") {
        Some(duration) if is_duration(duration) => Ok(()),
        Some(_) => Err(format!("failed to parse duration {text}: time: invalid duration")),
        None => Err(format!("unrecognized descriptor: {text}")),
    }
}

/// `1h30m`, `90s`.
fn is_duration(text: &str) -> bool {
    let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
    let mut rest = text;
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let after = &rest[digits..];
        let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        if digits == 0 || !units.contains(&&after[..letters]) {
            return false;
        }
        rest = &after[letters..];
    }
    true
}

impl Field {
    fn parse(&self, part: &str) -> Result<(), String> {
        part.split(',').try_for_each(|range| self.range(range))
    }

    fn range(&self, text: &str) -> Result<(), String> {
        let (range, step) = match text.split_once('/') {
            Some((_, step)) if step.contains('/') => return Err(format!("too many slashes: {text}")),
            Some((range, step)) => (range, Some(step)),
            None => (text, None),
        };
        let (start, mut end) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (self.min, self.max),
            Some((_, end)) if end.contains('-') => return Err(format!("too many hyphens: {text}")),
            Some((start, end)) => (self.number(start)?, self.number(end)?),
            None => (self.number(range)?, self.number(range)?),
        };
        let step = step.map(number).transpose()?;
        if step.is_some() && !range.contains('-') {
            end = self.max;
        }
        if start < self.min {
            return Err(format!("beginning of range ({start}) below minimum ({}): {text}", self.min));
        }
        if end > self.max {
            return Err(format!("end of range ({end}) above maximum ({}): {text}", self.max));
        }
        if start > end {
            return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
        }
        if step == Some(0) {
            return Err(format!("step of range should be a positive number: {text}"));
        }
        Ok(())
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let lower = text.to_lowercase();
        match self.names.iter().position(|name| *name == lower) {
            Some(place) => Ok(u32::try_from(place).unwrap_or_default() + self.min),
            None => number(text),
        }
    }
}

fn number(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let quoted = crate::field::quoted(text);
        return Err(format!("failed to parse int from {text}: strconv.Atoi: parsing {quoted}: invalid syntax"));
    }
    if text.starts_with('-') {
        return Err(format!("negative number ({text}) not allowed: {text}"));
    }
    digits.parse().map_err(|_| format!("failed to parse int from {text}: strconv.Atoi: value out of range"))
}

/// A time zone by its name in the database of time zones.
pub fn time_zone(path: &Path<'_>, zone: &str, errors: &mut Errors) {
    if zone.is_empty() {
        return errors.invalid_text(path, zone, "timeZone must be nil or non-empty string");
    }
    let fits = |part: &str| {
        let characters = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte));
        part != "." && part != ".." && !part.starts_with('-') && characters && !part.is_empty()
    };
    if zone.eq_ignore_ascii_case("Local") {
        let message = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        errors.invalid_text(path, zone, message);
    } else if !zone.split('/').all(fits) || jiff::tz::TimeZone::get(zone).is_err() {
        errors.invalid_text(path, zone, format!("unknown time zone {zone}"));
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn schedules_are_read_as_cron_reads_them() {
        for good in ["* * * * *", "*/5 0-6 1,15 jan-mar mon", "@hourly", "@every 1h30m", "0 0 ? * SUN"] {
            assert_eq!(parse(good), Ok(()), "{good}");
        }
        let bad = [
            ("bad", "expected exactly 5 fields, found 1: [bad]"),
            ("60 * * * *", "end of range (60) above maximum (59): 60"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("@nope", "unrecognized descriptor: @nope"),
        ];
        for (schedule, message) in bad {
            assert_eq!(parse(schedule), Err(message.to_owned()), "{schedule}");
        }
    }
}
