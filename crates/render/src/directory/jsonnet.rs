//! A Jsonnet file of a directory: what it is given, what it may import, what its value becomes.

use crate::work::{Work, read};
use crate::{Imports, Origin, Problem, Program, Variable, VariableValue};
use api::{ApplicationSourceJsonnet, JsonnetVar};
use budget::Budget;
use bytes::Bytes;
use serde_json::Value;
use tree::{EntryKind, Tree, TreePath, resolve};

/// The objects that the file at `path` gives: one, or an array of them.
pub(super) fn render(
    work: &mut Work<'_>,
    path: &TreePath,
    text: Bytes,
    options: &ApplicationSourceJsonnet,
) -> Result<(), Problem> {
    let Some(jsonnet) = work.around.jsonnet else { return Err(Problem::NoJsonnet(path.clone())) };
    let environment = work.environment;
    let variables = |all: &[JsonnetVar]| -> Vec<Variable> {
        all.iter()
            .map(|variable| {
                let value = environment.substitute(&variable.value);
                let value = if variable.code { VariableValue::Code(value) } else { VariableValue::Text(value) };
                Variable { name: variable.name.clone(), value }
            })
            .collect()
    };
    let program = Program {
        file: path.clone(),
        text,
        external_variables: variables(&options.ext_vars),
        top_level_arguments: variables(&options.tlas),
    };
    // Compat: the library that is named last is looked in first, the application's own directory at the end.
    let libraries = options.libs.iter().rev().map(|library| TreePath::resolve(&TreePath::root(), library));
    let mut folders = libraries.collect::<Result<Vec<_>, _>>()?;
    folders.push(work.path.clone());
    let mut imports = Files { tree: work.tree, folders, budget: work.budget };
    let value = jsonnet.evaluate(&program, &mut imports);
    let value = value.map_err(|error| Problem::Jsonnet { path: path.clone(), error })?;
    let origin = Origin { path: path.clone(), line: 1 };
    match value {
        Value::Array(objects) => objects.iter().for_each(|object| work.add(&origin, object)),
        one => work.add(&origin, &one),
    }
    Ok(())
}

/// The files of the repository, as a program imports them.
struct Files<'f> {
    tree: &'f dyn Tree,
    /// Where an import is looked for after the importing file's own directory.
    folders: Vec<TreePath>,
    budget: &'f mut Budget,
}

impl Imports for Files<'_> {
    fn import(&mut self, from: &TreePath, name: &str) -> Result<(TreePath, Bytes), String> {
        if name.starts_with('/') {
            return Err(format!("{name:?} is an absolute path; imports stay inside the repository"));
        }
        let beside = from.parent().unwrap_or_default();
        let mut outside = None;
        for folder in std::iter::once(&beside).chain(&self.folders) {
            let path = match TreePath::resolve(folder, name) {
                Ok(path) => path,
                Err(error) => {
                    outside.get_or_insert_with(|| error.to_string());
                    continue;
                }
            };
            let real = resolve(self.tree, &path).map_err(|error| error.to_string())?;
            let entry = self.tree.entry(&real).map_err(|error| error.to_string())?;
            if entry.is_some_and(|entry| entry.kind == EntryKind::File) {
                let content = read(self.tree, &real, self.budget).map_err(|problem| problem.to_string())?;
                return Ok((path, content));
            }
        }
        let nowhere = || format!("{name:?} is neither beside the importing file nor in a library directory");
        Err(outside.unwrap_or_else(nowhere))
    }
}
