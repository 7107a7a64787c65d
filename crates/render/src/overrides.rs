//! Options of a source that its own repository sets: `.argocd-source.yaml` for every application of the directory, then
//! `.argocd-source-<application>.yaml` for one.

use crate::work::read;
use crate::{Input, Problem};
use api::ApplicationSource;
use budget::Budget;
use serde_json::Value;
use tree::{EntryKind, Tree, TreePath, resolve};
use yaml::Dialect;

/// The source with what the repository says in its directory, as JSON merge patches. Where the source lies cannot be
/// overridden.
pub(crate) fn apply(
    input: &Input,
    directory: &TreePath,
    tree: &dyn Tree,
    budget: &mut Budget,
) -> Result<ApplicationSource, Problem> {
    let mut names = vec![".argocd-source.yaml".to_owned()];
    let application = &input.application.instance_name;
    if !application.is_empty() && !application.contains('/') {
        names.push(format!(".argocd-source-{application}.yaml"));
    }
    let mut source = input.source.clone();
    for name in names {
        let path = directory.child(&name);
        let entry = tree.entry(&resolve(tree, &path)?)?;
        if entry.is_some_and(|entry| entry.kind == EntryKind::File) {
            source = merged(&source, &path, tree, budget)?;
        }
    }
    let ApplicationSource { chart, path, repo_url, target_revision, .. } = input.source.clone();
    Ok(ApplicationSource { chart, path, repo_url, target_revision, ..source })
}

fn merged(
    source: &ApplicationSource,
    path: &TreePath,
    tree: &dyn Tree,
    budget: &mut Budget,
) -> Result<ApplicationSource, Problem> {
    let content = read(tree, path, budget)?;
    let patch = yaml::parse_one(&content, Dialect::V2, budget);
    let patch = patch.map_err(|error| Problem::Yaml { path: path.clone(), error })?;
    if !matches!(patch, Value::Object(_) | Value::Null) {
        return Err(Problem::Override { path: path.clone(), message: "it is no map of options".into() });
    }
    let declared = serde_json::to_value(source).unwrap_or_default();
    let mut merged = if patch.is_null() { declared } else { merge::merge_patch::apply(&declared, &patch) };
    spell_force_string(&mut merged);
    serde_json::from_value(merged).map_err(|error| Problem::Override { path: path.clone(), message: error.to_string() })
}

/// Compat: image updaters write `forcestring` into these files, and Go reads keys whatever their case. Read as nothing, a
/// tag such as `1.20` would become a number.
fn spell_force_string(source: &mut Value) {
    let parameters = source.pointer_mut("/helm/parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
        if let Some(flag) = parameter.remove("forcestring") {
            parameter.entry("forceString").or_insert(flag);
        }
    }
}
