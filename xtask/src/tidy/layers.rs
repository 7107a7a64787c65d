//! Arrows between crates point down only.

use crate::workspace::{self, Crate};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;

/// The order of the crates, read from `layers.txt`.
pub struct Layers {
    rows: Vec<Row>,
    /// Each crate's row from the top and place within it.
    places: BTreeMap<String, (usize, usize)>,
}

struct Row {
    title: String,
    pure: bool,
    crates: Vec<String>,
}

impl Layers {
    /// Reads the one file of layers.
    pub fn read() -> Result<Self> {
        let path = workspace::root().join("layers.txt");
        Layers::parse(&std::fs::read_to_string(&path).with_context(|| path.display().to_string())?)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut layers = Layers { rows: Vec::new(), places: BTreeMap::new() };
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let Some((title, names)) = line.split_once(':') else { bail!("layers.txt: no colon in {line:?}") };
            let crates: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
            for (column, name) in crates.iter().enumerate() {
                layers.places.insert(name.clone(), (layers.rows.len(), column));
            }
            let title = title.trim();
            let pure = title.ends_with("(pure)");
            layers.rows.push(Row { title: title.trim_end_matches("(pure)").trim().to_owned(), pure, crates });
        }
        Ok(layers)
    }

    /// Whether the crate stands in a layer that knows no clock and no I/O.
    pub fn is_pure(&self, name: &str) -> bool {
        self.places.get(name).is_some_and(|(row, _)| self.rows[*row].pure)
    }

    /// Every crate has a place and uses only what stands below it or to its left.
    pub fn check(&self, crates: &[Crate]) -> Vec<String> {
        let mut findings = Vec::new();
        for one in crates {
            let Some(place) = self.places.get(&one.name) else {
                findings.push(format!("layers.txt: crate {} has no place", one.name));
                continue;
            };
            for dependency in one.dependencies("dependencies") {
                if self.places.get(dependency).is_some_and(|other| !may_use(*place, *other)) {
                    findings
                        .push(format!("crates/{}/Cargo.toml: {dependency} stands above it in layers.txt", one.name));
                }
            }
        }
        for name in self.places.keys().filter(|name| !crates.iter().any(|one| one.name == **name)) {
            findings.push(format!("layers.txt: there is no crate {name}"));
        }
        findings
    }

    /// The picture for ARCHITECTURE.md.
    pub fn picture(&self, crates: &[Crate]) -> String {
        let mut lines = vec!["```".to_owned()];
        let width = self.rows.iter().map(|row| row.title.len()).max().unwrap_or_default();
        for row in &self.rows {
            let pure = if row.pure { "  (pure)" } else { "" };
            lines.push(format!("{:width$}  {}{pure}", row.title, row.crates.join("  ")));
        }
        lines.push("```".to_owned());
        lines.push(String::new());
        lines.push("| crate | what it is | uses |\n|---|---|---|".to_owned());
        for name in self.rows.iter().flat_map(|row| &row.crates) {
            let Some(one) = crates.iter().find(|one| one.name == *name) else { continue };
            let uses: Vec<&str> =
                one.dependencies("dependencies").into_iter().filter(|used| self.places.contains_key(*used)).collect();
            let about = one.section("package").find_map(|line| line.strip_prefix("description = "));
            let about = about.unwrap_or_default().trim_matches('"').trim_end_matches('.');
            lines.push(format!("| `{name}` | {about} | {} |", uses.join(" ")));
        }
        lines.join("\n")
    }
}

fn may_use((row, column): (usize, usize), (other_row, other_column): (usize, usize)) -> bool {
    other_row > row || other_row == row && other_column < column
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_crate(name: &str, dependencies: &[&str]) -> Crate {
        let lines: Vec<String> = dependencies.iter().map(|name| format!("{name}.workspace = true")).collect();
        let manifest = format!("[dependencies]\n{}\n", lines.join("\n"));
        Crate { name: name.to_owned(), folder: Default::default(), manifest }
    }

    #[test]
    fn arrows_point_down_or_left() {
        let layers = Layers::parse("top: a\nmiddle (pure): b c\n").expect("two layers");
        let check = |crates: &[Crate]| layers.check(crates).len();
        let (a, b) = (a_crate("a", &["b", "c"]), a_crate("b", &[]));
        assert_eq!(check(&[a, b, a_crate("c", &["b", "serde"])]), 0);
        assert_eq!(check(&[a_crate("a", &[]), a_crate("b", &["c"]), a_crate("c", &["a"])]), 2);
        assert_eq!(check(&[a_crate("a", &[]), a_crate("b", &[]), a_crate("c", &[]), a_crate("d", &[])]), 1);
        assert!(layers.is_pure("c") && !layers.is_pure("a"));
    }
}
