//! What Helm rendered, as objects: definitions of resources first, then manifests, then hooks, as it prints them.

use crate::work::Work;
use crate::{Origin, Problem};
use helm::{Chart, Rendered};
use tree::TreePath;
use yaml::{Dialect, YamlError, parse_until};

/// Adds all documents.
pub(super) fn add(work: &mut Work<'_>, rendered: &Rendered, chart: &Chart, skip_tests: bool) {
    for (path, text) in &rendered.crds {
        let path = below(work, path);
        add_text(work, &path, |line| line, text);
    }
    let hooks = rendered.hooks.iter().filter(|hook| !(skip_tests && hook.is_test())).map(|hook| &hook.manifest);
    for manifest in rendered.manifests.iter().chain(hooks) {
        let path = below(work, &manifest.path);
        let line = u32::try_from(helm::template_line(manifest, chart)).unwrap_or(u32::MAX);
        add_text(work, &path, |_| line, &manifest.content);
    }
}

/// Where a file stands that Helm calls by the chart's name: below the source's directory.
fn below(work: &Work<'_>, shown: &str) -> TreePath {
    let inner = shown.split_once('/').map_or(shown, |(_, inner)| inner);
    TreePath::resolve(&work.path, inner).unwrap_or_else(|_| work.path.clone())
}

fn add_text(work: &mut Work<'_>, path: &TreePath, line: impl Fn(u32) -> u32, text: &str) {
    let mut documents = Vec::new();
    let outcome = parse_until(text.as_bytes(), Dialect::V2, work.budget, &mut documents);
    for document in documents {
        work.add(&Origin { path: path.clone(), line: line(document.line) }, &document.value);
    }
    if let Err(error) = outcome {
        work.problem(unreadable(path, error));
    }
}

fn unreadable(path: &TreePath, error: YamlError) -> Problem {
    Problem::Yaml { path: path.clone(), error }
}
