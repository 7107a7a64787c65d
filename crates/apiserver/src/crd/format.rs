//! The string formats schemas can ask for; a format nobody knows accepts everything.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether a text has the format.
pub fn fits(format: &str, text: &str) -> bool {
    match format {
        "date-time" | "datetime" => is_date_time(text),
        "date" => text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10,
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "cidr" => is_cidr(text),
        "uuid" | "uuid3" | "uuid4" | "uuid5" => is_uuid(text),
        "duration" => is_duration(text),
        "byte" => is_base64(text),
        "email" => text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()),
        "hostname" => is_hostname(text),
        "mac" => text.split([':', '-']).count() == 6 && text.split([':', '-']).all(|part| is_hex(part, 2)),
        "uri" => text.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty()) || text.starts_with('/'),
        _ => true,
    }
}

fn is_date_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let Ok(bits) = bits.parse::<u8>() else { return false };
    (address.parse::<Ipv4Addr>().is_ok() && bits <= 32) || (address.parse::<Ipv6Addr>().is_ok() && bits <= 128)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == lengths.len() && parts.iter().zip(lengths).all(|(part, length)| is_hex(part, length))
}

/// Go's durations: `1h30m`, `1.5s`, `-2ms`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.trim_start_matches(['-', '+']);
    if rest == "0" {
        return true;
    }
    let mut found = false;
    while !rest.is_empty() {
        let number = rest.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(rest.len());
        let unit = ["ns", "us", "µs", "ms", "s", "m", "h"].iter().find(|unit| {
            let after = &rest[number..];
            after.starts_with(**unit) && !(**unit == "m" && after.starts_with("ms"))
        });
        let Some(unit) = unit.filter(|_| number > 0) else { return false };
        rest = &rest[number + unit.len()..];
        found = true;
    }
    found
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

fn is_hostname(text: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    !text.is_empty() && text.len() <= 255 && text.trim_end_matches('.').split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn formats_accept_and_refuse() {
        let table = [
            ("duration", "1h30m", true),
            ("duration", "100ms", true),
            ("duration", "1x", false),
            ("date-time", "2026-01-01T00:00:00Z", true),
            ("date-time", "x", false),
            ("ipv4", "1.2.3.4", true),
            ("cidr", "10.0.0.0/33", false),
            ("uuid", "11111111-1111-1111-1111-111111111111", true),
            ("nobody-knows", "x", true),
        ];
        for (format, text, expected) in table {
            assert_eq!(fits(format, text), expected, "{format} {text}");
        }
    }
}
