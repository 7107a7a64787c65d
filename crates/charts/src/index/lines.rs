//! An index in YAML as every tool writes it: one key a line. The lines of the one chart are picked out, and of these the
//! fields that matter; only they are parsed. A text that is laid out in another way is parsed as a whole, if it is small.

use super::broken::{bad, unreadable};
use crate::problem::Problem;
use budget::{Budget, Limits};
use serde_json::Value;
use std::io::{BufRead, Read as _};
use yaml::Dialect;

/// The fields of a version that matter.
const FIELDS: [&str; 4] = ["name", "version", "urls", "digest"];

/// What reading the lines of one chart may use; bytes are counted as they are gathered.
const LIMITS: Limits = Limits { fuel: 20_000_000, bytes: 64 << 20, depth: 64 };

/// What the index says of `chart`; `None` when it does not know it.
pub(super) fn items(text: impl BufRead, chart: &str, bytes_max: usize) -> Result<Option<Vec<Value>>, Problem> {
    let mut search = Search { chart, state: State::Top, picked: Picked::default(), has_version: false };
    let mut lines = Lines { text, line: Vec::new(), bytes_max };
    while let Some(line) = lines.next()? {
        search.line(line);
        if search.picked.text.len() > bytes_max {
            return Err(Problem::TooLarge { what: "bytes that the index says of one chart", max: bytes_max as u64 });
        }
        if matches!(search.state, State::Odd) {
            return Err(bad("`entries` is not laid out one key a line, as Helm writes it"));
        }
    }
    if !search.has_version {
        return Err(bad("no API version specified"));
    }
    if !search.picked.is_found {
        return Ok(None);
    }
    search.picked.parse().map(Some)
}

struct Lines<R> {
    text: R,
    line: Vec<u8>,
    bytes_max: usize,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<&str>, Problem> {
        self.line.clear();
        let read = self.text.by_ref().take(self.bytes_max as u64 + 1).read_until(b'\n', &mut self.line);
        match read.map_err(|error| unreadable(&error))? {
            0 => Ok(None),
            length if length > self.bytes_max => {
                Err(Problem::TooLarge { what: "bytes of one line of the index", max: self.bytes_max as u64 })
            }
            _ => std::str::from_utf8(&self.line).map(Some).map_err(|_| bad("it is not UTF-8")),
        }
    }
}

enum State {
    /// Among the keys of the file.
    Top,
    /// Below `entries`, whose keys stand this deep; not known before the first.
    Entries(Option<usize>),
    /// Among the versions of the chart.
    Chart { depth: usize },
    /// Not laid out as expected.
    Odd,
}

struct Search<'c> {
    chart: &'c str,
    state: State,
    picked: Picked,
    has_version: bool,
}

impl Search<'_> {
    fn line(&mut self, line: &str) {
        let line = line.trim_end();
        let text = line.trim_start_matches(' ');
        if text.is_empty() || text.starts_with('#') || line == "---" {
            return;
        }
        let depth = line.len() - text.len();
        match self.state {
            State::Top => self.top(depth, text),
            State::Entries(_) | State::Chart { .. } if depth == 0 && !text.starts_with('-') => self.top(depth, text),
            State::Entries(None) => {
                self.state = State::Entries(Some(depth));
                self.key(depth, text);
            }
            State::Entries(Some(expected)) if depth == expected && !text.starts_with('-') => self.key(depth, text),
            State::Chart { depth: expected } if depth == expected && !text.starts_with('-') => self.key(depth, text),
            State::Chart { .. } => self.picked.line(depth, text),
            State::Entries(Some(_)) | State::Odd => {}
        }
    }

    fn top(&mut self, depth: usize, text: &str) {
        if depth > 0 {
            return;
        }
        self.state = State::Top;
        match key(text) {
            Some(("apiVersion", rest)) => self.has_version = !rest.is_empty() && rest != "\"\"" && rest != "''",
            Some(("entries", rest)) if rest.is_empty() || rest.starts_with('#') => self.state = State::Entries(None),
            Some(("entries", "{}" | "null" | "~")) => {}
            Some(("entries", _)) => self.state = State::Odd,
            _ => {}
        }
    }

    /// The name of a chart.
    fn key(&mut self, depth: usize, text: &str) {
        self.state = State::Entries(Some(depth));
        match key(text) {
            Some((name, rest)) if name == self.chart => {
                self.picked = Picked { is_found: true, ..Picked::default() };
                if rest.is_empty() || rest.starts_with('#') {
                    self.state = State::Chart { depth };
                } else {
                    self.picked.text = format!("{rest}\n");
                }
            }
            Some(_) => {}
            None => self.state = State::Odd,
        }
    }
}

/// The key and what stands behind it on its line.
fn key(text: &str) -> Option<(&str, &str)> {
    let (key, rest) = match text.chars().next()? {
        quote @ ('"' | '\'') => {
            text[1..].split_once(quote).and_then(|(key, rest)| Some((key, rest.strip_prefix(':')?)))?
        }
        _ => {
            let at = text.find(": ").or_else(|| text.strip_suffix(':').map(str::len))?;
            (&text[..at], &text[at + 1..])
        }
    };
    Some((key, rest.trim()))
}

/// The lines that matter, put together as a list of small maps.
#[derive(Default)]
struct Picked {
    is_found: bool,
    text: String,
    /// How deep the fields of a version stand; 0 until that is known.
    fields: usize,
    is_kept: bool,
}

impl Picked {
    fn line(&mut self, depth: usize, text: &str) {
        let item = text.strip_prefix('-').filter(|_| self.fields == 0 || depth < self.fields);
        if let Some(rest) = item {
            let rest_text = rest.trim_start_matches(' ');
            self.fields = if rest_text.is_empty() { 0 } else { depth + 1 + (rest.len() - rest_text.len()) };
            self.text.push_str("- _:\n");
            return self.field(rest_text);
        }
        if self.fields == 0 {
            self.fields = depth;
        }
        if depth == self.fields && !text.starts_with('-') {
            return self.field(text);
        }
        // A list may stand as deep as its key; everything else that belongs to a field stands deeper.
        if self.is_kept {
            self.push(depth.saturating_sub(self.fields), text);
        }
    }

    fn field(&mut self, text: &str) {
        if text.is_empty() {
            self.is_kept = false;
            return;
        }
        if text.starts_with(['{', '&', '*', '!']) {
            // A whole version on one line: it takes the place of the empty one.
            let end = self.text.len() - "_:\n".len();
            self.text.truncate(end);
            self.text.push_str(text);
            self.text.push('\n');
            self.is_kept = false;
            return;
        }
        self.is_kept = key(text).is_some_and(|(name, _)| FIELDS.contains(&name));
        if self.is_kept {
            self.push(0, text);
        }
    }

    fn push(&mut self, deeper: usize, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', 2 + deeper));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn parse(&self) -> Result<Vec<Value>, Problem> {
        let mut budget = Budget::new(LIMITS);
        let value = yaml::parse_one(self.text.as_bytes(), Dialect::V2, &mut budget)
            .map_err(|error| bad(format!("what it says of the chart is no YAML: {error}")))?;
        match value {
            Value::Array(items) => Ok(items),
            Value::Null => Ok(Vec::new()),
            _ => Err(bad("a chart's entry is not a list of versions")),
        }
    }
}
