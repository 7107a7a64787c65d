//! Binary data as text between two lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The largest text that is read: a keyring of many people with their pictures is about 1 MiB.
const TEXT_BYTES_MAX: usize = 4 << 20;

/// The bytes of the first block in `text` between `-----BEGIN {label}-----` and its end; `None` when there is none, or
/// when it is damaged. Headers and the checksum are skipped: what they would tell, the signatures inside tell better.
pub(crate) fn decode(text: &str, label: &str) -> Option<Vec<u8>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let lines = || body.lines().map(str::trim);
    // Headers are lines with a colon, and end at an empty line.
    let has_headers = lines().find(|line| !line.is_empty()).is_some_and(|line| line.contains(':'));
    let content = lines().skip_while(|line| line.is_empty());
    let content: Vec<&str> =
        if has_headers { content.skip_while(|line| !line.is_empty()).collect() } else { content.collect() };
    let data: String = content.into_iter().filter(|line| !is_checksum(line)).collect();
    STANDARD.decode(data).ok()
}

/// Lines of SSH signatures may begin with padding; a checksum is longer.
fn is_checksum(line: &str) -> bool {
    line.len() == 5 && line.starts_with('=')
}

/// The block that `bytes` are written as.
pub(crate) fn encode(bytes: &[u8], label: &str) -> String {
    let data = STANDARD.encode(bytes);
    let mut text = format!("-----BEGIN {label}-----\n\n");
    let mut rest = data.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    let checksum = STANDARD.encode(&checksum(bytes).to_be_bytes()[1..]);
    text.push_str(&format!("={checksum}\n-----END {label}-----\n"));
    text
}

/// The 24 bits that OpenPGP puts under such a block.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = 0x00B7_04CE_u32;
    for byte in bytes {
        sum ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            sum <<= 1;
            if sum & 0x0100_0000 != 0 {
                sum ^= 0x0186_4CFB;
            }
        }
    }
    sum & 0x00FF_FFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let bytes: Vec<u8> = (0..=200).collect();
        let text = encode(&bytes, "PGP PUBLIC KEY BLOCK");
        assert_eq!(decode(&text, "PGP PUBLIC KEY BLOCK"), Some(bytes));
        assert_eq!(decode(&text, "PGP SIGNATURE"), None);
    }

    #[test]
    fn headers_are_skipped_and_damage_is_seen() {
        let text = "-----BEGIN X-----\nVersion: 1\nComment: a\n\naGk=\n-----END X-----";
        // The padding belongs to the data: a line of its own would be a checksum.
        assert_eq!(decode(text, "X"), Some(b"hi".to_vec()));
        assert_eq!(decode("-----BEGIN X-----\n\na!k=\n-----END X-----", "X"), None);
        assert_eq!(decode("-----BEGIN X-----\n\naGk=\n", "X"), None);
    }
}
