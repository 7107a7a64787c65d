//! From Go's grammar to Rust's: checks a pattern as Go does, with Go's errors, and writes what means the same to Rust.

use super::class;
use super::cursor::{Cursor, SyntaxError, error, literal};

/// The largest count of a repetition, and the largest product of nested ones.
const REPEAT_MAX: u32 = 1000;
/// How deeply groups may nest: what Rust's parser allows.
const DEPTH_MAX: usize = 200;

/// A pattern in Rust's grammar.
#[derive(Debug)]
pub(super) struct Translated {
    pub pattern: String,
    /// Names of the groups, by number; the first is the whole match.
    pub names: Vec<Option<String>>,
}

/// Translates `pattern`.
pub(super) fn translate(pattern: &str) -> Result<Translated, SyntaxError> {
    let mut translator = Translator {
        cursor: Cursor { whole: pattern, at: 0 },
        out: String::with_capacity(pattern.len() * 2),
        names: vec![None],
        groups: Vec::new(),
        current: Group::default(),
        last_repeat: None,
        flags: String::new(),
    };
    while !translator.cursor.rest().is_empty() {
        translator.step()?;
    }
    if !translator.groups.is_empty() {
        return error("missing closing )", pattern);
    }
    Ok(Translated { pattern: translator.out, names: translator.names })
}

struct Translator<'a> {
    cursor: Cursor<'a>,
    out: String,
    names: Vec<Option<String>>,
    groups: Vec<Group>,
    current: Group,
    /// Where the repetition stands that has just been read, for none may follow it.
    last_repeat: Option<usize>,
    /// Flags that have been read and not yet written: a repetition behind them, which Go allows, is written first.
    flags: String,
}

/// What is known of an open group.
///
/// The cost of an expression is the number that Go divides 1000 by, nested repetition by nested repetition.
#[derive(Debug, Clone, Copy, Default)]
struct Group {
    /// Cost of the dearest expression before the last one.
    cost: u32,
    /// Cost of the last expression, when there is one that can be repeated.
    last: Option<u32>,
}

impl Group {
    fn push(&mut self, cost: u32) {
        self.cost = self.total();
        self.last = Some(cost);
    }

    fn total(self) -> u32 {
        self.cost.max(self.last.unwrap_or(0))
    }
}

