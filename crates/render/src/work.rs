//! One render under way: what every tool works with.

use crate::environment::Environment;
use crate::{Input, Jsonnet, Manifest, Origin, Problem, Rendered};
use api::ApplicationSource;
use budget::Budget;
use bytes::Bytes;
use object::Object;
use serde_json::Value;
use tree::{Recording, Tree, TreeError, TreePath, resolve};

/// One render under way.
pub(crate) struct Work<'w> {
    pub(crate) input: &'w Input,
    /// The source with the overrides of its repository.
    pub(crate) source: ApplicationSource,
    /// The source's directory as the application names it.
    pub(crate) path: TreePath,
    pub(crate) tree: &'w Recording<'w>,
    pub(crate) environment: &'w Environment<'w>,
    pub(crate) jsonnet: Option<&'w dyn Jsonnet>,
    pub(crate) budget: &'w mut Budget,
    pub(crate) rendered: &'w mut Rendered,
}

impl Work<'_> {
    pub(crate) fn problem(&mut self, problem: Problem) {
        self.rendered.problems.push(problem);
    }

    /// Adds one document; a list adds its items.
    pub(crate) fn add(&mut self, origin: &Origin, value: &Value) {
        add(origin, value, self.rendered);
    }
}

/// The content of a file, links followed inside the tree.
pub(crate) fn read(tree: &dyn Tree, path: &TreePath, budget: &mut Budget) -> Result<Bytes, Problem> {
    let real = resolve(tree, path)?;
    let content = tree.read(&real, budget.bytes_left()).map_err(|error| match error {
        TreeError::TooLarge { .. } => {
            let exceeded = budget::Exceeded::Bytes(budget.limits().bytes);
            Problem::Limit { path: path.clone(), exceeded }
        }
        error => error.into(),
    })?;
    let limit = |exceeded| Problem::Limit { path: path.clone(), exceeded };
    budget.spend(1).and_then(|()| budget.take_bytes(content.len() as u64)).map_err(limit)?;
    Ok(content)
}

fn add(origin: &Origin, value: &Value, rendered: &mut Rendered) {
    // Compat: what makes a list is its items, whatever its kind; one whose items are null has none.
    match (value, value.get("items")) {
        (Value::Null, _) => {}
        (_, Some(Value::Array(items))) => items.iter().for_each(|item| add(origin, item, rendered)),
        (_, Some(Value::Null)) if value.get("spec").is_none() && value.get("status").is_none() => {}
        _ => match Object::from_value(value) {
            Ok(object) => rendered.objects.push(Manifest { object, origin: origin.clone() }),
            Err(error) => rendered.problems.push(Problem::NotAnObject { origin: origin.clone(), error }),
        },
    }
}
