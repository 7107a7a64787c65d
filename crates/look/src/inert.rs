//! Text from clusters, made harmless to look at: what steers terminals and turns the direction of writing is taken out.
//! Markup is escaped where pages are made. A leaf module.

/// As much of one text is shown; more is read with kubectl.
const SHOWN_MAX: usize = 2_000;

/// Text to be shown.
#[must_use]
pub fn inert(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_MAX).filter_map(harmless).collect();
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push('…');
    }
    shown
}

fn harmless(character: char) -> Option<char> {
    match character {
        '\n' | '\t' => Some(' '),
        // Marks that turn the direction of writing, and those that are not seen at all.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => None,
        character if character.is_control() => None,
        character => Some(character),
    }
}

/// One segment of a path of a link.
#[must_use]
pub fn segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_what_shows_it() {
        assert_eq!(inert("a\u{1b}[31mb\u{202e}c\u{0}\nd"), "a[31mbc d");
        assert_eq!(inert(&"x".repeat(3_000)).chars().count(), 2_001);
        assert_eq!(segment("a/b?c\"<"), "a%2Fb%3Fc%22%3C");
    }
}
