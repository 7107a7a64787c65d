//! The difference of two texts, as `diff` prints it.

use similar::{DiffOp, TextDiff};
use std::ops::Range;

/// The difference in `diff`'s plain format. Compat: argocd runs `diff` without options.
pub(crate) fn normal(from: &str, to: &str) -> String {
    let diff = TextDiff::from_lines(from, to);
    let (from, to): (Vec<&str>, Vec<&str>) = (from.lines().collect(), to.lines().collect());
    let mut out = String::new();
    for op in diff.ops() {
        let (old, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => {}
            DiffOp::Delete { .. } => {
                out.push_str(&format!("{}d{}\n", span(&old), new.start));
                lines(&mut out, '<', &from[old]);
            }
            DiffOp::Insert { .. } => {
                out.push_str(&format!("{}a{}\n", old.start, span(&new)));
                lines(&mut out, '>', &to[new]);
            }
            DiffOp::Replace { .. } => {
                out.push_str(&format!("{}c{}\n", span(&old), span(&new)));
                lines(&mut out, '<', &from[old]);
                out.push_str("---\n");
                lines(&mut out, '>', &to[new]);
            }
        }
    }
    out
}

/// Line numbers from 1, the last one included.
fn span(range: &Range<usize>) -> String {
    match range.len() {
        1 => range.end.to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    }
}

fn lines(out: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        out.push_str(&format!("{mark} {line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_change_has_its_letter() {
        assert_eq!(normal("a\nb\n", "a\nb\n"), "");
        assert_eq!(normal("a\nb\nc\n", "a\nx\nc\n"), "2c2\n< b\n---\n> x\n");
        assert_eq!(normal("a\nb\nc\n", "a\n"), "2,3d1\n< b\n< c\n");
        assert_eq!(normal("a\n", "a\nb\n"), "1a2\n> b\n");
        assert_eq!(normal("", "a\nb\n"), "0a1,2\n> a\n> b\n");
    }
}
