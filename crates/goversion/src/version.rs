//! One version: reading, printing, ordering.

use crate::Release;
use crate::scan::{self, Pieces};
use std::cmp::Ordering;
use std::fmt;

/// The longest version text that release 3.5 reads.
const VERSION_BYTES_MAX: usize = 256;

/// A version as it was written, and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
    metadata: String,
    original: String,
}

/// Why a text is not a version. The texts are the original's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct VersionError {
    kind: ErrorKind,
    release: Release,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    Invalid,
    Empty,
    Characters,
    Prerelease,
    Metadata,
    LeadingZero,
    Segment(String),
    StrictSegment(String),
    TooLong,
}

impl VersionError {
    fn text(&self) -> String {
        // Compat: release 3.4 made the first letters small.
        let old = self.release < Release::V3_4;
        let either = |before: &str, since: &str| if old { before.to_owned() } else { since.to_owned() };
        match &self.kind {
            ErrorKind::Invalid => either("Invalid Semantic Version", "invalid semantic version"),
            ErrorKind::Empty => either("Version string empty", "version string empty"),
            ErrorKind::Characters => either("Invalid characters in version", "invalid characters in version"),
            ErrorKind::Prerelease => either("Invalid Prerelease string", "invalid prerelease string"),
            ErrorKind::Metadata => either("Invalid Metadata string", "invalid metadata string"),
            ErrorKind::LeadingZero => either("Version segment starts with 0", "version segment starts with 0"),
            ErrorKind::Segment(digits) => {
                let prefix = either("Error", "error");
                format!("{prefix} parsing version segment: {}", unreadable(digits))
            }
            ErrorKind::StrictSegment(digits) => unreadable(digits),
            ErrorKind::TooLong => format!("version string is too long (max {VERSION_BYTES_MAX} bytes)"),
        }
    }
}

impl Version {
    /// Reads a version leniently: a leading `v`, one or two segments and leading zeros are fine.
    ///
    /// # Errors
    /// [`VersionError`] with the original's text when `text` is not a version.
    pub fn parse(text: &str, release: Release) -> Result<Version, VersionError> {
        let fail = |kind| VersionError { kind, release };
        if release >= Release::V3_5 && text.len() > VERSION_BYTES_MAX {
            return Err(fail(ErrorKind::TooLong));
        }
        match scan::pieces(text, scan::digit) {
            Some(pieces) if pieces.text.len() == text.len() => Version::from_pieces(&pieces, text).map_err(fail),
            _ => Err(fail(ErrorKind::Invalid)),
        }
    }

    /// Reads a version strictly as the specification of semantic versions writes it: three segments, no `v`.
    ///
    /// # Errors
    /// [`VersionError`] with the original's text when `text` is not such a version.
    pub fn parse_strict(text: &str, release: Release) -> Result<Version, VersionError> {
        let fail = |kind| VersionError { kind, release };
        if text.is_empty() {
            return Err(fail(ErrorKind::Empty));
        }
        if release >= Release::V3_5 && text.len() > VERSION_BYTES_MAX {
            return Err(fail(ErrorKind::TooLong));
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(fail(ErrorKind::Invalid));
        };
        let cut =
            |text, sign| str::split_once(text, sign).map_or((text, None), |(before, after)| (before, Some(after)));
        let (rest, meta) = cut(rest, '+');
        let (patch, pre) = cut(rest, '-');
        strict_identifiers(pre, meta, release).map_err(fail)?;
        [major, minor, patch].into_iter().try_for_each(strict_segment).map_err(fail)?;
        if let Some(part) = [major, minor, patch].into_iter().find(|part| part.parse::<u64>().is_err()) {
            return Err(fail(ErrorKind::StrictSegment(part.to_owned())));
        }
        let pieces = Pieces { text, major, minor, patch, pre: pre.unwrap_or(""), meta: meta.unwrap_or("") };
        Version::from_pieces(&pieces, text).map_err(fail)
    }

    pub(crate) fn from_pieces(pieces: &Pieces<'_>, original: &str) -> Result<Version, ErrorKind> {
        let version = Version {
            major: segment(pieces.major)?,
            minor: segment(pieces.minor)?,
            patch: segment(pieces.patch)?,
            pre: pieces.pre.to_owned(),
            metadata: pieces.meta.to_owned(),
            original: original.to_owned(),
        };
        let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if version.pre.split('.').any(|part| numeric(part) && has_leading_zero(part)) {
            return Err(ErrorKind::LeadingZero);
        }
        Ok(version)
    }

