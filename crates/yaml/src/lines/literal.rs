//! Literal blocks: `|` and `|-`, their indentation that of their first line.

use super::{Line, Lines};
use serde_json::Value;

impl Lines<'_, '_> {
    /// The block whose header stands at `start` of `line`.
    pub(super) fn literal(&mut self, start: usize, line: Line) -> Option<Value> {
        self.nodes += 1;
        let strips = match &self.bytes()[start..line.end] {
            b"|" => false,
            b"|-" => true,
            _ => return None,
        };
        let indent = self.literal_indent()?;
        if indent <= line.indent {
            return None;
        }
        let mut text = self.literal_text(indent)?;
        if strips && text.ends_with('\n') {
            text.pop();
        }
        self.advance()?;
        self.must_not_go_on(line)?;
        Some(if self.building { Value::String(text) } else { Value::Null })
    }

    /// The indentation of the first line that holds anything.
    fn literal_indent(&self) -> Option<usize> {
        let mut at = self.at;
        let mut widest_blank = 0;
        while at < self.text.len() {
            let end = self.line_end(at);
            let line = &self.bytes()[at..end];
            let indent = line.iter().take_while(|byte| **byte == b' ').count();
            if indent < line.len() {
                return (widest_blank <= indent).then_some(indent);
            }
            widest_blank = widest_blank.max(indent);
            at = end + 1;
        }
        None
    }

    /// The lines that stand at least so deep; at the end of a text without a last line end, the block has none either.
    fn literal_text(&mut self, indent: usize) -> Option<String> {
        let mut text = String::new();
        let mut blank_lines = 0;
        while self.at < self.text.len() {
            let end = self.line_end(self.at);
            let line = &self.text[self.at..end];
            let spaces = line.bytes().take_while(|byte| *byte == b' ').count();
            let is_ended = end < self.text.len();
            if spaces == line.len() {
                if spaces > indent || !is_ended {
                    return None;
                }
                blank_lines += 1;
            } else if spaces < indent {
                break;
            } else {
                if self.building {
                    text.extend(std::iter::repeat_n('\n', std::mem::take(&mut blank_lines)));
                    text.push_str(&line[indent..]);
                    text.push_str(if is_ended { "\n" } else { "" });
                }
            }
            self.at = end + 1;
            self.number += 1;
        }
        Some(text)
    }
}
