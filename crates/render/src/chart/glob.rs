//! Patterns of values files: `*`, `?`, `[…]`, `{a,b}` and, for any number of directories, `**`. Matches come in the order
//! of a walk, which decides which file wins.

use crate::Problem;
use api::Glob;
use budget::Budget;
use tree::{EntryKind, Tree, TreePath, resolve};

/// The field that patterns stand in.
const FIELD: &str = "spec.source.helm.valueFiles";

/// How many patterns the braces of one may make: each is walked by itself.
const ALTERNATIVES_MAX: usize = 256;

/// Whether a path is a pattern. Compat: braces alone do not make one.
pub(super) fn is_pattern(path: &TreePath) -> bool {
    path.as_str().contains(['*', '?', '['])
}

/// The paths of `tree` that match.
pub(super) fn expand(tree: &dyn Tree, pattern: &TreePath, budget: &mut Budget) -> Result<Vec<TreePath>, Problem> {
    let invalid = || Problem::Pattern { field: FIELD, pattern: pattern.as_str().to_owned() };
    let mut alternatives = vec![pattern.as_str().to_owned()];
    while let Some(at) = alternatives.iter().position(|one| has_braces(one)) {
        let opened = alternatives_of(&alternatives.remove(at)).ok_or_else(invalid)?;
        alternatives.extend(opened);
        if alternatives.len() > ALTERNATIVES_MAX {
            return Err(invalid());
        }
    }
    let mut found = Vec::new();
    for one in &alternatives {
        let segments = one.split('/').map(Segment::parse).collect::<Option<Vec<_>>>().ok_or_else(invalid)?;
        let mut walk = Walk { tree, budget, found: &mut found };
        walk.directory(&TreePath::root(), &segments)?;
    }
    if alternatives.len() > 1 {
        found.sort();
        found.dedup();
    }
    Ok(found)
}

fn has_braces(pattern: &str) -> bool {
    opening(pattern).is_some()
}

/// Where the first brace opens that is not escaped.
fn opening(pattern: &str) -> Option<usize> {
    let bytes = pattern.as_bytes();
    (0..bytes.len()).find(|at| bytes[*at] == b'{' && (*at == 0 || bytes[at - 1] != b'\\'))
}

/// The patterns that the first pair of braces stands for; `None` when it does not close.
fn alternatives_of(pattern: &str) -> Option<Vec<String>> {
    let start = opening(pattern)?;
    let (before, inner) = (&pattern[..start], &pattern[start + 1..]);
    let (mut depth, mut begin, mut texts) = (0, 0, Vec::new());
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => {
                texts.push(&inner[begin..at]);
                let after = &inner[at + 1..];
                return Some(texts.into_iter().map(|text| format!("{before}{text}{after}")).collect());
            }
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                texts.push(&inner[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// A pattern of one name, or of any number of directories.
enum Segment {
    Directories,
    Literal(String),
    Name(Glob),
}

impl Segment {
    fn parse(text: &str) -> Option<Self> {
        if text == "**" {
            return Some(Segment::Directories);
        }
        if !text.contains(['*', '?', '[', '\\']) {
            return Some(Segment::Literal(text.to_owned()));
        }
        let glob = Glob::shell(&text.replace("[!", "[^"));
        glob.is_valid().then_some(Segment::Name(glob))
    }
}

struct Walk<'w> {
    tree: &'w dyn Tree,
    budget: &'w mut Budget,
    found: &'w mut Vec<TreePath>,
}

impl Walk<'_> {
    fn directory(&mut self, at: &TreePath, segments: &[Segment]) -> Result<(), Problem> {
        let limit = |exceeded| Problem::Limit { path: at.clone(), exceeded };
        self.budget.enter().map_err(limit)?;
        self.budget.spend(1).map_err(limit)?;
        match segments {
            [] => self.found.push(at.clone()),
            [Segment::Literal(name), rest @ ..] => {
                let child = at.child(name);
                if self.tree.entry(&resolve(self.tree, &child)?)?.is_some() {
                    self.directory(&child, rest)?;
                }
            }
            // Two in a row mean one.
            [Segment::Directories, Segment::Directories, ..] => self.directory(at, &segments[1..])?,
            [Segment::Directories, rest @ ..] => {
                self.directory(at, rest)?;
                for (name, kind) in self.entries(at)? {
                    match kind {
                        EntryKind::Directory => self.directory(&at.child(&name), segments)?,
                        _ if rest.is_empty() => self.found.push(at.child(&name)),
                        _ => {}
                    }
                }
            }
            [Segment::Name(glob), rest @ ..] => {
                for (name, kind) in self.entries(at)? {
                    if glob.matches(&name) && (rest.is_empty() || kind == EntryKind::Directory) {
                        self.directory(&at.child(&name), rest)?;
                    }
                }
            }
        }
        self.budget.leave();
        Ok(())
    }

    /// What stands in a directory, links followed; nothing when it is none.
    fn entries(&mut self, at: &TreePath) -> Result<Vec<(String, EntryKind)>, Problem> {
        let limit = |exceeded| Problem::Limit { path: at.clone(), exceeded };
        let real = resolve(self.tree, at)?;
        if self.tree.entry(&real)?.is_none_or(|entry| entry.kind != EntryKind::Directory) {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        for (name, entry) in self.tree.list(&real)? {
            self.budget.spend(1).map_err(limit)?;
            let kind = match entry.kind {
                EntryKind::Symlink => {
                    let target = resolve(self.tree, &real.child(&name))?;
                    self.tree.entry(&target)?.map_or(EntryKind::Symlink, |entry| entry.kind)
                }
                kind => kind,
            };
            entries.push((name, kind));
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tree::MemoryTree;

    #[test]
    fn matches_come_in_the_order_of_a_walk() {
        let names = ["a.yaml", "b/c.yaml", "b/d/e.yaml", "b-x/f.yaml", "z.yaml", "w.json", ".h.yaml"];
        let tree = MemoryTree::from_files(names.map(|name| (name, "")));
        let cases: [(&str, &[&str]); 10] = [
            ("*.yaml", &[".h.yaml", "a.yaml", "z.yaml"]),
            ("**/*.yaml", &[".h.yaml", "a.yaml", "z.yaml", "b/c.yaml", "b/d/e.yaml", "b-x/f.yaml"]),
            ("b*/*.yaml", &["b/c.yaml", "b-x/f.yaml"]),
            ("{z,a}.*l", &["a.yaml", "z.yaml"]),
            ("[!a].yaml", &["z.yaml"]),
            ("?.yaml", &["a.yaml", "z.yaml"]),
            ("b/**", &["b", "b/c.yaml", "b/d", "b/d/e.yaml"]),
            ("*/d/*", &["b/d/e.yaml"]),
            ("{b/d/e,a}.yam?", &["a.yaml", "b/d/e.yaml"]),
            ("no/*.yaml", &[]),
        ];
        for (pattern, expected) in cases {
            let pattern = TreePath::parse(pattern).expect("a path");
            let found = expand(&tree, &pattern, &mut Budget::default()).expect("a pattern");
            let found: Vec<&str> = found.iter().map(TreePath::as_str).collect();
            assert_eq!(found, expected, "{pattern}");
        }
        for bad in ["[.yaml", "{a*", "*{a,{b"] {
            let pattern = TreePath::parse(bad).expect("a path");
            assert!(expand(&tree, &pattern, &mut Budget::default()).is_err(), "{bad}");
        }
    }
}
