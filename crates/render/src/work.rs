//! One render under way: what every tool works with.

use crate::elsewhere::Asked;
use crate::environment::Environment;
use crate::refs::Refs;
use crate::{Capabilities, CapabilitiesId, Input, Jsonnet, Manifest, Origin, Problem, Rendered, Workshop};
use api::ApplicationSource;
use budget::Budget;
use bytes::Bytes;
use object::Object;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use tree::{Recording, Tree, TreeError, TreePath, resolve};

/// One render under way.
pub(crate) struct Work<'w> {
    pub(crate) input: &'w Input,
    /// The source with the overrides of its repository.
    pub(crate) source: ApplicationSource,
    /// The source's directory as the application names it.
    pub(crate) path: TreePath,
    pub(crate) around: &'w Around<'w>,
    pub(crate) tree: &'w Recording<'w>,
    pub(crate) environment: &'w Environment<'w>,
    pub(crate) budget: &'w mut Budget,
    pub(crate) rendered: &'w mut Rendered,
}

/// What surrounds a render besides the files of its own commit, remembering what was asked.
pub(crate) struct Around<'w> {
    pub(crate) refs: Refs<'w>,
    pub(crate) elsewhere: Asked<'w>,
    pub(crate) cluster: Cluster<'w>,
    pub(crate) jsonnet: Option<&'w dyn Jsonnet>,
    pub(crate) workshop: Option<&'w Workshop>,
    pub(crate) committed_seconds: i64,
    pub(crate) salt: [u8; 32],
}

/// What the cluster can do, remembering whether anybody asked.
pub(crate) struct Cluster<'w> {
    pub(crate) known: Option<&'w Capabilities>,
    pub(crate) is_asked: AtomicBool,
}

impl<'w> Cluster<'w> {
    pub(crate) fn ask(&self) -> Option<&'w Capabilities> {
        self.is_asked.store(true, Ordering::Relaxed);
        self.known
    }

    pub(crate) fn asked(&self) -> Option<Option<CapabilitiesId>> {
        self.is_asked.load(Ordering::Relaxed).then(|| self.known.map(Capabilities::id))
    }
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
