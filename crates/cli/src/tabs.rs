//! Tables as Go's `text/tabwriter` lays them out: scripts cut the columns of these outputs by position.

/// How cells become columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// The narrowest a column gets, padding included.
    pub min_width: usize,
    /// Spaces after the widest cell of a column.
    pub padding: usize,
}

impl Layout {
    /// The layout of nearly all of argocd's tables.
    pub(crate) const TABLE: Layout = Layout { min_width: 0, padding: 2 };
    /// The layout of what `wait` prints as it goes.
    pub(crate) const PROGRESS: Layout = Layout { min_width: 5, padding: 2 };
}

/// Lays out `text`, whose cells end in tabs and whose lines end in newlines. A column is a run of lines that all have a
/// cell there; the last cell of a line belongs to no column.
pub(crate) fn align(text: &str, layout: Layout) -> String {
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let mut out = String::new();
    format(&lines, layout, &mut Vec::new(), &mut out);
    out
}

fn format(lines: &[Vec<&str>], layout: Layout, widths: &mut Vec<usize>, out: &mut String) {
    let column = widths.len();
    let has_cell = |line: &Vec<&str>| line.len() > column + 1;
    let mut at = 0;
    while at < lines.len() {
        if !has_cell(&lines[at]) {
            write_line(&lines[at], widths, out);
            at += 1;
            continue;
        }
        let end = lines[at..].iter().position(|line| !has_cell(line)).map_or(lines.len(), |length| at + length);
        let widest = lines[at..end].iter().map(|line| line[column].chars().count() + layout.padding).max();
        widths.push(widest.unwrap_or_default().max(layout.min_width));
        format(&lines[at..end], layout, widths, out);
        widths.pop();
        at = end;
    }
}

fn write_line(cells: &[&str], widths: &[usize], out: &mut String) {
    for (index, cell) in cells.iter().enumerate() {
        out.push_str(cell);
        if index + 1 < cells.len() {
            let width = widths.get(index).copied().unwrap_or_default();
            out.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count())));
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_runs_of_lines_that_have_the_cell() {
        let text = "SOURCE\thttps://example.com/a/very/long/one\nID\tDATE\tREVISION\n0\t2026\tHEAD\n\nnext\tx\n";
        let expected =
            "SOURCE  https://example.com/a/very/long/one\nID      DATE  REVISION\n0       2026  HEAD\n\nnext  x\n";
        assert_eq!(align(text, Layout::TABLE), expected);
        assert_eq!(align("a\tb\n", Layout::PROGRESS), "a    b\n");
    }
}
