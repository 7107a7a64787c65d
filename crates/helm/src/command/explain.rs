//! Where each object comes from: the file of the chart, and the line of it that the object begins at.

use crate::chart::{Chart, File};
use crate::manifest::{Hook, Manifest};
use crate::render::{Printed, Rendered};

/// One line for each object: `chart/templates/x.yaml:12  Deployment/web`.
pub(super) fn explain(rendered: &Rendered, chart: &Chart, printed: Printed) -> String {
    let mut rows: Vec<(String, String)> = Vec::new();
    for (path, _) in &rendered.crds {
        rows.push((format!("{path}:1"), "(as it is)".to_owned()));
    }
    for manifest in &rendered.manifests {
        rows.push(row(manifest, chart, ""));
    }
    let is_hidden = |hook: &Hook| printed.without_hooks || printed.without_tests && hook.is_test();
    for hook in rendered.hooks.iter().filter(|hook| !is_hidden(hook)) {
        rows.push(row(&hook.manifest, chart, "  (hook)"));
    }
    let width = rows.iter().map(|(place, _)| place.len()).max().unwrap_or_default();
    rows.iter().map(|(place, object)| format!("{place:width$}  {object}\n")).collect()
}

/// The line, from 1, of the template that a document comes from: where a reader should look first.
#[must_use]
pub fn template_line(manifest: &Manifest, chart: &Chart) -> usize {
    template(chart, &manifest.path).map_or(1, |file| line_of(manifest, file))
}

fn row(manifest: &Manifest, chart: &Chart, note: &str) -> (String, String) {
    let line = template_line(manifest, chart);
    (format!("{}:{line}", manifest.path), format!("{}/{}{note}", manifest.kind, manifest.name))
}

/// The template with a path like `chart/charts/child/templates/x.yaml`. Children may stand under an alias.
fn template<'c>(chart: &'c Chart, path: &str) -> Option<&'c File> {
    let (_, below) = path.split_once('/')?;
    if let Some(rest) = below.strip_prefix("charts/") {
        let (name, _) = rest.split_once('/')?;
        let declared = chart.metadata.declared().find(|one| one.alias == name).map(|one| one.name.as_str());
        let child = chart.dependencies.iter().find(|child| child.name() == declared.unwrap_or(name))?;
        return template(child, rest);
    }
    chart.templates.iter().find(|file| file.name == below)
}

/// The line of the template at which the document begins: that of its `kind`, or of the separator before it.
///
/// A template is a program, so this is where a reader should look first, not a proof: loops and includes make many
/// documents of one line.
fn line_of(manifest: &Manifest, file: &File) -> usize {
    let text = String::from_utf8_lossy(&file.data);
    let kinds: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            line.strip_prefix("kind:").is_some_and(|kind| kind.trim().trim_matches('"') == manifest.kind)
        })
        .map(|(at, _)| at)
        .collect();
    let separators = text.lines().enumerate().filter(|(_, line)| line.starts_with("---")).map(|(at, _)| at);
    let starts: Vec<usize> = std::iter::once(0).chain(separators).collect();
    let kind = match kinds.as_slice() {
        [only] => Some(*only),
        all => starts.get(manifest.index).and_then(|start| all.iter().copied().find(|at| at >= start)),
    };
    kind.or_else(|| starts.get(manifest.index).copied()).unwrap_or_default() + 1
}
