//! A constraint on versions: groups joined by `||`, inside a group conditions joined by commas or spaces.

use crate::Release;
use crate::satisfies::{Condition, Operator};
use crate::scan::{self, is_space};
use crate::version::Version;
use std::fmt;

/// The longest constraint that release 3.5 reads, and the most groups it may have.
const CONSTRAINT_BYTES_MAX: usize = 512;
const GROUPS_MAX: usize = 32;

/// A constraint, read.
#[derive(Debug, Clone)]
pub struct Constraints {
    groups: Vec<Group>,
    release: Release,
}

#[derive(Debug, Clone)]
struct Group {
    conditions: Vec<Condition>,
    names_prerelease: bool,
}

/// Why a text is not a constraint. The texts are the original's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// Not the grammar of constraints.
    #[error("improper constraint: {0}")]
    Improper(String),
    /// The grammar fits but a version in it does not.
    #[error("{0}")]
    Version(&'static str),
    /// Longer than the original reads.
    #[error("constraint string is too long (max {CONSTRAINT_BYTES_MAX} bytes)")]
    TooLong,
    /// More alternatives than the original reads.
    #[error("too many constraint groups (max {GROUPS_MAX})")]
    TooManyGroups,
}

impl Constraints {
    /// Reads a constraint: `=`, `!=`, `>`, `<`, `>=`, `<=`, `~`, `~>`, `^`, `1.x`, `*`, `1.2 - 2.3`.
    ///
    /// # Errors
    /// [`ConstraintError`] with the original's text when `text` is not a constraint.
    pub fn parse(text: &str, release: Release) -> Result<Constraints, ConstraintError> {
        let bounded = release >= Release::V3_5;
        if bounded && text.len() > CONSTRAINT_BYTES_MAX {
            return Err(ConstraintError::TooLong);
        }
        let text = rewrite_ranges(text);
        if bounded && text.split("||").count() > GROUPS_MAX {
            return Err(ConstraintError::TooManyGroups);
        }
        let groups = text.split("||").map(|group| parse_group(group, release)).collect::<Result<_, _>>()?;
        Ok(Constraints { groups, release })
    }

    /// Whether `version` satisfies one of the groups.
    #[must_use]
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            group.conditions.iter().all(|condition| match self.release {
                Release::V3_3 => condition.holds_alone(version),
                Release::V3_4 | Release::V3_5 => condition.holds_in_group(version, group.names_prerelease),
            })
        })
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.groups.iter().enumerate() {
            let conditions: Vec<String> = group.conditions.iter().map(Condition::to_string).collect();
            write!(out, "{}{}", if index > 0 { " || " } else { "" }, conditions.join(" "))?;
        }
        Ok(())
    }
}

fn parse_group(text: &str, release: Release) -> Result<Group, ConstraintError> {
    let improper = || ConstraintError::Improper(if release >= Release::V3_5 { quoted(text) } else { text.to_owned() });
    let mut conditions = Vec::new();
    let mut rest = skip_spaces(text);
    loop {
        let (sign, operator, pieces, behind) = split_condition(rest).ok_or_else(improper)?;
        conditions.push((sign, operator, pieces));
        let unspaced = skip_spaces(behind);
        if unspaced.is_empty() {
            break;
        }
        rest = match unspaced.strip_prefix(',') {
            Some(after_comma) => skip_spaces(after_comma),
            None if unspaced.len() < behind.len() => unspaced,
            None => return Err(improper()),
        };
    }
    let unreadable = if release < Release::V3_4 { "constraint Parser Error" } else { "constraint parser error" };
    let conditions = conditions
        .into_iter()
        .map(|(sign, operator, pieces)| {
            Condition::new(sign, operator, &pieces).ok_or(ConstraintError::Version(unreadable))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let names_prerelease = conditions.iter().any(Condition::names_prerelease);
    Ok(Group { conditions, names_prerelease })
}

/// One condition at the start of `text`, and what stands behind it.
fn split_condition(text: &str) -> Option<(&'static str, Operator, scan::Pieces<'_>, &str)> {
    let (sign, operator, rest) = Operator::split(text);
    let rest = skip_spaces(rest);
    let pieces = scan::pieces(rest, scan::digit_or_wildcard)?;
    Some((sign, operator, pieces, &rest[pieces.text.len()..]))
}

fn skip_spaces(text: &str) -> &str {
    &text[leading_spaces(text)..]
}

fn leading_spaces(text: &str) -> usize {
    text.bytes().take_while(|byte| is_space(*byte)).count()
}

/// Writes each `1.2 - 2.3` as `>= 1.2, <= 2.3 `.
fn rewrite_ranges(text: &str) -> String {
    let mut rewritten = text.to_owned();
    let mut at = 0;
    while at < text.len() {
        match range_at(&text[at..]) {
            Some((length, low, high)) => {
                // Compat: the first equal text is replaced, which need not be the place that was found.
                rewritten = rewritten.replacen(&text[at..at + length], &format!(">= {low}, <= {high} "), 1);
                at += length;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    rewritten
}

/// A range at the start of `text`: its length, its ends.
fn range_at(text: &str) -> Option<(usize, &str, &str)> {
    let start = leading_spaces(text);
    let low = scan::pieces(&text[start..], scan::digit_or_wildcard)?;
    let mut at = start + low.text.len();
    at += some_spaces(&text[at..])?;
    at += text[at..].starts_with('-').then_some(1)?;
    at += some_spaces(&text[at..])?;
    let high = scan::pieces(&text[at..], scan::digit_or_wildcard)?;
    at += high.text.len();
    at += leading_spaces(&text[at..]);
    Some((at, low.text, high.text))
}

fn some_spaces(text: &str) -> Option<usize> {
    Some(leading_spaces(text)).filter(|count| *count > 0)
}

/// `text` between quotes with Go's escapes for what occurs in practice.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
