//! What `helm template` prints.

use super::Rendered;
use crate::load::wildcard;
use crate::manifest::{Manifest, split};
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
    let mut out = String::new();
    for (path, text) in &rendered.crds {
        document(&mut out, path, text);
    }
    for Manifest { path, content, .. } in &rendered.manifests {
        document(&mut out, path, content);
    }
    trim(&mut out);
    out.push('\n');
    if !printed.without_hooks {
        for hook in rendered.hooks.iter().filter(|hook| !(printed.without_tests && hook.is_test())) {
            document(&mut out, &hook.manifest.path, &hook.manifest.content);
        }
    }
    out
}

/// Without white space at either end, in place: a release's text is large.
fn trim(text: &mut String) {
    text.truncate(text.trim_end().len());
    let blank = text.len() - text.trim_start().len();
    text.drain(..blank);
}

fn document(out: &mut String, path: &str, text: &str) {
    out.push_str("---\n# Source: ");
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
