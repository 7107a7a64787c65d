//! Rows laid out in columns: two spaces after the widest cell of each, the last cell as it is.

use crate::paint::width;

/// Spaces between columns.
const GAP: usize = 2;

/// Rows of cells.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub fn with_header(names: &[&str]) -> Self {
        Table { rows: vec![names.iter().map(|name| (*name).to_owned()).collect()] }
    }

    /// Adds a row of as many cells.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The rows, a line each.
    #[must_use]
    pub fn to_text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cells = |column: usize| self.rows.iter().filter_map(move |row| row.get(column));
        let widths: Vec<usize> =
            (0..columns).map(|column| cells(column).map(|cell| width(cell)).max().unwrap_or(0) + GAP).collect();
        let mut text = String::new();
        for row in &self.rows {
            for (index, cell) in row.iter().enumerate() {
                text.push_str(cell);
                if index + 1 < row.len() {
                    text.extend(std::iter::repeat_n(' ', widths[index].saturating_sub(width(cell))));
                }
            }
            text.push('\n');
        }
        text
    }
}
