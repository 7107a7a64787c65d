//! What containers have written, bounded in lines and bytes.

use crate::problem::Problem;
use cluster::{ClusterClient, Request};
use jiff::Timestamp;
use look::{inert, segment};
use object::Object;
use serde_json::Value;

/// So many lines are asked for.
pub const LINES_MAX: usize = 1_000;
/// So many bytes are asked for.
const BYTES_MAX: usize = 1 << 20;
/// So many bytes of one line are looked at: more is not shown of it either.
const LINE_MAX: usize = 16 << 10;

/// What is asked of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogQuery {
    /// Which container; empty for the first.
    pub container: String,
    /// Whether the one before the last restart is meant.
    pub previous: bool,
    /// Only lines with these words.
    pub words: String,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it was written, where that is told.
    pub stamp: Option<Timestamp>,
    /// The stamp and what was written, harmless to look at.
    pub text: String,
}

impl Line {
    /// Reads one.
    pub fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LINE_MAX)]);
        let stamp = text.split_once(' ').and_then(|(stamp, _)| stamp.parse().ok());
        Line { stamp, text: inert(&without_colours(&text)) }
    }

    /// Whether words, in small letters, stand in it.
    pub fn has(&self, words: &str) -> bool {
        words.is_empty() || self.text.to_lowercase().contains(words)
    }
}

/// Text without what colours it on terminals: it means nothing here, and what is left of it would only be in the way.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let is_parameter = |own: char| matches!(own, '\u{20}'..='\u{3f}');
        let end = after.trim_start_matches(is_parameter);
        let mut letters = end.chars();
        rest =
            if letters.next().is_some_and(|own| matches!(own, '\u{40}'..='\u{7e}')) { letters.as_str() } else { end };
    }
    plain.push_str(rest);
    plain
}

/// A container of a pod.
#[derive(Debug, Clone)]
pub struct Container {
    path: String,
}

impl Container {
    /// The one that is asked for, or the first.
    pub fn of(pod: &Object, query: &LogQuery) -> Result<Self, Problem> {
        let known = containers(pod);
        let container = known.iter().find(|own| **own == query.container).or(known.first());
        let container = container.ok_or_else(Problem::missing)?;
        let (namespace, name) = (segment(pod.namespace().unwrap_or_default()), segment(pod.name()));
        let container = segment(container);
        let path = format!("/api/v1/namespaces/{namespace}/pods/{name}/log?container={container}&timestamps=true");
        Ok(Container { path })
    }

    /// What it writes from now on; behind `after`, where that is known.
    pub fn followed(&self, after: Option<Timestamp>) -> Request {
        let since = after.map(|own| format!("&sinceTime={}", segment(&own.to_string()))).unwrap_or_default();
        read(format!("{}&follow=true&tailLines={LINES_MAX}{since}", self.path))
    }
}

// Compat: a log is no JSON, and servers refuse to be asked for it as such.
fn read(uri: String) -> Request {
    Request { accept: "*/*", ..Request::get_path(uri) }
}

/// The containers of a pod.
pub fn containers(pod: &Object) -> Vec<String> {
    let value = pod.value();
    let lists = ["/spec/containers", "/spec/initContainers"];
    let all = lists.iter().filter_map(|own| value.pointer(own)).filter_map(Value::as_array).flatten();
    all.filter_map(|own| own["name"].as_str()).map(str::to_owned).collect()
}

/// The last lines of a container, and the stamp of the last of all that were read.
pub async fn lines(
    client: &ClusterClient,
    pod: &Object,
    query: &LogQuery,
) -> Result<(Vec<Line>, Option<Timestamp>), Problem> {
    let container = Container::of(pod, query)?;
    let uri = format!("{}&tailLines={LINES_MAX}&limitBytes={BYTES_MAX}&previous={}", container.path, query.previous);
    let bytes = client.send(&read(uri)).await?;
    let words = query.words.to_lowercase();
    let mut found: Vec<Line> = bytes[..bytes.len().min(BYTES_MAX)]
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(Line::read)
        .collect();
    let last = found.iter().rev().find_map(|line| line.stamp);
    found.retain(|line| line.has(&words));
    let skipped = found.len().saturating_sub(LINES_MAX);
    Ok((found.split_off(skipped), last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_stamps_and_no_colours() {
        let line = Line::read(b"2026-01-01T00:00:00.1Z \x1b[31mred\x1b[0m <b>x</b>\x1b[ \x07");
        assert_eq!(line.stamp, "2026-01-01T00:00:00.1Z".parse().ok());
        assert_eq!(line.text, "2026-01-01T00:00:00.1Z red <b>x</b>");
        assert!(line.has("red <b>") && !line.has("31"));
        assert_eq!(Line::read(b"\xff\x1b[").text, "\u{fffd}");
    }
}
