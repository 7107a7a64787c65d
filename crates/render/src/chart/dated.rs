//! Whether a chart may show the present: then what it gives holds for one commit only.

use helm::Chart;

/// Functions that ask what time it is; certificates are valid from then on.
const DATED: [&[u8]; 7] =
    [b"now", b"ago", b"genCA", b"genCAWithKey", b"genSelfSignedCert", b"genSignedCert", b"genSelfSignedCertWithKey"];

/// Whether a template of the chart, or of one in it, holds such a word.
pub(super) fn may_ask_for_now(chart: &Chart) -> bool {
    chart.templates.iter().any(|file| names_dated(&file.data)) || chart.dependencies.iter().any(may_ask_for_now)
}

fn names_dated(text: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut rest = text;
    // Only what stands in an action counts: prose says "now" too.
    while let Some(open) = find(rest, b"{{") {
        rest = &rest[open + 2..];
        let close = find(rest, b"}}").unwrap_or(rest.len());
        let (action, after) = rest.split_at(close);
        if !action.starts_with(b"/*") && !action.starts_with(b"- /*") {
            let mut words = action.split(|byte| !is_word(byte));
            if words.any(|word| DATED.contains(&word)) {
                return true;
            }
        }
        rest = after;
    }
    false
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_actions_that_ask_count() {
        assert!(names_dated(b"a: {{ now | date \"2006\" }}"));
        assert!(names_dated(b"{{- $ca := genCA \"x\" 365 }}"));
        assert!(!names_dated(b"# do it now\na: {{ .Values.snow }} {{/* now */}} now"));
    }
}
