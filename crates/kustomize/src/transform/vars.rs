//! `vars`: `$(NAME)` in a list of fields becomes the value of a field of an object.

use super::field_spec::{Field, Make};
use crate::id::Gvk;
use crate::kustomization::{FieldSpec, Var};
use crate::node::{Node, Scalar, Tag, split_smarter};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::resource::Resource;
use budget::Budget;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A var's value, with the type it has where it stands alone.
type Values = BTreeMap<String, Option<Scalar>>;

/// Resolves all vars. The names of those that nobody used are returned.
///
/// # Errors
/// When a var's object or field is missing, or vars stand where no text is.
pub(crate) fn resolve_vars(
    resources: &mut ResMap,
    vars: &BTreeMap<String, Var>,
    specs: &[FieldSpec],
    budget: &mut Budget,
) -> Result<Vec<String>> {
    if vars.is_empty() {
        return Ok(Vec::new());
    }
    let values = values(resources, vars)?;
    let mut replacer = Replacer { values: &values, used: BTreeSet::new() };
    let fields = Field::all(specs);
    let mut by_type: BTreeMap<Gvk, Rc<Vec<&Field>>> = BTreeMap::new();
    for resource in resources.rename_mut() {
        let own = |gvk: &Gvk| {
            let Gvk { group, version, kind } = gvk;
            let id = crate::id::Id { group, version, kind, name: "", namespace: "" };
            Rc::new(fields.iter().filter(|field| field.applies_to(&id)).collect())
        };
        let fields = Rc::clone(by_type.entry(resource.gvk()).or_insert_with_key(own));
        for field in fields.iter() {
            budget.spend(1)?;
            field.apply(resource, Make::Nothing, &mut |node| replacer.node(node))?;
        }
    }
    Ok(values.keys().filter(|name| !replacer.used.contains(*name)).cloned().collect())
}

fn values(resources: &ResMap, vars: &BTreeMap<String, Var>) -> Result<Values> {
    let mut objects: BTreeMap<&str, &Resource> = BTreeMap::new();
    for resource in resources.iter() {
        for name in &resource.vars {
            objects.entry(name).or_insert(resource);
        }
    }
    let mut values = Values::new();
    for (name, var) in vars {
        let text = format!("'{{{name} {} {{{}}}}}'", var.object.gvk, var.field_path);
        let object = objects.get(name.as_str()).ok_or_else(|| {
            Problem::invalid(format!("var {text} cannot be mapped to a field in the set of known resources"))
        })?;
        let path = field_path(&var.field_path);
        let found = object.node.lookup(&path).ok().flatten().ok_or_else(|| {
            Problem::invalid(format!("field specified in var {text} not found in corresponding resource"))
        })?;
        values.insert(name.clone(), found.as_scalar().cloned());
    }
    Ok(values)
}

/// A path in which indexes may be written as `name[0]`.
fn field_path(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for part in split_smarter(path, '.') {
        let indexed = part.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        match indexed.filter(|(_, index)| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())) {
            Some((name, index)) => {
                if !name.is_empty() {
                    parts.push(name.to_owned());
                }
                parts.push(index.to_owned());
            }
            None => parts.push(part),
        }
    }
    parts
}

struct Replacer<'v> {
    values: &'v Values,
    used: BTreeSet<String>,
}

impl Replacer<'_> {
    fn node(&mut self, node: &mut Node) -> Result<()> {
        match node {
            Node::Scalar(scalar) => {
                if scalar.is_text() {
                    self.scalar(scalar);
                }
                Ok(())
            }
            Node::Map(map) => {
                for (key, value) in &mut map.0 {
                    if !key.is_text() {
                        return Err(Problem::invalid("invalid map key: vars can only be used where keys are text"));
                    }
                    if let Node::Scalar(scalar) = value
                        && scalar.is_text()
                    {
                        self.scalar(scalar);
                    }
                }
                Ok(())
            }
            Node::Seq(items) => items.iter_mut().try_for_each(|item| match item {
                Node::Scalar(scalar) if scalar.is_text() => {
                    self.scalar(scalar);
                    Ok(())
                }
                _ => Err(Problem::invalid("invalid value type expect a string")),
            }),
        }
    }

    fn scalar(&mut self, scalar: &mut Scalar) {
        if !scalar.text.contains('$') {
            // Compat: what was looked at is text from here on, whatever it looks like.
            *scalar = Scalar::string(&scalar.text);
            return;
        }
        *scalar = self.replace(&scalar.text);
    }

    fn replace(&mut self, text: &str) -> Scalar {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            rest = match after.chars().next() {
                None => {
                    result.push('$');
                    after
                }
                Some('$') => {
                    result.push('$');
                    &after[1..]
                }
                Some('(') => match after.find(')') {
                    Some(end) => {
                        let name = &after[1..end];
                        let value = self.value(name);
                        if let (Some(value), true) = (&value, text.len() == name.len() + 3) {
                            return value.clone();
                        }
                        match value {
                            Some(value) => result.push_str(&printed(&value)),
                            None => result.push_str(&rest[at..at + end + 2]),
                        }
                        &after[end + 1..]
                    }
                    None => {
                        result.push_str("$(");
                        &after[1..]
                    }
                },
                Some(other) => {
                    result.push('$');
                    result.push(other);
                    &after[other.len_utf8()..]
                }
            };
        }
        result.push_str(rest);
        Scalar::string(&result)
    }

    /// A var's value as it is written alone; `None` for unknown names and for values that are no plain ones.
    fn value(&mut self, name: &str) -> Option<Scalar> {
        let value = self.values.get(name)?.as_ref()?;
        self.used.insert(name.to_owned());
        let tag = match value.tag {
            tag @ (Tag::Int | Tag::Float | Tag::Bool) => tag,
            _ => Tag::Str,
        };
        Some(Scalar { tag, ..Scalar::plain(&value.text) })
    }
}

/// A value inside of other text.
fn printed(value: &Scalar) -> String {
    match value.tag {
        Tag::Float => value.text.parse::<f64>().map_or_else(|_| value.text.to_string(), |float| float.to_string()),
        Tag::Bool => value.text.to_lowercase(),
        _ => value.text.to_string(),
    }
}
