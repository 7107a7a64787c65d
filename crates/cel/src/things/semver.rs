//! Semantic versions.

use crate::error::EvalError;
use std::cmp::Ordering;

/// A semantic version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Semver {
    pub(crate) numbers: [u64; 3],
    /// Identifiers of a pre-release; versions with some come before the one without.
    pre: Vec<Identifier>,
    build: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier {
    /// Numbers come before texts.
    Number(u64),
    Text(String),
}

/// How strictly a version is read.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    Strict,
    /// With a leading `v`, missing numbers and leading zeros.
    Lenient,
}

impl Semver {
    pub(crate) fn parse(text: &str, reading: Reading) -> Result<Self, EvalError> {
        let normal = match reading {
            Reading::Strict => text.to_owned(),
            Reading::Lenient => normalized(text),
        };
        let mut parts = normal.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(EvalError::other("No Major.Minor.Patch elements found"));
        };
        let (rest, build) = rest.split_once('+').map_or((rest, None), |(rest, build)| (rest, Some(build)));
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(patch, pre)| (patch, Some(pre)));
        let labels = |text: Option<&str>| text.map(|text| text.split('.').map(str::to_owned).collect::<Vec<_>>());
        Ok(Semver {
            numbers: [number(major, "Major")?, number(minor, "Minor")?, number(patch, "Patch")?],
            pre: labels(pre).unwrap_or_default().into_iter().map(identifier).collect::<Result<_, _>>()?,
            build: labels(build).unwrap_or_default().into_iter().map(label).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn precedence(&self, other: &Semver) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => self.pre.cmp(&other.pre),
        })
    }
}

/// Without a leading `v` and zeros, and with the numbers that are missing.
fn normalized(text: &str) -> String {
    let text = text.trim().trim_start_matches('v');
    let mut parts: Vec<String> = text.splitn(3, '.').map(str::to_owned).collect();
    for part in &mut parts {
        if part.len() > 1 {
            let short = part.trim_start_matches('0');
            let is_number = short.starts_with(|c: char| c.is_ascii_digit());
            *part = if is_number { short.to_owned() } else { format!("0{short}") };
        }
    }
    let is_plain = |part: &String| part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() < 3 && parts.iter().all(is_plain) {
        parts.resize(3, "0".to_owned());
    }
    parts.join(".")
}

fn number(text: &str, which: &str) -> Result<u64, EvalError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let which = which.to_ascii_lowercase();
        return Err(EvalError::other(format!("Invalid character(s) found in {which} number {text:?}")));
    }
    if text.len() > 1 && text.starts_with('0') {
        return Err(EvalError::other(format!("{which} number must not contain leading zeroes {text:?}")));
    }
    text.parse().map_err(|_| EvalError::other(format!("strconv.ParseUint: parsing {text:?}: invalid syntax")))
}

fn label(text: String) -> Result<String, EvalError> {
    if text.is_empty() {
        return Err(EvalError::other("Build meta data is empty"));
    }
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(text);
    }
    Err(EvalError::other(format!("Invalid character(s) found in build meta data {text:?}")))
}

fn identifier(text: String) -> Result<Identifier, EvalError> {
    if text.is_empty() {
        return Err(EvalError::other("Prerelease is empty"));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        if text.len() > 1 && text.starts_with('0') {
            let message = format!("Numeric PreRelease version must not contain leading zeroes {text:?}");
            return Err(EvalError::other(message));
        }
        return Ok(text.parse().map_or(Identifier::Text(text), Identifier::Number));
    }
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Ok(Identifier::Text(text));
    }
    Err(EvalError::other(format!("Invalid character(s) found in prerelease {text:?}")))
}
