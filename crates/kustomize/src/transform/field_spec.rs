//! Going along a field spec's path: through lists as if they were not there, making what is missing where it says so.

use crate::id::Id;
use crate::kustomization::FieldSpec;
use crate::node::{Map, Node, Scalar, Tag, split_path};
use crate::problem::{Problem, Result};
use crate::resource::Resource;

/// A field spec with its path taken apart, to be used on many objects.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub spec: FieldSpec,
    path: Vec<Step>,
}

#[derive(Debug, Clone)]
struct Step {
    name: Box<str>,
    /// Written with `[]`: never created.
    list: bool,
}

/// What a missing last field is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    /// Nothing is ever made.
    Nothing,
    Text,
    Number,
    Map,
}

impl Make {
    fn node(self, fresh: bool) -> Node {
        match self {
            Make::Map => Node::map(),
            Make::Text if !fresh => Node::string(""),
            Make::Number if !fresh => Node::Scalar(Scalar { tag: Tag::Int, ..Scalar::plain("") }),
            _ => Node::plain(""),
        }
    }
}

impl Field {
    pub fn new(spec: &FieldSpec) -> Self {
        let step = |part: String| match part.strip_suffix("[]") {
            Some(name) => Step { name: name.into(), list: true },
            None => Step { name: part.into(), list: false },
        };
        Field { spec: spec.clone(), path: split_path(&spec.path, '/').into_iter().map(step).collect() }
    }

    pub fn all(specs: &[FieldSpec]) -> Vec<Field> {
        specs.iter().map(Field::new).collect()
    }

    /// Whether the spec is for objects of this type.
    pub fn applies_to(&self, id: &Id<'_>) -> bool {
        self.spec.gvk.selects(id)
    }

    /// Calls `change` for every field of `resource` that the spec names.
    ///
    /// # Errors
    /// When the path leads through a plain value, or `change` fails.
    pub fn apply(
        &self,
        resource: &mut Resource,
        make: Make,
        change: &mut dyn FnMut(&mut Node) -> Result<()>,
    ) -> Result<()> {
        if !self.applies_to(&resource.id()) {
            return Ok(());
        }
        let make = if self.spec.create { make } else { Make::Nothing };
        walk(&mut resource.node, &self.path, make, change).map_err(|problem| {
            problem.within(format!("considering field '{}' of object {}", self.spec.path, resource.id()))
        })
    }
}

fn walk(node: &mut Node, path: &[Step], make: Make, change: &mut dyn FnMut(&mut Node) -> Result<()>) -> Result<()> {
    let Some((step, rest)) = path.split_first() else { return change(node) };
    match node {
        Node::Seq(items) => items.iter_mut().try_for_each(|item| walk(item, path, make, change)),
        Node::Map(map) => {
            if step.name.is_empty() {
                return Err(Problem::invalid("cannot set or create an empty field name"));
            }
            match step_into(map, step, rest.is_empty(), make) {
                Some(field) => walk(field, rest, make, change),
                None => Ok(()),
            }
        }
        Node::Scalar(scalar) if scalar.tag == Tag::Null => Ok(()),
        Node::Scalar(_) => Err(Problem::invalid("expected sequence or mapping node")),
    }
}

fn step_into<'m>(map: &'m mut Map, step: &Step, last: bool, make: Make) -> Option<&'m mut Node> {
    let creates = make != Make::Nothing && !step.list;
    let made = if last { make } else { Make::Map };
    if creates && map.get(&step.name).is_none() {
        map.0.push((Scalar::key(&step.name), made.node(true)));
    }
    let field = map.get_mut(&step.name)?;
    if field.is_null() {
        if step.list {
            *field = Node::Seq(Vec::new());
        } else if creates {
            *field = made.node(false);
        }
    }
    Some(field)
}
