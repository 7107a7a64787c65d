//! Whether a file mentions something, without parsing it.

/// Whether `text` stands anywhere in `content`.
pub(super) fn contains(content: &[u8], text: &str) -> bool {
    content.windows(text.len()).any(|window| window == text.as_bytes())
}
