//! The difference of two texts, in rows that stand side by side or below each other.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// So many lines of one text are compared; of longer ones the rest is left out and that is told.
pub const LINES_MAX: usize = 4_000;
/// So many equal lines stand around what differs.
const AROUND: usize = 3;
/// So many characters of a line are shown.
const WIDTH_MAX: usize = 400;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// It is in both.
    Same,
    /// Only before.
    Removed,
    /// Only after.
    Added,
}

/// A line with its number, counted from 1. What differs within it stands between `changed`, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub number: usize,
    /// Its text.
    pub text: String,
    /// What became of it.
    pub kind: LineKind,
    /// Where the part is that differs from the line beside it.
    pub changed: Option<(usize, usize)>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// What was and what is, or what would be.
    Lines(Option<Line>, Option<Line>),
    /// So many equal lines, not shown.
    Skipped(usize),
}

/// The difference of two texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Its rows.
    pub rows: Vec<Row>,
    /// How many lines went.
    pub removed: usize,
    /// How many lines came.
    pub added: usize,
    /// How many lines were not compared.
    pub left_out: usize,
}

/// The difference of two texts.
#[must_use]
pub fn difference(before: &str, after: &str) -> Difference {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let left_out = old.len().saturating_sub(LINES_MAX).max(new.len().saturating_sub(LINES_MAX));
    let (old, new) = (&old[..old.len().min(LINES_MAX)], &new[..new.len().min(LINES_MAX)]);
    let mut found = Difference { left_out, ..Difference::default() };
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let last = ops.len().saturating_sub(1);
    for (index, op) in ops.iter().enumerate() {
        let (left, right) = (op.old_range(), op.new_range());
        if let DiffOp::Equal { .. } = op {
            let count = left.len();
            let head = if index == 0 { 0 } else { AROUND.min(count) };
            let tail = if index == last { 0 } else { AROUND.min(count - head) };
            let skipped = count - head - tail;
            for offset in 0..count {
                if offset == head && skipped > 0 {
                    found.rows.push(Row::Skipped(skipped));
                }
                if offset < head || offset >= count - tail {
                    let line = |number: usize| Some(line(number + 1, old[left.start + offset], LineKind::Same, None));
                    found.rows.push(Row::Lines(line(left.start + offset), line(right.start + offset)));
                }
            }
            continue;
        }
        found.removed += left.len();
        found.added += right.len();
        for offset in 0..left.len().max(right.len()) {
            let old_line = left.clone().nth(offset).map(|at| (at + 1, old[at]));
            let new_line = right.clone().nth(offset).map(|at| (at + 1, new[at]));
            let apart = old_line.zip(new_line).map(|((_, one), (_, other))| apart(&cut(one), &cut(other)));
            let made =
                |own: Option<(usize, &str)>, kind, changed| own.map(|(number, text)| line(number, text, kind, changed));
            let (removed, added) = (apart.map(|own| own.0), apart.map(|own| own.1));
            let row = Row::Lines(made(old_line, LineKind::Removed, removed), made(new_line, LineKind::Added, added));
            found.rows.push(row);
        }
    }
    found
}

impl Difference {
    /// Whether both texts are the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.removed == 0 && self.added == 0
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn line(number: usize, text: &str, kind: LineKind, changed: Option<(usize, usize)>) -> Line {
    Line { number, text: cut(text), kind, changed }
}

/// What stands between the common beginning and the common end of two lines.
fn apart(one: &str, other: &str) -> ((usize, usize), (usize, usize)) {
    let same = |(a, b): &((usize, char), char)| a.1 == *b;
    let head: usize = one.char_indices().zip(other.chars()).take_while(same).map(|((_, own), _)| own.len_utf8()).sum();
    let (one_rest, other_rest) = (&one[head..], &other[head..]);
    let ends = one_rest.chars().rev().zip(other_rest.chars().rev()).take_while(|(a, b)| a == b);
    let tail: usize = ends.map(|(own, _)| own.len_utf8()).sum();
    ((head, one.len() - tail), (head, other.len() - tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> Vec<String> {
        let side =
            |line: &Option<Line>| line.as_ref().map_or(String::new(), |own| format!("{}:{}", own.number, own.text));
        let row = |row: &Row| match row {
            Row::Lines(left, right) => format!("{} | {}", side(left), side(right)),
            Row::Skipped(count) => format!("… {count}"),
        };
        difference(before, after).rows.iter().map(row).collect()
    }

    #[test]
    fn what_differs_stands_side_by_side_with_a_little_around() {
        let lines = |from: usize, to: usize| (from..to).map(|own| format!("l{own}\n")).collect::<String>();
        let (before, after) =
            (format!("{}old\n{}", lines(0, 9), lines(10, 19)), format!("{}new\nmore\n{}", lines(0, 9), lines(10, 19)));
        assert_eq!(
            shown(&before, &after),
            [
                "… 6",
                "7:l6 | 7:l6",
                "8:l7 | 8:l7",
                "9:l8 | 9:l8",
                "10:old | 10:new",
                " | 11:more",
                "11:l10 | 12:l10",
                "12:l11 | 13:l11",
                "13:l12 | 14:l12",
                "… 6"
            ]
        );
        assert!(difference(&before, &before).is_empty());
        assert_eq!(difference("", "a\n").added, 1);
    }

    #[test]
    fn what_differs_within_a_line_is_found() {
        assert_eq!(apart("replicas: 3", "replicas: 5"), ((10, 11), (10, 11)));
        assert_eq!(apart("größe: ä1", "größe: ö1"), ((9, 11), (9, 11)));
        assert_eq!(apart("aa", "aaa"), ((2, 2), (2, 3)));
    }

    #[test]
    fn long_texts_and_lines_are_bounded_and_that_is_told() {
        let long = "a\n".repeat(LINES_MAX + 7);
        assert_eq!(difference(&long, "").left_out, 7);
        let Some(Row::Lines(Some(line), _)) = difference(&"x".repeat(5_000_000), "").rows.into_iter().next() else {
            return;
        };
        assert_eq!(line.text.chars().count(), WIDTH_MAX + 1);
    }
}
