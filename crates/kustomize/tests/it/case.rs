//! A case: a folder of files, flags of `kustomize build`, and what the original gave for them.
//!
//! `expected.yaml` is what kustomize v5.8.1 prints. Where it fails there is `error.txt` instead, with our message; and
//! where the original says it in other words, `peer-error.txt` with its own. Paths in messages start at the case.

use budget::{Budget, Limits};
use kustomize::{Built, Charts, HelmCharts, LoadRestrictions, Options, Reorder};
use std::path::{Path, PathBuf};
use tree::{MemoryTree, TreePath};

/// Files that belong to the case and not to its input.
const ANSWERS: [&str; 4] = ["expected.yaml", "error.txt", "peer-error.txt", "flags"];

/// Room for the largest public kustomizations.
pub const LIMITS: Limits = Limits { fuel: 200_000_000, bytes: 256 << 20, depth: 128 };

/// All cases, by name.
pub fn all() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let entries = std::fs::read_dir(folder).expect("the cases");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    cases
}

/// The files of a case, without the answers.
pub fn files(case: &Path) -> MemoryTree {
    let mut tree = MemoryTree::new();
    let mut pending = vec![case.to_path_buf()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let shown = path.strip_prefix(case).expect("below the case").to_string_lossy().into_owned();
            if ANSWERS.contains(&shown.as_str()) {
                continue;
            }
            let at = TreePath::parse(&shown).expect("a path");
            if path.is_symlink() {
                tree.insert_link(at, &std::fs::read_link(&path).expect("a link").to_string_lossy());
            } else if path.is_dir() {
                pending.push(path);
            } else {
                tree.insert_file(at, std::fs::read(&path).expect("a file"));
            }
        }
    }
    tree
}

/// The flags of a case, as the command line has them.
pub fn flags(case: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(case.join("flags")).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// Builds a case.
pub fn build(case: &Path) -> Built {
    let flags = flags(case);
    let given = |flag: &str| flags.iter().any(|given| given == flag);
    let after = |flag: &str| flags.iter().skip_while(|given| *given != flag).nth(1).cloned();
    let charts = HelmCharts {
        kube_version: after("--helm-kube-version").unwrap_or_default(),
        api_versions: after("--helm-api-versions").into_iter().collect(),
        ..HelmCharts::default()
    };
    let options = Options {
        load_restrictions: if given("LoadRestrictionsNone") {
            LoadRestrictions::None
        } else {
            LoadRestrictions::RootOnly
        },
        reorder: match (given("legacy"), given("none")) {
            (true, _) => Reorder::Legacy,
            (_, true) => Reorder::None,
            _ => Reorder::Unspecified,
        },
        charts: given("--enable-helm").then_some(&charts as &dyn Charts),
        ..Options::default()
    };
    let directory = if case.join("overlay").is_dir() { "overlay" } else { "" };
    let directory = TreePath::parse(directory).expect("a path");
    kustomize::build(&files(case), &directory, &options, &mut Budget::new(LIMITS))
}
