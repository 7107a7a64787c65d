//! The modules of a crate form no cycle. An arrow goes from a module to the module that *defines* what it names;
//! re-exports are looked through, so a crate's root may present what its modules define.

use crate::workspace::Crate;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use syn::visit::Visit;

type Module = Vec<String>;

pub fn check(one: &Crate) -> Result<Vec<String>> {
    let mut modules = BTreeMap::new();
    let source = one.folder.join("src");
    for (path, text) in one.sources("src")? {
        let file = syn::parse_file(&text).with_context(|| path.display().to_string())?;
        if let Some(module) = module_of(&source, &path) {
            modules.insert(module, Facts::of(&file));
        }
    }
    let cycles = cycles(&arrows(&modules));
    Ok(cycles.into_iter().map(|cycle| format!("crates/{}/src: modules form a cycle: {cycle}", one.name)).collect())
}

/// Whether an item is compiled for tests only.
pub fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("test"))
    })
}

/// All paths a use tree names.
pub fn flatten(tree: &syn::UseTree, prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    match tree {
        syn::UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, paths);
            prefix.pop();
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| flatten(item, prefix, paths)),
        syn::UseTree::Glob(_) => paths.push(prefix.clone()),
        syn::UseTree::Name(name) => paths.push(with(prefix, &name.ident)),
        syn::UseTree::Rename(name) => paths.push(with(prefix, &name.ident)),
    }
}

fn with(prefix: &[String], last: &syn::Ident) -> Vec<String> {
    let mut path = prefix.to_vec();
    if last != "self" {
        path.push(last.to_string());
    }
    path
}

fn module_of(source: &Path, file: &Path) -> Option<Module> {
    let relative = file.strip_prefix(source).ok()?.with_extension("");
    let mut module: Module = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.first().is_some_and(|first| first == "bin") {
        return None;
    }
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    Some(module)
}

/// What one file says about names.
#[derive(Default)]
struct Facts {
    /// Names this module re-exports, and the path each comes from.
    reexports: BTreeMap<String, Vec<String>>,
    /// Everything it names otherwise.
    paths: Vec<Vec<String>>,
}

impl Facts {
    fn of(file: &syn::File) -> Self {
        let mut facts = Facts::default();
        facts.visit_file(file);
        facts
    }
}

impl<'ast> Visit<'ast> for Facts {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut paths = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut paths);
        if matches!(item.vis, syn::Visibility::Inherited) {
            self.paths.extend(paths);
            return;
        }
        for path in paths {
            if let Some(name) = path.last() {
                self.reexports.insert(name.clone(), path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }
}

fn arrows(modules: &BTreeMap<Module, Facts>) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut arrows = BTreeMap::new();
    for (module, facts) in modules {
        let targets = facts.paths.iter().filter_map(|path| definition(modules, module, path, 0));
        arrows.insert(module.clone(), targets.filter(|target| target != module).collect());
    }
    arrows
}

/// How many re-exports in a row are looked through.
const REEXPORTS_MAX: u32 = 8;

/// The module of this crate that defines what `path` means in `module`.
fn definition(modules: &BTreeMap<Module, Facts>, module: &Module, path: &[String], depth: u32) -> Option<Module> {
    let (mut at, mut rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (module.clone(), &path[1..]),
        "super" => {
            let ups = path.iter().take_while(|segment| *segment == "super").count();
            (module[..module.len().checked_sub(ups)?].to_vec(), &path[ups..])
        }
        first => {
            let mut child = module.clone();
            child.push(first.to_owned());
            modules.contains_key(&child).then_some(())?;
            (module.clone(), path)
        }
    };
    while let Some((first, after)) = rest.split_first() {
        let mut child = at.clone();
        child.push(first.clone());
        if !modules.contains_key(&child) {
            break;
        }
        (at, rest) = (child, after);
    }
    let reexport = rest.first().and_then(|name| modules.get(&at)?.reexports.get(name));
    match reexport {
        Some(source) if depth < REEXPORTS_MAX => definition(modules, &at, source, depth + 1),
        _ => Some(at),
    }
}

/// Each knot of modules that reach each other, as one line.
fn cycles(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        arrows.keys().map(|from| (from, reachable(arrows, from))).collect();
    let mut knots = BTreeSet::new();
    for (from, reached) in &reach {
        let knot: BTreeSet<&Module> =
            reached.iter().copied().filter(|to| reach.get(to).is_some_and(|back| back.contains(*from))).collect();
        if knot.len() > 1 {
            let names: Vec<String> = knot
                .iter()
                .map(|module| if module.is_empty() { "crate".to_owned() } else { module.join("::") })
                .collect();
            knots.insert(names.join(" <-> "));
        }
    }
    knots.into_iter().collect()
}

fn reachable<'m>(arrows: &'m BTreeMap<Module, BTreeSet<Module>>, from: &'m Module) -> BTreeSet<&'m Module> {
    let mut reached = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(module) = todo.pop() {
        for target in arrows.get(module).into_iter().flatten() {
            if reached.insert(target) {
                todo.push(target);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)]) -> Vec<String> {
        let modules = files.iter().map(|(module, text)| {
            let module: Module = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
            (module, Facts::of(&syn::parse_file(text).expect("valid Rust")))
        });
        cycles(&arrows(&modules.collect()))
    }

    #[test]
    fn reexports_are_no_arrows_and_are_looked_through() {
        let root = "mod a; mod b; pub use a::A; pub use b::B; pub struct Root;";
        assert!(
            check(&[("", root), ("a", "use crate::B; use crate::Root; pub struct A;"), ("b", "pub struct B;")])
                .is_empty()
        );
    }

    #[test]
    fn a_cycle_is_found_whichever_way_it_is_written() {
        let found = check(&[("", "mod a; mod b;"), ("a", "use crate::b::B;"), ("b", "fn f() { super::a::g(); }")]);
        assert_eq!(found, ["a <-> b"]);
        let found = check(&[("", "mod a; fn f() { a::g(); }"), ("a", "fn g() { crate::f(); }")]);
        assert_eq!(found, ["crate <-> a"]);
    }

    #[test]
    fn tests_may_look_at_everything() {
        let a = "pub fn g() {} #[cfg(test)] mod tests { use crate::b; }";
        assert!(check(&[("", "mod a; mod b;"), ("a", a), ("b", "use crate::a::g;")]).is_empty());
    }
}
