//! A file on its way into a chart.

use bytes::Bytes;

/// A file on its way into a chart.
#[derive(Debug, Clone)]
pub(crate) struct RawFile {
    pub(crate) name: String,
    pub(crate) data: Bytes,
}

/// Without the mark that some editors put in front of UTF-8.
pub(crate) fn without_mark(data: Bytes) -> Bytes {
    if data.starts_with(b"\xef\xbb\xbf") { data.slice(3..) } else { data }
}
