//! What a commit says, and the branch it goes to.

use crate::reference::ImageReference;
use budget::{Budget, Limits};
use gotemplate::{FuncMap, List, Map, MissingKey, Run, Set, Value};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// One image of an application that got a new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its short name; empty for none.
    pub alias: String,
    /// What ran.
    pub from: ImageReference,
    /// What should.
    pub to: ImageReference,
}

/// A template that gives no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{template}: {message}")]
pub struct MessageError {
    /// Which template.
    pub template: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// The message unless another is configured; its fields are those of [`commit_message`].
pub const DEFAULT_MESSAGE: &str = "build: automatic update of {{ .AppName }}

{{ range .AppChanges -}}
updates image {{ .Image }} tag '{{ .OldTag }}' to '{{ .NewTag }}'
{{ end -}}
";

/// A name of a branch is cut here, as upstream cuts it.
const BRANCH_LENGTH_MAX: usize = 255;
/// A message is a page, not a book.
const LIMITS: Limits = Limits { fuel: 200_000, bytes: 1 << 20, depth: 64 };

/// The message of one application's changes. The template sees `.AppName` and `.AppChanges`, a list with `.Image`,
/// `.OldTag` and `.NewTag`.
///
/// # Errors
/// When the template cannot be read or fails.
pub fn commit_message(template: Option<&str>, application: &str, changes: &[Change]) -> Result<String, MessageError> {
    let list = changes.iter().map(|change| {
        map([
            ("Image", text(&change.to.repository)),
            ("OldTag", text(&shown(&change.from))),
            ("NewTag", text(&shown(&change.to))),
        ])
    });
    let data = map([("AppName", text(application)), ("AppChanges", Value::List(List::new(list.collect())))]);
    run("the commit message", template.unwrap_or(DEFAULT_MESSAGE), &data)
}

/// Whose changes a branch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BranchOf<'a> {
    /// The application's name.
    pub application: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// What is changed: repository, branch and file.
    pub target: &'a str,
}

/// The branch to push. The template sees `.Images`, a list with `.Name`, `.Alias`, `.OldTag` and `.NewTag`,
/// `.SHA256`, which differs for each set of changes, `.AppName`, `.AppNamespace` and `.TargetKey`.
///
/// # Errors
/// When the template cannot be read, fails, or gives what is no name of a branch.
pub fn branch_name(template: &str, of: BranchOf<'_>, changes: &[Change]) -> Result<String, MessageError> {
    const WHICH: &str = "the branch to push";
    let images = changes.iter().map(|change| {
        map([
            ("Name", text(&change.to.repository)),
            ("Alias", text(&change.alias)),
            ("OldTag", text(&shown(&change.from))),
            ("NewTag", text(&shown(&change.to))),
        ])
    });
    let data = map([
        ("Images", Value::List(List::new(images.collect()))),
        ("SHA256", text(&fingerprint(changes))),
        ("AppName", text(of.application)),
        ("AppNamespace", text(of.namespace)),
        ("TargetKey", text(of.target)),
    ]);
    let mut name = run(WHICH, template, &data)?;
    if name.len() > BRANCH_LENGTH_MAX {
        let end = (0..=BRANCH_LENGTH_MAX).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
        name.truncate(end);
    }
    if is_branch(&name) {
        return Ok(name);
    }
    Err(MessageError { template: WHICH, message: format!("{name:?} is not a name that Git takes for a branch") })
}

fn fingerprint(changes: &[Change]) -> String {
    let mut hash = Sha256::new();
    for change in changes {
        hash.update(format!("{}-{}-{},", change.to.repository, shown(&change.from), shown(&change.to)));
    }
    hex::encode(hash.finalize())
}

/// Compat: a version by its digest where it has one.
fn shown(image: &ImageReference) -> String {
    image.digest.clone().or_else(|| image.tag.clone()).unwrap_or_default()
}

/// What `git check-ref-format` takes.
fn is_branch(name: &str) -> bool {
    let bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let parts_are_fine =
        name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"));
    parts_are_fine
        && !name.contains(bad)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && name != "@"
        && !name.starts_with('-')
}

fn run(template: &'static str, source: &str, data: &Value) -> Result<String, MessageError> {
    let budget = &mut Budget::new(LIMITS);
    let mut set = Set::new(Arc::new(FuncMap::default()), MissingKey::Error);
    let told = |message: String| MessageError { template, message };
    set.parse("template", source.as_bytes(), budget).map_err(|error| told(error.to_string()))?;
    let written = set.execute("template", data, &mut Run::new(budget)).map_err(|error| told(error.message))?;
    Ok(written.to_str_lossy().into_owned())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(Map::from_entries(entries))
}

fn text(text: &str) -> Value {
    Value::from(text)
}
