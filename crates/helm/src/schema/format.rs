//! `format`: what a text has to look like. Formats that are not named here allow everything.

use sprig::re2::Pattern;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether `text` is of `format`; the error is the text of the library of Helm 3.18 and later.
pub(super) fn check(format: &str, text: &str) -> Result<(), String> {
    match format {
        "ipv4" => ipv4(text),
        "ipv6" => ipv6(text),
        "hostname" => hostname(text),
        "email" => email(text),
        "uuid" => uuid(text),
        "uri" | "iri" => uri(text),
        "regex" => Pattern::compile(text.as_bytes()).map(drop).map_err(|error| error.to_string()),
        "date" => date(text),
        "json-pointer" => json_pointer(text),
        _ => Ok(()),
    }
}

/// As [`check`], with what the library of Helm 3.17 takes and does not.
pub(super) fn is_of_flat(format: &str, text: &str) -> bool {
    match format {
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "hostname" => hostname(text).is_ok() && !text.ends_with('.') && text.len() < 256,
        "email" => text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()),
        "uuid" => uuid(text).is_ok() && !text.bytes().any(|byte| byte.is_ascii_uppercase()),
        "uri" | "iri" => uri(text).is_ok() && !text.contains('\\'),
        "uri-reference" | "iri-reference" => !text.contains('\\'),
        other => check(other, text).is_ok(),
    }
}

fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return Err("expected four decimals".to_owned());
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return Err("leading zeros".to_owned());
        }
        if group.is_empty() || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("strconv.Atoi: parsing {group:?}: invalid syntax"));
        }
        if group.len() > 3 || group.parse::<u16>().is_ok_and(|decimal| decimal > 255) {
            return Err("decimal must be between 0 and 255".to_owned());
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return Err("missing colon".to_owned());
    }
    if text.contains('%') {
        return Err("zone id is not a part of ipv6 address".to_owned());
    }
    text.parse::<Ipv6Addr>().map(drop).map_err(|_| format!("ParseAddr({text:?}): unable to parse IP"))
}

fn hostname(text: &str) -> Result<(), String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return Err("more than 253 characters long".to_owned());
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return Err("label must be 1 to 63 characters long".to_owned());
        }
        if label.starts_with('-') {
            return Err("label starts with hyphen".to_owned());
        }
        if label.ends_with('-') {
            return Err("label ends with hyphen".to_owned());
        }
        if let Some(wrong) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!("invalid character {wrong:?}"));
        }
    }
    Ok(())
}

fn email(text: &str) -> Result<(), String> {
    if text.len() > 254 {
        return Err("more than 255 characters long".to_owned());
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return Err("missing @".to_owned()) };
    if local.len() > 64 {
        return Err("local part more than 64 characters long".to_owned());
    }
    if local.starts_with('.') {
        return Err("starts with dot".to_owned());
    }
    if local.ends_with('.') {
        return Err("ends with dot".to_owned());
    }
    if local.contains("..") {
        return Err("consecutive dots".to_owned());
    }
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(*c);
    if !local.starts_with('"')
        && let Some(wrong) = local.chars().find(|c| !is_allowed(c))
    {
        return Err(format!("invalid character {wrong:?}"));
    }
    hostname(domain).map_err(|told| format!("invalid domain: {told}"))
}

fn uuid(text: &str) -> Result<(), String> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return Err(format!("must have {} elements", LENGTHS.len()));
    }
    for (at, (group, length)) in groups.iter().zip(LENGTHS).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(wrong) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {wrong:?}"));
        }
    }
    Ok(())
}

fn uri(text: &str) -> Result<(), String> {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    match text.split_once(':') {
        Some((scheme, _)) if is_scheme(scheme) => Ok(()),
        _ => Err("relative url".to_owned()),
    }
}

fn date(text: &str) -> Result<(), String> {
    let digits = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    let is_shaped = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let fits = match (digits(0..4), digits(5..7), digits(8..10)) {
        (Some(year), Some(month @ 1..=12), Some(day)) if is_shaped => (1..=days(year, month)).contains(&day),
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("parsing time {text:?} as \"2006-01-02\": cannot parse")) }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn json_pointer(text: &str) -> Result<(), String> {
    if text.is_empty() || text.starts_with('/') { Ok(()) } else { Err("not starting with /".to_owned()) }
}
