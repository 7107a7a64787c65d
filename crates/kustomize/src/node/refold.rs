//! Folded blocks, which the original writes as such and reads again before it prints them.

/// What is left of a text that is written as a folded block and read again.
///
/// Compat: go-yaml's writer parts lines that must not be joined by an empty line, also where the next one is indented
/// and needs none; it looks at the beginning of the whole text where it should look at the next line.
pub(super) fn refolded(text: &str) -> String {
    // Such text is written in quotes.
    if text.is_empty() || text.ends_with(' ') || text.contains(" \n") || text.contains(|c: char| c < ' ' && c != '\n') {
        return text.to_owned();
    }
    read(&written(text))
}

fn written(text: &str) -> String {
    let first = text.chars().find(|c| *c != '\n');
    let parts = first.is_some_and(|c| c != ' ' && c != '\t');
    let mut out = String::with_capacity(text.len() + 8);
    let (mut after_break, mut leading_space) = (true, true);
    for c in text.chars() {
        if c == '\n' {
            if !after_break && !leading_space && parts {
                out.push('\n');
            }
            out.push('\n');
            after_break = true;
            continue;
        }
        if std::mem::take(&mut after_break) {
            leading_space = c == ' ' || c == '\t';
        }
        out.push(c);
    }
    // What stands behind the last line says which line ends are kept; the reader below is told by the text itself.
    if text.ends_with('\n') && !text.ends_with("\n\n") && text.len() > 1 {
        out.trim_end_matches('\n').to_owned() + "\n"
    } else {
        out
    }
}

fn read(block: &str) -> String {
    let mut text = String::with_capacity(block.len());
    let (mut last_break, mut empty_lines, mut was_indented) = ("", 0, false);
    for line in block.split_inclusive('\n') {
        if line == "\n" {
            empty_lines += 1;
            continue;
        }
        let indented = line.starts_with([' ', '\t']);
        if last_break.is_empty() || was_indented || indented {
            text.push_str(last_break);
        } else if empty_lines == 0 {
            text.push(' ');
        }
        text.push_str(&"\n".repeat(empty_lines));
        empty_lines = 0;
        let content = line.strip_suffix('\n');
        last_break = if content.is_some() { "\n" } else { "" };
        text.push_str(content.unwrap_or(line));
        was_indented = indented;
    }
    text.push_str(last_break);
    text.push_str(&"\n".repeat(empty_lines));
    text
}

#[cfg(test)]
mod tests {
    use super::refolded;

    #[test]
    fn an_empty_line_comes_before_what_is_indented() {
        let cases = [
            ("one", "one"),
            ("one\ntwo", "one\ntwo"),
            ("one\ntwo\n", "one\ntwo\n"),
            ("exists(c,\n  c.image\n)", "exists(c,\n\n  c.image\n)"),
            ("a\n\n  b\n\nc", "a\n\n\n  b\n\nc"),
            (" a\n  b", " a\n  b"),
            ("a \n  b", "a \n  b"),
        ];
        for (text, expected) in cases {
            assert_eq!(refolded(text), expected, "{text:?}");
        }
    }
}
