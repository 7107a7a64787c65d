//! `time.Format`.

use super::calendar::{MONTHS, WEEKDAYS};
use super::instant::{Shown, Time};
use super::layout::{self, OffsetForm, Piece};

/// `time` written after `layout`.
#[must_use]
pub fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let shown = time.shown();
    let mut out = Vec::with_capacity(layout.len() + 16);
    let mut rest = layout;
    while !rest.is_empty() {
        let cut = layout::cut(rest);
        out.extend_from_slice(cut.prefix);
        if let Some((piece, _)) = cut.piece {
            out.extend_from_slice(written(piece, time, &shown).as_bytes());
        }
        rest = cut.suffix;
    }
    out
}

fn written(piece: Piece, time: &Time, shown: &Shown) -> String {
    let date = shown.date;
    let month = MONTHS[date.month as usize - 1];
    let weekday = WEEKDAYS[shown.weekday];
    let hour12 = if shown.hour % 12 == 0 { 12 } else { shown.hour % 12 };
    match piece {
        Piece::LongMonth => month.to_owned(),
        Piece::Month => month[..3].to_owned(),
        Piece::NumMonth => date.month.to_string(),
        Piece::ZeroMonth => format!("{:02}", date.month),
        Piece::LongWeekday => weekday.to_owned(),
        Piece::Weekday => weekday[..3].to_owned(),
        Piece::Day => date.day.to_string(),
        Piece::UnderDay => format!("{:2}", date.day),
        Piece::ZeroDay => format!("{:02}", date.day),
        Piece::UnderYearDay => format!("{:3}", shown.year_day),
        Piece::ZeroYearDay => format!("{:03}", shown.year_day),
        Piece::Hour => format!("{:02}", shown.hour),
        Piece::Hour12 => hour12.to_string(),
        Piece::ZeroHour12 => format!("{hour12:02}"),
        Piece::Minute => shown.minute.to_string(),
        Piece::ZeroMinute => format!("{:02}", shown.minute),
        Piece::Second => shown.second.to_string(),
        Piece::ZeroSecond => format!("{:02}", shown.second),
        Piece::LongYear if date.year < 0 => format!("-{:04}", -date.year),
        Piece::LongYear => format!("{:04}", date.year),
        Piece::Year => format!("{:02}", date.year.unsigned_abs() % 100),
        Piece::UpperHalf => if shown.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        Piece::LowerHalf => if shown.hour >= 12 { "pm" } else { "am" }.to_owned(),
        Piece::ZoneName if shown.offset.name.is_empty() => offset(shown.offset.seconds, OffsetForm::Minutes),
        Piece::ZoneName => shown.offset.name.clone(),
        Piece::Offset { z: true, .. } if shown.offset.seconds == 0 => "Z".to_owned(),
        Piece::Offset { form, .. } => offset(shown.offset.seconds, form),
        Piece::Fraction { digits, separator, trimmed } => fraction(time.nanosecond(), digits, separator, trimmed),
    }
}

fn offset(seconds: i64, form: OffsetForm) -> String {
    let minutes = seconds / 60;
    // Compat: an offset of less than a minute west of UTC gets a plus sign.
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    let seconds = if sign == '-' { -seconds % 60 } else { seconds % 60 };
    match form {
        OffsetForm::Hours => format!("{sign}{hours:02}"),
        OffsetForm::Minutes => format!("{sign}{hours:02}{minutes:02}"),
        OffsetForm::ColonMinutes => format!("{sign}{hours:02}:{minutes:02}"),
        OffsetForm::Seconds => format!("{sign}{hours:02}{minutes:02}{seconds:02}"),
        OffsetForm::ColonSeconds => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

fn fraction(nanos: u32, digits: usize, separator: u8, trimmed: bool) -> String {
    let all = format!("{nanos:09}");
    let kept = &all[..digits.min(9)];
    let kept = if trimmed { kept.trim_end_matches('0') } else { kept };
    if trimmed && kept.is_empty() { String::new() } else { format!("{}{kept}", char::from(separator)) }
}
