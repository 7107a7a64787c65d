//! `time.Parse`.

use super::calendar::{self, MONTHS, WEEKDAYS};
use super::instant::Time;
use super::layout::{self, OffsetForm, Piece};
use super::zone::Zone;
use crate::duration::quoted;

/// A text that is no time in its layout. The message is Go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(String);

/// Why one piece could not be read.
enum Wrong {
    /// Not what the layout asks for.
    Form,
    /// A number beyond its range, and what it counts.
    Range(&'static str),
}

/// Reads `value` as written after `layout`; without a zone of its own it is a time in `zone`.
///
/// # Errors
/// Go's message when it is not.
pub fn parse(layout: &[u8], value: &[u8], zone: &Zone) -> Result<Time, ParseError> {
    let mut found = Found { rest: value, ..Found::default() };
    let mut layout_left = layout;
    loop {
        let cut = layout::cut(layout_left);
        if found.skip(cut.prefix).is_err() {
            return Err(cannot(layout, value, cut.prefix, found.rest));
        }
        let Some((piece, text)) = cut.piece else { break };
        let held = found.rest;
        found.read(piece, cut.suffix).map_err(|wrong| match wrong {
            Wrong::Form => cannot(layout, value, text, held),
            Wrong::Range(what) => out_of_range(value, what),
        })?;
        layout_left = cut.suffix;
    }
    if !found.rest.is_empty() {
        return Err(ParseError(format!("parsing time {}: extra text: {}", quote(value), quote(found.rest))));
    }
    found.finish(zone).map_err(|what| ParseError(format!("parsing time {}: {what}", quote(value))))
}

fn quote(bytes: &[u8]) -> String {
    quoted(bytes)
}

fn cannot(layout: &[u8], value: &[u8], piece: &[u8], rest: &[u8]) -> ParseError {
    let [layout, value, piece, rest] = [layout, value, piece, rest].map(quote);
    ParseError(format!("parsing time {value} as {layout}: cannot parse {rest} as {piece}"))
}

fn out_of_range(value: &[u8], what: &str) -> ParseError {
    ParseError(format!("parsing time {}: {what} out of range", quote(value)))
}

/// What has been read so far.
#[derive(Default)]
struct Found<'a> {
    rest: &'a [u8],
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    afternoon: bool,
    morning: bool,
    utc: bool,
    offset: Option<i64>,
    zone_name: String,
}

