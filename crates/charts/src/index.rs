//! What an index says of one chart. Indexes hold thousands of versions of hundreds of charts, of which one matters: the
//! rest is passed over without being parsed, and nothing but that one chart's few lines is ever in memory.

mod broken;

mod json;
mod lines;

use crate::problem::Problem;
use crate::version::{is_version, sort_newest_first};
use broken::{bad, unreadable};
use serde_json::Value;
use std::io::BufRead;

/// One version of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: String,
    /// Where its archive lies; may be relative to the repository.
    pub(crate) urls: Vec<String>,
    /// The archive's SHA-256, in hexadecimal, when the index promises one.
    pub(crate) digest: Option<String>,
}

/// The versions of `chart`, newest first.
///
/// # Errors
/// When the text is no index, has no such chart, or says more of it than `bytes_max`.
pub(crate) fn entries(mut text: impl BufRead, chart: &str, bytes_max: usize) -> Result<Vec<Entry>, Problem> {
    let items = match first_sign(&mut text)? {
        None => return Err(bad("it is empty")),
        Some(b'{') => json::items(text, chart)?,
        Some(_) => lines::items(text, chart, bytes_max)?,
    };
    let items = items.ok_or_else(|| Problem::NoChart { chart: chart.to_owned() })?;
    let mut entries: Vec<Entry> = items.iter().filter_map(|item| entry(item, chart)).collect();
    sort_newest_first(&mut entries, |entry| &entry.version);
    Ok(entries)
}

/// The first byte that is no white space, which stays unread.
fn first_sign(text: &mut impl BufRead) -> Result<Option<u8>, Problem> {
    loop {
        let buffer = text.fill_buf().map_err(|error| unreadable(&error))?;
        match buffer.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(at) => return Ok(Some(buffer[at])),
            None if buffer.is_empty() => return Ok(None),
            None => {
                let length = buffer.len();
                text.consume(length);
            }
        }
    }
}

/// An entry that Helm would not skip as invalid: it has the chart's name, a version and, to be of use, a URL.
fn entry(item: &Value, chart: &str) -> Option<Entry> {
    let text = |key: &str| match item.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let version = text("version").filter(|version| is_version(version))?;
    text("name").filter(|name| name == chart)?;
    let urls: Vec<String> =
        item.get("urls")?.as_array()?.iter().filter_map(|url| url.as_str().map(str::to_owned)).collect();
    let digest = text("digest").map(|digest| digest.trim_start_matches("sha256:").to_ascii_lowercase());
    let digest = digest.filter(|digest| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    Some(Entry { version, urls, digest })
}

#[cfg(test)]
mod tests;
