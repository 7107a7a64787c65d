//! The texts of Chart.yaml, cleaned as Helm does when it loads a chart.

/// White space becomes a space, what cannot be printed goes.
pub(crate) fn sanitize(text: &mut String) {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return;
    }
    let cleaned = text.chars().filter_map(|c| match c {
        c if c.is_whitespace() => Some(' '),
        c if is_print(c) => Some(c),
        _ => None,
    });
    *text = cleaned.collect();
}

/// Go's `unicode.IsPrint`, short of what is not assigned: letters, marks, numbers, punctuation and symbols.
fn is_print(c: char) -> bool {
    // The formatting characters of category Cf, the private use areas and the controls are what cannot be printed.
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{e0001}'..='\u{e007f}'
            | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cleaned() {
        let mut text = "a\tb\u{200b}c\u{7}".to_owned();
        sanitize(&mut text);
        assert_eq!(text, "a bc");
    }
}
