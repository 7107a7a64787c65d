//! PEM blocks as Go's `encoding/pem` writes and finds them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How many characters a line has.
const LINE: usize = 64;

/// A block of a type.
pub(super) fn encode(kind: &str, bytes: &[u8]) -> String {
    let mut out = format!("-----BEGIN {kind}-----\n");
    for line in STANDARD.encode(bytes).as_bytes().chunks(LINE) {
        out.push_str(&String::from_utf8_lossy(line));
        out.push('\n');
    }
    out.push_str(&format!("-----END {kind}-----\n"));
    out
}

/// The first block in `text`: its type and content.
pub(super) fn decode(text: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(text);
    let mut lines = text.split('\n').map(str::trim_end);
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) else {
            continue;
        };
        let end = format!("-----END {kind}-----");
        let mut digits = String::new();
        let mut body = lines.clone();
        let ended = body.by_ref().any(|line| {
            let is_end = line == end;
            // Lines with a colon are headers.
            if !is_end && !line.contains(':') {
                digits.extend(line.chars().filter(|c| !c.is_whitespace()));
            }
            is_end
        });
        if ended && let Ok(bytes) = STANDARD.decode(&digits) {
            return Some((kind.to_owned(), bytes));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_found_behind_other_text() {
        let block = encode("X KEY", &[7; 100]);
        assert_eq!(decode(format!("text\n{block}more").as_bytes()), Some(("X KEY".to_owned(), vec![7; 100])));
        assert_eq!(decode(b"-----BEGIN X-----\nAAAA\n"), None);
    }
}
