//! The built-in plugin `ValueAddTransformer`.

use super::namespace::{Namespace, Subjects, namespace};
use crate::kustomization::{Fields, Selector, part};
use crate::node::{Create, Node, places, split_path};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::resource::Resource;
use crate::selector::Matcher;

/// Where a value goes.
pub(crate) struct ValueTarget {
    pub selector: Option<Selector>,
    pub field_path: String,
    /// The place in a file path, from 1; 0 for the whole field.
    pub position: usize,
}

impl ValueTarget {
    pub fn read(fields: &mut Fields) -> Result<Self> {
        let selector = fields.object("selector", part::selector)?;
        let field_path = fields.string("fieldPath")?;
        if field_path.is_empty() {
            return Err(Problem::invalid("fieldPath cannot be empty"));
        }
        let position = fields.integer("filePathPosition")?;
        let position = usize::try_from(position)
            .map_err(|_| Problem::invalid(format!("value of FilePathPosition ({position}) cannot be negative")))?;
        Ok(ValueTarget { selector, field_path, position })
    }
}

/// Puts a value into fields.
///
/// # Errors
/// When a field holds something else than a plain value.
pub(crate) fn value_add(resources: &mut ResMap, value: &str, targets: &[&ValueTarget]) -> Result<()> {
    for target in targets {
        let selected = match &target.selector {
            None => (0..resources.len()).collect(),
            Some(selector) => Matcher::new(selector)?.select(resources),
        };
        let path = split_path(&target.field_path, '/');
        for at in selected {
            let resource = &mut resources.rename_mut()[at];
            if target.field_path == "metadata/namespace" {
                set_namespace(resource, value)?;
                continue;
            }
            for place in places(&mut resource.node, &path, Create::Scalar)? {
                resource.node.at_mut(&place).map_or(Ok(()), |field| add(field, value, target.position))?;
            }
        }
    }
    Ok(())
}

/// Puts the value into a field, or between its parts.
fn add(field: &mut Node, value: &str, position: usize) -> Result<()> {
    let Node::Scalar(scalar) = field else {
        let rule = format!("wrong node kind: expected ScalarNode but got {}", field.kind_name());
        return Err(Problem::invalid(rule));
    };
    scalar.text = match position {
        0 => value.into(),
        position => insert_part(&scalar.text, position - 1, value).into(),
    };
    Ok(())
}

fn set_namespace(resource: &mut Resource, value: &str) -> Result<()> {
    let mut one = ResMap::default();
    let empty = Resource::new(Node::map(), std::sync::Arc::clone(&resource.origin));
    one.append(std::mem::replace(resource, empty))?;
    let settings = Namespace { name: value, unset_only: false, subjects: Subjects::DefaultOnly };
    let result = namespace(&mut one, &settings, &[]);
    if let Some(changed) = one.into_items().pop() {
        *resource = changed;
        resource.previous.pop();
    }
    result
}

/// Puts a part into a path at a place, at the end when the path is shorter.
fn insert_part(path: &str, at: usize, part: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.insert(at.min(parts.len()), part);
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}
