//! One line of a policy into its fields, as Go's CSV reader takes it with leading space trimmed.

/// Why a line is no list of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CsvError {
    /// A quote inside a field that does not begin with one.
    #[error("a quote stands inside a field that does not begin with one")]
    BareQuote,
    /// A quoted field that goes on after its end, or never ends.
    #[error("a quoted field goes on after its closing quote or is not closed")]
    Quote,
}

/// The fields of a line. Spaces before a field do not count, those after it do.
pub(crate) fn fields(line: &str) -> Result<Vec<String>, CsvError> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => plain_field(rest)?,
        };
        fields.push(field);
        match after {
            Some(next) => rest = next,
            None => return Ok(fields),
        }
    }
}

/// The field and what follows its comma; `None` at the end of the line.
type Field<'a> = (String, Option<&'a str>);

fn plain_field(text: &str) -> Result<Field<'_>, CsvError> {
    let (field, after) = match text.split_once(',') {
        Some((field, after)) => (field, Some(after)),
        None => (text, None),
    };
    if field.contains('"') { Err(CsvError::BareQuote) } else { Ok((field.to_owned(), after)) }
}

fn quoted_field(text: &str) -> Result<Field<'_>, CsvError> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"').ok_or(CsvError::Quote)?;
        field.push_str(part);
        if let Some(doubled) = after.strip_prefix('"') {
            field.push('"');
            rest = doubled;
        } else if after.is_empty() {
            return Ok((field, None));
        } else {
            return after.strip_prefix(',').map(|next| (field, Some(next))).ok_or(CsvError::Quote);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_as_go_reads_them() {
        for (line, expected) in [
            ("p, a,b", vec!["p", "a", "b"]),
            ("p,a ,  b", vec!["p", "a ", "b"]),
            (r#"g, "my, group", role:x"#, vec!["g", "my, group", "role:x"]),
            (r#"g,"a ""b""",c"#, vec!["g", r#"a "b""#, "c"]),
            ("p,,", vec!["p", "", ""]),
            ("", vec![""]),
        ] {
            assert_eq!(fields(line), Ok(expected.into_iter().map(str::to_owned).collect()), "{line}");
        }
        assert_eq!(fields(r#"p, a"b"#), Err(CsvError::BareQuote));
        assert_eq!(fields(r#"p, "a" ,b"#), Err(CsvError::Quote));
        assert_eq!(fields(r#"p, "a"#), Err(CsvError::Quote));
    }
}