    /// The first segment.
    #[must_use]
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second segment, 0 when it was not written.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third segment, 0 when it was not written.
    #[must_use]
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// What stands after the hyphen, or nothing.
    #[must_use]
    pub fn prerelease(&self) -> &str {
        &self.pre
    }

    /// What stands after the plus sign, or nothing.
    #[must_use]
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text this version was read from.
    #[must_use]
    pub fn original(&self) -> &str {
        &self.original
    }

    /// Precedence: segments, then pre-release; metadata does not count.
    #[must_use]
    pub fn compare(&self, other: &Version) -> Ordering {
        let segments = |version: &Version| (version.major, version.minor, version.patch);
        segments(self).cmp(&segments(other)).then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => compare_prerelease(&self.pre, &other.pre),
        })
    }

    /// The next patch release; a pre-release becomes its own release.
    #[must_use]
    pub fn next_patch(&self) -> Version {
        let patch = if self.pre.is_empty() { self.patch.saturating_add(1) } else { self.patch };
        self.release(self.major, self.minor, patch)
    }

    /// The next minor release.
    #[must_use]
    pub fn next_minor(&self) -> Version {
        self.release(self.major, self.minor.saturating_add(1), 0)
    }

    /// The next major release.
    #[must_use]
    pub fn next_major(&self) -> Version {
        self.release(self.major.saturating_add(1), 0, 0)
    }

    fn release(&self, major: u64, minor: u64, patch: u64) -> Version {
        let v = if self.original.starts_with('v') { "v" } else { "" };
        let original = format!("{v}{major}.{minor}.{patch}");
        Version { major, minor, patch, pre: String::new(), metadata: String::new(), original }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(out, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(out, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

fn segment(digits: &str) -> Result<u64, ErrorKind> {
    if digits.is_empty() {
        return Ok(0);
    }
    digits.parse().map_err(|_| ErrorKind::Segment(digits.to_owned()))
}

/// What Go's `ParseUint` says of digits that are none or too many.
fn unreadable(digits: &str) -> String {
    let why = if digits.is_empty() { "invalid syntax" } else { "value out of range" };
    format!("strconv.ParseUint: parsing \"{digits}\": {why}")
}

/// The identifiers of a strict version, metadata first, as the original looks at them.
fn strict_identifiers(pre: Option<&str>, meta: Option<&str>, release: Release) -> Result<(), ErrorKind> {
    // Compat: release 3.3 accepts empty identifiers here.
    let is_fine = |part: &str| (release < Release::V3_4 || !part.is_empty()) && part.bytes().all(scan::identifier);
    if meta.is_some_and(|meta| !meta.split('.').all(is_fine)) {
        return Err(ErrorKind::Metadata);
    }
    for part in pre.into_iter().flat_map(|pre| pre.split('.')) {
        if part.bytes().all(scan::digit) && has_leading_zero(part) {
            return Err(ErrorKind::LeadingZero);
        }
        if !is_fine(part) {
            return Err(ErrorKind::Prerelease);
        }
    }
    Ok(())
}

fn strict_segment(part: &str) -> Result<(), ErrorKind> {
    if !part.bytes().all(scan::digit) {
        return Err(ErrorKind::Characters);
    }
    if has_leading_zero(part) {
        return Err(ErrorKind::LeadingZero);
    }
    Ok(())
}

fn has_leading_zero(part: &str) -> bool {
    part.len() > 1 && part.starts_with('0')
}

/// The order of two pre-releases, identifier by identifier; either may be empty.
pub(crate) fn compare_prerelease(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let (l, r) = (left.next(), right.next());
        if l.is_none() && r.is_none() {
            return Ordering::Equal;
        }
        match compare_identifier(l.unwrap_or(""), r.unwrap_or("")) {
            Ordering::Equal => {}
            decided => return decided,
        }
    }
}

fn compare_identifier(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    if left.is_empty() || right.is_empty() {
        return left.len().min(1).cmp(&right.len().min(1));
    }
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Err(_), Err(_)) => left.cmp(right),
        // Letters stand above numbers; a number too large for 64 bits counts as letters.
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        // Compat: numbers that are equal but not written alike (`1`, `01`) compare as less, either way round.
        (Ok(left), Ok(right)) => {
            if left > right {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
    }
}
