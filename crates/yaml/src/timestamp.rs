//! Points in time as both of go-yaml's dialects recognise them in plain scalars.

/// The RFC 3339 form, as Go's JSON writes it, of a text that go-yaml takes for a point in time: `2001-1-2`, optionally with
/// a time of day, a fraction and a zone.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    // Nearly every scalar ends here: four digits and a dash are the cheapest sign.
    if bytes.len() < 8 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut rest = text;
    let year = digits(&mut rest, 4, 4)?;
    take(&mut rest, "-")?;
    let month = digits(&mut rest, 1, 2)?;
    take(&mut rest, "-")?;
    let day = digits(&mut rest, 1, 2)?;
    if day == 0 || day > days_in(year, month)? {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let spaced = rest.starts_with(' ');
    rest = rest.strip_prefix(['T', 't', ' '])?;
    let time = time_of_day(&mut rest)?;
    let zone = if spaced { rest.is_empty().then(|| "Z".to_owned())? } else { zone(rest)? };
    Some(format!("{date}T{time}{zone}"))
}

fn time_of_day(rest: &mut &str) -> Option<String> {
    let hour = digits(rest, 1, 2)?;
    take(rest, ":")?;
    let minute = digits(rest, 1, 2)?;
    take(rest, ":")?;
    let second = digits(rest, 1, 2)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut fraction = String::new();
    if let Some(after) = rest.strip_prefix(['.', ',']) {
        let count = after.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return None;
        }
        let kept = after[..count.min(9)].trim_end_matches('0');
        if !kept.is_empty() {
            fraction = format!(".{kept}");
        }
        *rest = &after[count..];
    }
    Some(format!("{hour:02}:{minute:02}:{second:02}{fraction}"))
}

fn zone(text: &str) -> Option<String> {
    if text == "Z" {
        return Some("Z".to_owned());
    }
    let mut rest = text.strip_prefix(['+', '-'])?;
    let hour = digits(&mut rest, 2, 2)?;
    take(&mut rest, ":")?;
    let minute = digits(&mut rest, 2, 2)?;
    if !rest.is_empty() || hour > 24 || minute > 60 {
        return None;
    }
    Some(if hour == 0 && minute == 0 { "Z".to_owned() } else { text.to_owned() })
}

fn take(rest: &mut &str, expected: &str) -> Option<()> {
    *rest = rest.strip_prefix(expected)?;
    Some(())
}

fn digits(rest: &mut &str, min: usize, max: usize) -> Option<u32> {
    let count = rest.bytes().take(max).take_while(u8::is_ascii_digit).count();
    if count < min {
        return None;
    }
    let (number, after) = rest.split_at(count);
    *rest = after;
    number.parse().ok()
}

fn days_in(year: u32, month: u32) -> Option<u32> {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::parse_timestamp;

    #[test]
    fn times_are_written_as_go_writes_them() {
        let cases = [
            ("2001-1-2", Some("2001-01-02T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-14 21:59:43.5", Some("2001-12-14T21:59:43.5Z")),
            ("2001-12-14T21:59:43+00:00", Some("2001-12-14T21:59:43Z")),
            ("2001-02-30", None),
            ("2001-12-14T21:59", None),
            ("2001-12-14T21:59:43", None),
            ("2001-12-14 21:59:43Z", None),
            ("20010-1-2", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_timestamp(text).as_deref(), expected, "{text}");
        }
    }
}
