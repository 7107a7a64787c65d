//! Base64 as the original writes it into Secrets: lines of 70 characters.

use base64::Engine as _;

/// The length of a line.
const LINE: usize = 70;

/// The text of some bytes. Text of one line has no line end; longer text has one after every line.
pub(super) fn encode(bytes: &[u8]) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn long_values_are_wrapped() {
        assert_eq!(encode(b"abc"), "YWJj");
        assert_eq!(encode(&[0; 51]).len(), 68);
        let wrapped = encode(&[0; 60]);
        assert_eq!(wrapped.lines().map(str::len).collect::<Vec<_>>(), [70, 10]);
        assert!(wrapped.ends_with('\n'));
    }
}
