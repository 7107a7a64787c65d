//! A rendered file cut into documents: by its text, not by its grammar.

use crate::profile::Split;

/// The documents of `text` that hold anything.
pub(crate) fn split(text: &str, by: Split) -> Vec<&str> {
    match by {
        Split::Loose => loose(text.trim()),
        Split::Line => line(text.trim_start()),
    }
}

/// What a regular expression of Go takes for white space.
const SPACES: [char; 5] = [' ', '\t', '\n', '\u{c}', '\r'];

/// Cuts at `---` at the beginning of a line, together with all white space around it.
///
/// Compat: the white space behind one separator is gone before the next is looked for, so that of two separators on
/// neighbouring lines the second stays as text.
fn loose(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut begin = 0;
    if text.starts_with("---") {
        begin = past_spaces(text, 3);
    }
    while let Some(found) = text[begin..].find("\n---") {
        let end = begin + found;
        let document = text[begin..end].trim_end_matches(SPACES);
        if !document.is_empty() {
            documents.push(document.trim());
        }
        begin = past_spaces(text, end + 4);
    }
    if begin < text.len() {
        documents.push(text[begin..].trim());
    }
    documents
}

fn past_spaces(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start_matches(SPACES).len()
}

/// Cuts at `---` at the beginning of a line, together with the blanks behind it.
fn line(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut begin = 0;
    let mut from = 0;
    loop {
        let at_start = from == 0 && text.starts_with("---");
        let next = if at_start { Some(0) } else { text[from..].find("\n---").map(|found| from + found + 1) };
        let end = next.unwrap_or(text.len());
        let document = text[begin..end].trim_start();
        if !document.is_empty() {
            documents.push(document);
        }
        let Some(separator) = next else { return documents };
        begin = text.len() - text[separator + 3..].trim_start_matches([' ', '\t']).len();
        from = begin;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_ways_of_cutting() {
        let table: [(&str, &[&str], &[&str]); 9] = [
            ("", &[], &[]),
            ("a: 1\n", &["a: 1"], &["a: 1\n"]),
            ("---\na: 1\n---\nb: 2\n", &["a: 1", "b: 2"], &["a: 1\n", "b: 2\n"]),
            ("a: 1\n--- # x\nb: 2", &["a: 1", "# x\nb: 2"], &["a: 1\n", "# x\nb: 2"]),
            ("---a: 1\n----\nb: 2", &["a: 1", "-\nb: 2"], &["a: 1\n", "-\nb: 2"]),
            ("a: 1\n---\n---\nb: 2", &["a: 1", "---\nb: 2"], &["a: 1\n", "b: 2"]),
            ("a: |\n  ---\n  x\n", &["a: |\n  ---\n  x"], &["a: |\n  ---\n  x\n"]),
            ("\n\n  a: 1\n\n\n---\n\n\n", &["a: 1"], &["a: 1\n\n\n"]),
            ("a: 1\r\n---\r\nb: 2", &["a: 1", "b: 2"], &["a: 1\r\n", "b: 2"]),
        ];
        for (text, loosely, by_line) in table {
            assert_eq!(split(text, Split::Loose), loosely, "loosely: {text:?}");
            assert_eq!(split(text, Split::Line), by_line, "by line: {text:?}");
        }
    }
}