impl Translator<'_> {
    fn step(&mut self) -> Result<(), SyntaxError> {
        let previous_repeat = self.last_repeat.take();
        let Some(c) = self.cursor.peek() else { return Ok(()) };
        match c {
            '(' if self.cursor.rest().starts_with("(?") => self.special_group()?,
            '(' => self.open("(", 1, Some(None))?,
            '|' => {
                self.current = Group { cost: self.current.total(), last: None };
                self.plain("|");
            }
            ')' => self.close()?,
            '^' | '$' | '.' => {
                self.plain(&c.to_string());
                self.current.push(0);
            }
            '[' => {
                let class = class::translate(&mut self.cursor)?;
                self.atom(&class);
            }
            '*' | '+' | '?' => {
                let start = self.cursor.at;
                self.cursor.at += 1;
                self.repeat(start, previous_repeat, c.to_string(), None)?;
            }
            '{' => self.counted(previous_repeat)?,
            '\\' => self.escape()?,
            c => {
                self.cursor.at += c.len_utf8();
                self.character(u32::from(c));
            }
        }
        Ok(())
    }

    /// One ASCII character that means the same to both.
    fn plain(&mut self, text: &str) {
        self.cursor.at += 1;
        self.write(text);
    }

    fn atom(&mut self, text: &str) {
        self.write(text);
        self.current.push(0);
    }

    fn write(&mut self, text: &str) {
        self.out.push_str(&std::mem::take(&mut self.flags));
        self.out.push_str(text);
    }

    fn character(&mut self, code: u32) {
        let written = match char::from_u32(code) {
            Some(c) if c.is_ascii_alphanumeric() => c.to_string(),
            _ => literal(code).unwrap_or_else(|| "[a&&b]".to_owned()),
        };
        self.atom(&written);
    }

    /// Opens a group written as `text`, which takes so many bytes of the pattern; captures when it has a name or none.
    fn open(&mut self, text: &str, length: usize, capture: Option<Option<String>>) -> Result<(), SyntaxError> {
        if self.groups.len() >= DEPTH_MAX {
            return error("expression nests too deeply", self.cursor.whole);
        }
        self.cursor.at += length;
        self.write(text);
        self.names.extend(capture);
        self.groups.push(std::mem::take(&mut self.current));
        Ok(())
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        let Some(outer) = self.groups.pop() else { return error("unexpected )", self.cursor.whole) };
        let inner = std::mem::replace(&mut self.current, outer);
        self.plain(")");
        self.current.push(inner.total());
        Ok(())
    }

    /// `(?…`: a named group or flags.
    fn special_group(&mut self) -> Result<(), SyntaxError> {
        let rest = self.cursor.rest();
        let prefix = if rest.len() > 4 && rest.starts_with("(?P<") {
            4
        } else if rest.len() > 3 && rest.starts_with("(?<") {
            3
        } else {
            return self.flags();
        };
        let Some(end) = rest.find('>') else { return error("invalid named capture", rest) };
        let name = rest.get(prefix..end).unwrap_or("");
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return error("invalid named capture", &rest[..=end]);
        }
        // Compat: names may repeat in Go but not in Rust, so groups are found by number.
        self.open("(", end + 1, Some(Some(name.to_owned())))
    }

    /// `(?i)`, `(?s-m:`.
    fn flags(&mut self) -> Result<(), SyntaxError> {
        let start = self.cursor.at;
        self.cursor.at += 2;
        let (mut on, mut off) = (String::new(), String::new());
        let (mut negative, mut flag_seen) = (false, false);
        while let Some(c) = self.cursor.next() {
            match c {
                'i' | 'm' | 's' | 'U' => {
                    flag_seen = true;
                    on.retain(|seen| seen != c);
                    off.retain(|seen| seen != c);
                    if negative { off.push(c) } else { on.push(c) }
                }
                '-' if !negative => (negative, flag_seen) = (true, false),
                ':' | ')' if !negative || flag_seen => {
                    let off = if off.is_empty() { off } else { format!("-{off}") };
                    return self.flagged(&format!("{on}{off}"), c);
                }
                _ => break,
            }
        }
        error("invalid or unsupported Perl syntax", self.cursor.since(start))
    }

    /// Flags for the rest of the group, or a group of their own.
    fn flagged(&mut self, flags: &str, end: char) -> Result<(), SyntaxError> {
        if end == ':' {
            return self.open(&format!("(?{flags}:"), 0, None);
        }
        if !flags.is_empty() {
            self.flags.push_str(&format!("(?{flags})"));
        }
        Ok(())
    }

    /// `{2,3}`, or a brace that stands for itself.
    fn counted(&mut self, previous_repeat: Option<usize>) -> Result<(), SyntaxError> {
        let start = self.cursor.at;
        let Some((least, most, length)) = counts(self.cursor.rest()) else {
            self.cursor.at += 1;
            self.character(u32::from('{'));
            return Ok(());
        };
        self.cursor.at += length;
        let too_many = least.is_none_or(|least| least > REPEAT_MAX) || most == Some(None);
        let most = most.map(|most| most.unwrap_or(u32::MAX));
        if too_many || most.is_some_and(|most| most > REPEAT_MAX || Some(most) < least) {
            return error("invalid repeat count", self.cursor.since(start));
        }
        let least = least.unwrap_or(0);
        let written = match most {
            Some(most) => format!("{{{least},{most}}}"),
            None => format!("{{{least},}}"),
        };
        self.repeat(start, previous_repeat, written, Some((least, most)))
    }

    fn repeat(
        &mut self,
        start: usize,
        previous_repeat: Option<usize>,
        written: String,
        counts: Option<(u32, Option<u32>)>,
    ) -> Result<(), SyntaxError> {
        let lazy = self.cursor.skip("?");
        if let Some(previous) = previous_repeat {
            return error("invalid nested repetition operator", self.cursor.since(previous));
        }
        let Some(cost) = self.current.last else {
            return error("missing argument to repetition operator", self.cursor.since(start));
        };
        let cost = counts.map_or(cost, |(least, most)| match (most, least) {
            (Some(0), _) => 0,
            (None, 0) => cost,
            (most, least) => most.unwrap_or(least).saturating_mul(cost.max(1)),
        });
        let counted = counts.is_some_and(|(least, most)| least >= 2 || most >= Some(2));
        if counted && cost > REPEAT_MAX {
            return error("invalid repeat count", self.cursor.since(start));
        }
        self.current.last = Some(cost);
        self.last_repeat = Some(start);
        self.out.push_str(&written);
        if lazy {
            self.out.push('?');
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let anchor = match self.cursor.rest().get(..2) {
            Some(r"\A") => Some(r"\A"),
            Some(r"\z") => Some(r"\z"),
            Some(r"\b") => Some(r"(?-u:\b)"),
            Some(r"\B") => Some(r"(?-u:\B)"),
            Some(r"\C") => return error("invalid escape sequence", r"\C"),
            Some(r"\Q") => {
                self.quoted();
                return Ok(());
            }
            _ => None,
        };
        if let Some(anchor) = anchor {
            self.cursor.at += 2;
            self.atom(anchor);
        } else if let Some(named) = self.cursor.unicode_class()? {
            self.atom(&named);
        } else if let Some((ranges, negated)) = self.cursor.perl_class() {
            self.atom(&format!("[{}{ranges}]", if negated { "^" } else { "" }));
        } else {
            let code = self.cursor.escape()?;
            self.character(code);
        }
        Ok(())
    }

    /// `\Q…\E`: everything between stands for itself.
    fn quoted(&mut self) {
        self.cursor.at += 2;
        let rest = self.cursor.rest();
        let (text, length) = rest.split_once(r"\E").map_or((rest, rest.len()), |(text, _)| (text, text.len() + 2));
        self.cursor.at += length;
        for c in text.chars() {
            self.character(u32::from(c));
        }
    }
}

type Count = Option<u32>;

/// The counts in braces at the start of `text`, and their length: at least, at most when there is an end. A count that is
/// none is too large for a number.
fn counts(text: &str) -> Option<(Count, Option<Count>, usize)> {
    let inner = text.strip_prefix('{')?.split_once('}')?.0;
    let length = inner.len() + 2;
    let (least, most) = inner.split_once(',').map_or((inner, None), |(least, most)| (least, Some(most)));
    let least = count(least)?;
    let most = match most {
        None => Some(least),
        Some("") => None,
        Some(most) => Some(count(most)?),
    };
    Some((least, most, length))
}

/// A number without leading zeros.
fn count(text: &str) -> Option<Count> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (text.len() == 1 || !text.starts_with('0')) { Some(text.parse().ok()) } else { None }
}
