//! Which quoting a string needs: first what it would be read as, then what its characters allow.

use crate::scalar::{Dialect, Scalar, is_base60, resolve};

/// How a string is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// What the characters of a string rule out.
struct Analysis {
    plain_allowed: bool,
    single_allowed: bool,
    literal_allowed: bool,
}

/// The style go-yaml v2 chooses; a short key (not `breakable`) stays on one line.
pub(super) fn choose(text: &str, breakable: bool) -> Style {
    let wanted = if text.contains('\n') {
        Style::Literal
    } else if resolve(text, Dialect::V2) == Scalar::Text && !is_base60(text) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    };
    let allowed = analyse(text);
    match wanted {
        Style::Plain if allowed.plain_allowed => Style::Plain,
        Style::Plain if allowed.single_allowed => Style::SingleQuoted,
        Style::Literal if allowed.literal_allowed && breakable => Style::Literal,
        _ => Style::DoubleQuoted,
    }
}

pub(super) fn is_multiline(text: &str) -> bool {
    text.contains(is_break)
}

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Letters, digits and what means nothing among them: most keys and most values.
fn is_word(text: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'-');
    text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) && text.bytes().all(harmless)
}

fn is_blank_or_end(c: Option<char>) -> bool {
    c.is_none_or(|c| c == ' ' || c == '\t' || is_break(c) || c == '\0')
}

/// What libyaml counts as printable; neither the tab nor anything outside the basic plane is.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn analyse(text: &str) -> Analysis {
    if is_word(text) {
        return Analysis { plain_allowed: true, single_allowed: true, literal_allowed: true };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let mut special = false;
    let (mut break_then_space, mut space_then_break) = (false, false);
    let (mut after_space, mut after_break) = (false, false);
    let mut after_blank = true;
    let mut chars = text.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        let before_blank = is_blank_or_end(chars.peek().copied());
        indicators |= match c {
            '#' => first || after_blank,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => first,
            '?' | '-' => first && before_blank,
            ':' => before_blank,
            _ => false,
        };
        special |= !is_printable(c);
        break_then_space |= c == ' ' && after_break;
        space_then_break |= is_break(c) && after_space;
        (after_space, after_break) = (c == ' ', is_break(c));
        after_blank = is_blank_or_end(Some(c));
        first = false;
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
    let edges = edge(text.chars().next()) || edge(text.chars().next_back());
    let broken = space_then_break || special;
    Analysis {
        plain_allowed: !(indicators || edges || break_then_space || broken || is_multiline(text)),
        single_allowed: !(break_then_space || broken),
        literal_allowed: !(broken || text.ends_with(' ')),
    }
}