impl<'a> Found<'a> {
    fn read(&mut self, piece: Piece, layout_after: &[u8]) -> Result<(), Wrong> {
        match piece {
            Piece::Year => {
                let year = number(self.take(2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Piece::LongYear => {
                self.rest.first().filter(|byte| byte.is_ascii_digit()).ok_or(Wrong::Form)?;
                self.year = number(self.take(4)?)?;
            }
            Piece::Month => self.month = Some(self.name(&MONTHS, Some(3))? + 1),
            Piece::LongMonth => self.month = Some(self.name(&MONTHS, None)? + 1),
            Piece::Weekday => drop(self.name(&WEEKDAYS, Some(3))?),
            Piece::LongWeekday => drop(self.name(&WEEKDAYS, None)?),
            Piece::NumMonth | Piece::ZeroMonth => {
                self.month = Some(self.two_digits(piece == Piece::ZeroMonth, 1..=12, "month")?);
            }
            Piece::Day | Piece::UnderDay | Piece::ZeroDay => {
                self.skip_spaces(usize::from(piece == Piece::UnderDay));
                self.day = Some(self.two_digits(piece == Piece::ZeroDay, 0..=99, "day")?);
            }
            Piece::UnderYearDay | Piece::ZeroYearDay => {
                self.skip_spaces(if piece == Piece::UnderYearDay { 2 } else { 0 });
                self.year_day = Some(self.three_digits(piece == Piece::ZeroYearDay)?);
            }
            Piece::Hour => self.hour = self.two_digits(false, 0..=23, "hour")?,
            Piece::Hour12 | Piece::ZeroHour12 => {
                self.hour = self.two_digits(piece == Piece::ZeroHour12, 0..=12, "hour")?;
            }
            Piece::Minute | Piece::ZeroMinute => {
                self.minute = self.two_digits(piece == Piece::ZeroMinute, 0..=59, "minute")?;
            }
            Piece::Second | Piece::ZeroSecond => self.seconds(piece == Piece::ZeroSecond, layout_after)?,
            Piece::UpperHalf => self.half([b"PM", b"AM"])?,
            Piece::LowerHalf => self.half([b"pm", b"am"])?,
            Piece::Offset { z, form } => self.offset(z, form)?,
            Piece::ZoneName => self.zone_name()?,
            Piece::Fraction { digits, trimmed: false, .. } => {
                let text = self.take(1 + digits)?;
                self.nanos = nanoseconds(text)?;
            }
            Piece::Fraction { .. } => self.free_fraction()?,
        }
        Ok(())
    }

    /// Reads past the literal text of a layout; runs of spaces need not be equally long.
    fn skip(&mut self, prefix: &[u8]) -> Result<(), Wrong> {
        let mut prefix = prefix;
        while let Some((first, behind)) = prefix.split_first() {
            if *first == b' ' {
                if self.rest.first().is_some_and(|byte| *byte != b' ') {
                    return Err(Wrong::Form);
                }
                prefix = spaces_cut(prefix);
                self.rest = spaces_cut(self.rest);
                continue;
            }
            self.rest = self.rest.strip_prefix(&[*first]).ok_or(Wrong::Form)?;
            prefix = behind;
        }
        Ok(())
    }

    fn skip_spaces(&mut self, most: usize) {
        for _ in 0..most {
            self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Wrong> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Wrong::Form)?;
        self.rest = rest;
        Ok(taken)
    }

    /// One of `names`, or the first letters of one; any case.
    fn name(&mut self, names: &[&str], letters: Option<usize>) -> Result<i64, Wrong> {
        for (at, name) in names.iter().enumerate() {
            let name = &name[..letters.unwrap_or(name.len())];
            if self.rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())) {
                self.rest = &self.rest[name.len()..];
                return Ok(at as i64);
            }
        }
        Err(Wrong::Form)
    }

    fn two_digits(
        &mut self,
        fixed: bool,
        range: std::ops::RangeInclusive<i64>,
        what: &'static str,
    ) -> Result<i64, Wrong> {
        let digits = self.rest.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || fixed && digits == 1 {
            return Err(Wrong::Form);
        }
        let value = number(self.take(digits)?)?;
        if range.contains(&value) { Ok(value) } else { Err(Wrong::Range(what)) }
    }

    fn three_digits(&mut self, fixed: bool) -> Result<i64, Wrong> {
        let digits = self.rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || fixed && digits != 3 {
            return Err(Wrong::Form);
        }
        number(self.take(digits)?)
    }

    /// Seconds, and a fraction even where the layout has none.
    fn seconds(&mut self, fixed: bool, layout_after: &[u8]) -> Result<(), Wrong> {
        self.second = self.two_digits(fixed, 0..=59, "second")?;
        let fraction_follows = matches!(self.rest, [b'.' | b',', digit, ..] if digit.is_ascii_digit());
        let layout_has_one = matches!(layout::cut(layout_after).piece, Some((Piece::Fraction { .. }, _)));
        if fraction_follows && !layout_has_one { self.free_fraction() } else { Ok(()) }
    }

    /// A fraction of any length, or none.
    fn free_fraction(&mut self) -> Result<(), Wrong> {
        let digits = match self.rest {
            [b'.' | b',', digits @ ..] => digits.iter().take_while(|byte| byte.is_ascii_digit()).count(),
            _ => 0,
        };
        if digits > 0 {
            let text = self.take(1 + digits)?;
            self.nanos = nanoseconds(text)?;
        }
        Ok(())
    }

    fn half(&mut self, [afternoon, morning]: [&[u8; 2]; 2]) -> Result<(), Wrong> {
        let text = self.take(2)?;
        self.afternoon |= text == afternoon;
        self.morning |= text == morning;
        if text == afternoon || text == morning { Ok(()) } else { Err(Wrong::Form) }
    }

    fn offset(&mut self, z: bool, form: OffsetForm) -> Result<(), Wrong> {
        if z && self.rest.first() == Some(&b'Z') {
            self.rest = &self.rest[1..];
            self.utc = true;
            return Ok(());
        }
        let text = self.take(match form {
            OffsetForm::Hours => 3,
            OffsetForm::Minutes => 5,
            OffsetForm::ColonMinutes => 6,
            OffsetForm::Seconds => 7,
            OffsetForm::ColonSeconds => 9,
        })?;
        let (minutes, seconds): (&[u8], &[u8]) = match form {
            OffsetForm::Hours => (b"00", b"00"),
            OffsetForm::Minutes => (&text[3..5], b"00"),
            OffsetForm::ColonMinutes => (&text[4..6], b"00"),
            OffsetForm::Seconds => (&text[3..5], &text[5..7]),
            OffsetForm::ColonSeconds => (&text[4..6], &text[7..9]),
        };
        let colons = match form {
            OffsetForm::ColonMinutes => text[3] == b':',
            OffsetForm::ColonSeconds => text[3] == b':' && text[6] == b':',
            _ => true,
        };
        let parts = [&text[1..3], minutes, seconds].map(|part| number(part).ok().filter(|_| part[0].is_ascii_digit()));
        let hours = parts[0].unwrap_or(0);
        let minutes = parts[0].and(parts[1]).unwrap_or(0);
        let seconds = parts[0].and(parts[1]).and(parts[2]).unwrap_or(0);
        for (value, most, what) in [
            (hours, 24, "time zone offset hour"),
            (minutes, 60, "time zone offset minute"),
            (seconds, 60, "time zone offset second"),
        ] {
            if colons && value > most {
                return Err(Wrong::Range(what));
            }
        }
        let sign = match text[0] {
            b'+' => 1,
            b'-' => -1,
            _ => return Err(Wrong::Form),
        };
        if !colons || parts.iter().any(Option::is_none) {
            return Err(Wrong::Form);
        }
        self.offset = Some(sign * ((hours * 60 + minutes) * 60 + seconds));
        Ok(())
    }

    fn zone_name(&mut self) -> Result<(), Wrong> {
        if let Some(rest) = self.rest.strip_prefix(b"UTC") {
            self.rest = rest;
            self.utc = true;
            return Ok(());
        }
        let length = zone_name_length(self.rest).ok_or(Wrong::Form)?;
        self.zone_name = String::from_utf8_lossy(self.take(length)?).into_owned();
        Ok(())
    }

    /// The time that was read, or what is wrong with it as a whole.
    fn finish(self, zone: &Zone) -> Result<Time, String> {
        let hour = match self.hour {
            hour if self.afternoon && hour < 12 => hour + 12,
            12 if self.morning && !self.afternoon => 0,
            hour => hour,
        };
        let (month, day) = self.month_and_day()?;
        if day < 1 || day > calendar::days_in(month, self.year) {
            return Err("day out of range".to_owned());
        }
        let second = hour * 3600 + self.minute * 60 + self.second;
        let time = |zone| Time::of_date((self.year, month, day), second, self.nanos, zone);
        if self.utc {
            return Ok(time(Zone::Utc));
        }
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            let fixed = time(Zone::Fixed(self.zone_name.clone(), offset));
            let local = zone.at(fixed.unix());
            let is_local = local.seconds == offset && (self.zone_name.is_empty() || local.name == self.zone_name);
            return Ok(if is_local { fixed.shown_in(zone.clone()) } else { fixed });
        }
        if self.zone_name.is_empty() {
            return Ok(time(zone.clone()));
        }
        let local = time(zone.clone());
        if zone.at(local.unix()).name == self.zone_name {
            return Ok(local);
        }
        let hours = self.zone_name.strip_prefix("GMT").and_then(|hours| hours.parse::<i64>().ok());
        // Compat: the time is taken for UTC's even when the name tells an offset.
        Ok(time(Zone::Utc).shown_in(Zone::Fixed(self.zone_name.clone(), hours.unwrap_or(0) * 3600)))
    }

