//! What is wrong with a regular expression, as far as it can be said in the words of Go's parser.

use crate::crd::node::compile_pattern;

/// What is wrong with it; `None` when it is well formed.
pub fn problem(expression: &str) -> Option<String> {
    let error = match compile_pattern(expression) {
        Ok(_) => return None,
        Err(error) => error.to_string(),
    };
    let told = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
    let words = [
        ("unclosed group", "missing closing )"),
        ("unopened group", "unexpected )"),
        ("unclosed character class", "missing closing ]"),
        ("repetition operator missing expression", "missing argument to repetition operator"),
        ("unrecognized escape sequence", "invalid escape sequence"),
        ("look-around", "invalid or unsupported Perl syntax"),
        ("backreferences", "invalid escape sequence"),
    ];
    let word = words.iter().find(|(theirs, _)| told.contains(theirs)).map(|(_, word)| *word);
    Some(word.map_or_else(|| told.to_owned(), |word| format!("{word}: `{expression}`")))
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn problems_are_told_as_go_tells_them() {
        assert_eq!(problem("^a+$"), None);
        assert_eq!(problem("(").as_deref(), Some("missing closing ): `(`"));
        assert_eq!(problem("a)").as_deref(), Some("unexpected ): `a)`"));
        assert_eq!(problem("*").as_deref(), Some("missing argument to repetition operator: `*`"));
        assert_eq!(problem("(?=a)").as_deref(), Some("invalid or unsupported Perl syntax: `(?=a)`"));
    }
}
