//! What `helm template` prints.

use super::Rendered;
use crate::load::wildcard;
use crate::manifest::{Hook, Manifest, split};
use crate::profile::Profile;

/// Which hooks are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Printed {
    /// `--no-hooks`.
    pub without_hooks: bool,
    /// `--skip-tests`.
    pub without_tests: bool,
}

/// No template of that name has given anything; the words are Helm's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not find template {0} in chart")]
pub struct ShowError(pub String);

/// The whole text.
#[must_use]
pub fn print(rendered: &Rendered, printed: Printed) -> String {
    let crds = rendered.crds.iter().map(|(path, text)| (path, text));
    let before = crds.chain(rendered.manifests.iter().map(of_manifest));
    let wanted = |hook: &&Hook| !(printed.without_hooks || printed.without_tests && hook.is_test());
    let hooks = rendered.hooks.iter().filter(wanted).map(|hook| of_manifest(&hook.manifest));
    let len = |(path, text): (&String, &String)| DOCUMENT.len() + path.len() + text.len() + 2;
    // A release's text is large: it is given the memory it needs, and no more.
    let mut out = String::with_capacity(before.clone().chain(hooks.clone()).map(len).sum::<usize>() + 1);
    for (path, text) in before {
        document(&mut out, path, text);
    }
    trim(&mut out);
    out.push('\n');
    for (path, text) in hooks {
        document(&mut out, path, text);
    }
    out
}

/// What stands before the path of a document.
const DOCUMENT: &str = "---\n# Source: ";

fn of_manifest(manifest: &Manifest) -> (&String, &String) {
    (&manifest.path, &manifest.content)
}

/// Without white space at either end, in place.
fn trim(text: &mut String) {
    text.truncate(text.trim_end().len());
    let blank = text.len() - text.trim_start().len();
    text.drain(..blank);
}

fn document(out: &mut String, path: &str, text: &str) {
    out.push_str(DOCUMENT);
    out.push_str(path);
    out.push('\n');
    out.push_str(text);
    out.push('\n');
}

/// Of a printed text only the documents whose source matches one of `patterns`, pattern by pattern.
///
/// # Errors
/// When a pattern matches nothing.
pub fn only(text: &str, patterns: &[String], profile: Profile) -> Result<String, ShowError> {
    let documents = split(text, profile.split());
    let mut out = String::new();
    for pattern in patterns {
        let before = out.len();
        for document in &documents {
            let Some(path) = source(document) else { continue };
            if wildcard(pattern, path).unwrap_or(false) {
                out.push_str("---\n");
                out.push_str(document);
                out.push('\n');
            }
        }
        if out.len() == before {
            return Err(ShowError(pattern.clone()));
        }
    }
    Ok(out)
}

/// The path in a document's `# Source:`, without the chart's name.
fn source(document: &str) -> Option<&str> {
    let mut rest = document;
    loop {
        let (_, behind) = rest.split_once("# Source: ")?;
        let line = behind.lines().next().unwrap_or_default();
        match line.split_once('/') {
            Some((_, path)) if !path.is_empty() => return Some(path),
            _ => rest = behind,
        }
    }
}
