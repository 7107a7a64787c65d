//! Pure crates take values and give values: no clock, no chance, no files, no environment, no threads, no unordered
//! maps. Their tests may read case files.

use crate::workspace::Crate;
use anyhow::{Context, Result};
use syn::visit::Visit;

/// Path prefixes pure code must not name.
const BANNED: [&[&str]; 15] = [
    &["std", "fs"],
    &["std", "env"],
    &["std", "net", "TcpStream"],
    &["std", "net", "TcpListener"],
    &["std", "net", "UdpSocket"],
    &["std", "net", "ToSocketAddrs"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["std", "collections", "HashMap"],
    &["std", "collections", "HashSet"],
    &["std", "collections", "hash_map"],
    &["tokio"],
    &["clock"],
];

pub fn check(one: &Crate) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (path, text) in one.sources("src")? {
        let file = syn::parse_file(&text).with_context(|| path.display().to_string())?;
        let shown = path.strip_prefix(crate::workspace::root()).unwrap_or(&path).display().to_string();
        for name in banned_names(&file) {
            findings.push(format!("{shown}: a pure crate must not use {name}"));
        }
    }
    Ok(findings)
}

fn banned_names(file: &syn::File) -> Vec<String> {
    let mut paths = Paths::default();
    paths.visit_file(file);
    let starts = |path: &[String], banned: &[&str]| {
        path.len() >= banned.len() && path.iter().zip(banned).all(|(segment, banned)| segment == banned)
    };
    let mut found: Vec<String> = paths
        .0
        .iter()
        .filter(|path| BANNED.iter().any(|banned| starts(path, banned)))
        .map(|path| path.join("::"))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Every path named outside test modules.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !super::modules::is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        super::modules::flatten(&item.tree, &mut Vec::new(), &mut self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banned_paths_are_found_in_uses_and_calls_but_not_in_tests() {
        let check = |text: &str| banned_names(&syn::parse_file(text).expect("valid Rust"));
        assert_eq!(check("use std::{fs, fmt}; fn f() { std::env::var(\"X\"); }"), ["std::env::var", "std::fs"]);
        assert!(check("#[cfg(test)] mod tests { use std::fs; } use std::collections::BTreeMap;").is_empty());
    }
}