    fn month_and_day(&self) -> Result<(i64, i64), String> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        let days = if calendar::is_leap(self.year) { 366 } else { 365 };
        if !(1..=days).contains(&year_day) {
            return Err("day-of-year out of range".to_owned());
        }
        let date = calendar::Date::of_days(calendar::Date::days_of(self.year, 1, year_day));
        let (month, day) = (i64::from(date.month), i64::from(date.day));
        if self.month.is_some_and(|seen| seen != month) {
            return Err("day-of-year does not match month".to_owned());
        }
        if self.day.is_some_and(|seen| seen != day) {
            return Err("day-of-year does not match day".to_owned());
        }
        Ok((month, day))
    }
}

fn spaces_cut(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    &text[spaces..]
}

fn number(text: &[u8]) -> Result<i64, Wrong> {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or(Wrong::Form)
}

/// A separator and digits, of which nine count.
fn nanoseconds(text: &[u8]) -> Result<i64, Wrong> {
    let digits = match text {
        [b'.' | b',', digits @ ..] => &digits[..digits.len().min(9)],
        _ => return Err(Wrong::Form),
    };
    // Compat: the digits are read as a number with an optional sign.
    let value = number(digits)?;
    if value < 0 {
        return Err(Wrong::Range("fractional second"));
    }
    Ok(value * 10_i64.pow(9 - digits.len() as u32))
}

/// The length of a zone's abbreviation at the start of `text`.
fn zone_name_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_length(after));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours_length(text)).filter(|length| *length > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The length of a sign and at most 23 hours; 0 when there are none.
fn signed_hours_length(text: &[u8]) -> usize {
    let Some((b'+' | b'-', digits)) = text.split_first() else { return 0 };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours = std::str::from_utf8(&digits[..length]).ok().and_then(|digits| digits.parse::<u64>().ok());
    if hours.is_some_and(|hours| hours <= 23) { 1 + length } else { 0 }
}
