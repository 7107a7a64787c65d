//! What each operator means: whether one version satisfies one condition.
//!
//! A condition whose version was not written whole (`1`, `1.2.x`, `*`) is *dirty*: its open segments match anything.

use crate::scan::Pieces;
use crate::version::{Version, compare_prerelease};
use std::cmp::Ordering;
use std::fmt;

/// The comparison in front of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// One operator and one version.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    operator: Operator,
    sign: &'static str,
    written: String,
    version: Version,
    open: Open,
}

/// The highest segment that was left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Patch,
    Minor,
    Major,
}

/// Longest first, so that a sign is never taken for its beginning.
const SIGNS: [(&str, Operator); 12] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::TildeOrEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
    ("", Operator::TildeOrEqual),
];

impl Operator {
    /// The sign at the start of `text` (none means equality), its operator, and the rest.
    pub(crate) fn split(text: &str) -> (&'static str, Operator, &str) {
        SIGNS.iter().find_map(|(sign, operator)| Some((*sign, *operator, text.strip_prefix(sign)?))).unwrap_or((
            "",
            Operator::TildeOrEqual,
            text,
        ))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.sign, self.written)
    }
}

impl Condition {
    /// The condition, or nothing when its version cannot be read.
    pub(crate) fn new(sign: &'static str, operator: Operator, pieces: &Pieces<'_>) -> Option<Condition> {
        let is_open = |part: &str| matches!(part, "" | "x" | "X" | "*");
        let closed = Pieces { meta: "", ..*pieces };
        let (open, pieces_read) = if is_open(pieces.major) {
            (Open::Major, Pieces { major: "0", minor: "0", patch: "0", ..closed })
        } else if is_open(pieces.minor) {
            (Open::Minor, Pieces { minor: "0", patch: "0", ..closed })
        } else if is_open(pieces.patch) {
            (Open::Patch, Pieces { patch: "0", ..closed })
        } else {
            (Open::Nothing, *pieces)
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if ![pieces_read.major, pieces_read.minor, pieces_read.patch].into_iter().all(digits) {
            return None;
        }
        let version = Version::from_pieces(&pieces_read, pieces.text).ok()?;
        Some(Condition { operator, sign, written: pieces.text.to_owned(), version, open })
    }

    pub(crate) fn names_prerelease(&self) -> bool {
        !self.version.prerelease().is_empty()
    }

    /// Release 3.3: a pre-release is refused unless this very condition names one.
    pub(crate) fn holds_alone(&self, version: &Version) -> bool {
        // Compat: `!=` with a whole version lets pre-releases pass.
        let asks = self.operator != Operator::NotEqual || self.open != Open::Nothing;
        let refused = asks && !version.prerelease().is_empty() && !self.names_prerelease();
        !refused && self.holds(version)
    }

    /// Release 3.4 and later: a pre-release is refused unless some condition of the group names one.
    pub(crate) fn holds_in_group(&self, version: &Version, group_names_prerelease: bool) -> bool {
        (version.prerelease().is_empty() || group_names_prerelease) && self.holds(version)
    }

    fn holds(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        match self.operator {
            Operator::TildeOrEqual if self.open == Open::Nothing => order == Ordering::Equal,
            Operator::TildeOrEqual | Operator::Tilde => self.tilde(version),
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => self.greater(version),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterEqual => order != Ordering::Less,
            Operator::LessEqual => self.less_equal(version),
            Operator::Caret => self.caret(version),
        }
    }

    fn not_equal(&self, version: &Version) -> bool {
        if self.open == Open::Nothing || self.open == Open::Major {
            // Compat: `!=*` is treated as `!=0.0.0` once major, minor and patch agree.
            return version.compare(&self.version) != Ordering::Equal;
        }
        if version.major() != self.version.major() {
            return true;
        }
        match self.open {
            Open::Minor => false,
            _ if version.minor() != self.version.minor() => true,
            _ => compare_prerelease(version.prerelease(), self.version.prerelease()) != Ordering::Equal,
        }
    }

    fn greater(&self, version: &Version) -> bool {
        if self.open != Open::Nothing && version.major() != self.version.major() {
            return version.major() > self.version.major();
        }
        match self.open {
            Open::Minor => false,
            Open::Patch => version.minor() > self.version.minor(),
            Open::Nothing | Open::Major => version.compare(&self.version) == Ordering::Greater,
        }
    }

    fn less_equal(&self, version: &Version) -> bool {
        if self.open == Open::Nothing {
            return version.compare(&self.version) != Ordering::Greater;
        }
        let same_major = version.major() == self.version.major();
        let minor_above = version.minor() > self.version.minor() && self.open != Open::Minor;
        version.major() <= self.version.major() && !(same_major && minor_above)
    }

    fn tilde(&self, version: &Version) -> bool {
        if version.compare(&self.version) == Ordering::Less {
            return false;
        }
        let zero = self.version.major() == 0 && self.version.minor() == 0 && self.version.patch() == 0;
        if zero && matches!(self.open, Open::Nothing | Open::Major) {
            return true;
        }
        version.major() == self.version.major() && (version.minor() == self.version.minor() || self.open == Open::Minor)
    }

    fn caret(&self, version: &Version) -> bool {
        if version.compare(&self.version) == Ordering::Less {
            return false;
        }
        let (wanted, same_major) = (&self.version, version.major() == self.version.major());
        if wanted.major() > 0 || self.open == Open::Minor || !same_major {
            return same_major;
        }
        let same_minor = version.minor() == wanted.minor();
        if wanted.minor() > 0 || self.open == Open::Patch || !same_minor {
            return same_minor;
        }
        version.patch() == wanted.patch()
    }
}
