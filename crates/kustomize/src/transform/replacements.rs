//! `replacements`.

use super::structured;
use crate::id::{DEFAULT_NAMESPACE, Gvk, Id};
use crate::kustomization::{FieldOptions, Replacement, Source, Target};
use crate::node::{Create, Node, Place, Scalar, places, split_smarter, spread};
use crate::problem::{Problem, Result};
use crate::resmap::ResMap;
use crate::resource::Resource;
use crate::selector::Matcher;
use budget::Budget;

/// The field that is meant when none is named.
const DEFAULT_PATH: &str = "metadata.name";

/// Copies values from fields of objects to fields of others, one replacement after the other.
///
/// # Errors
/// When a source is not exactly one object, or a field is missing.
pub(crate) fn replacements(resources: &mut ResMap, replacements: &[Replacement], budget: &mut Budget) -> Result<()> {
    for replacement in replacements {
        let has_source = replacement.source.is_some() || replacement.source_value.is_some();
        let Some(targets) = replacement.targets.as_ref().filter(|_| has_source) else {
            return Err(Problem::invalid("replacements must specify a source and at least one target"));
        };
        let mut value = source_value(resources, replacement)?;
        for target in targets {
            put(resources, &mut value, target, budget)?;
        }
    }
    Ok(())
}

/// What is put into fields.
struct Value {
    node: Node,
    /// The object it was found in and its place there, as long as it stands there.
    ///
    /// Compat: to the original a value is the source's own node, so a replacement that changes its own source goes on
    /// with what it has become.
    stands: Option<(usize, Place)>,
}

impl Value {
    fn alone(node: Node) -> Self {
        Value { node, stands: None }
    }

    fn stands_in(&self, at: usize) -> bool {
        self.stands.as_ref().is_some_and(|(source, _)| *source == at)
    }

    /// Looks again, after `object` may have changed.
    fn look_again(&mut self, object: &Node) {
        if let Some(node) = self.stands.as_ref().and_then(|(_, place)| object.at(place)) {
            self.node = node.clone();
        }
    }

    /// Notes that something else stands at a place of its object now.
    fn note_change(&mut self, changed: &Place) {
        let is_above = |(_, place): &(usize, Place)| place.len() > changed.len() && place.starts_with(changed);
        self.stands = self.stands.take().filter(|stands| !is_above(stands));
    }
}

fn source_value(resources: &mut ResMap, replacement: &Replacement) -> Result<Value> {
    match (&replacement.source_value, &replacement.source) {
        (Some(_), Some(_)) => Err(Problem::invalid("value and resource selectors are mutually exclusive")),
        (Some(text), None) => Ok(Value::alone(Node::plain(text))),
        (None, Some(source)) => field_of_source(resources, source),
        (None, None) => Err(Problem::invalid("replacements must specify a source and at least one target")),
    }
}

fn field_of_source(resources: &mut ResMap, source: &Source) -> Result<Value> {
    let at = source_object(resources, source)?;
    let path = if source.field_path.is_empty() { DEFAULT_PATH } else { &source.field_path };
    let object = &resources.get(at).node;
    let place = object.place_of(&split_smarter(path, '.'));
    let place = place.map_err(|problem| problem.within("error looking up replacement source"))?;
    let found = place.and_then(|place| object.at(&place).cloned().map(|node| (node, place)));
    let Some((found, place)) = found.filter(|(node, _)| !node.is_nil_or_empty()) else {
        let id = describe(source);
        return Err(Problem::invalid(format!("fieldPath `{path}` is missing for replacement source {id}")));
    };
    match source.options.as_ref().filter(|options| !options.delimiter.is_empty()) {
        Some(options) => part_of(&found, options, path).map(Value::alone),
        None => Ok(Value { node: found, stands: Some((at, place)) }),
    }
}

/// The part of a plain value that the options name.
fn part_of(found: &Node, options: &FieldOptions, path: &str) -> Result<Node> {
    let Node::Scalar(scalar) = found else {
        return Err(Problem::invalid("delimiter option can only be used with scalar nodes"));
    };
    let mut parts = scalar.text.split(options.delimiter.as_str());
    let part = usize::try_from(options.index).ok().and_then(|index| parts.nth(index));
    let part = part.ok_or_else(|| {
        let index = options.index;
        Problem::invalid(format!("options.index {index} is out of bounds for the value of `{path}`"))
    })?;
    Ok(Node::Scalar(Scalar { text: part.into(), ..scalar.clone() }))
}

fn describe(source: &Source) -> String {
    let Gvk { group, version, kind } = &source.gvk;
    Id { group, version, kind, name: &source.name, namespace: &source.namespace }.to_string()
}

fn source_object(resources: &mut ResMap, source: &Source) -> Result<usize> {
    let candidates =
        if source.name.is_empty() { (0..resources.len()).collect() } else { resources.named(&source.name) };
    let is_it = |at: &usize| {
        let resource = resources.get(*at);
        !resource.is_gone() && resource.any_ids().any(|id| selects(source, &id))
    };
    let found: Vec<usize> = candidates.into_iter().filter(is_it).collect();
    let path = if source.field_path.is_empty() { String::new() } else { format!(":{}", source.field_path) };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Problem::invalid(format!("nothing selected by {}{path}", describe(source)))),
        _ => Err(Problem::invalid(format!("multiple matches for selector {}{path}", describe(source)))),
    }
}

fn selects(source: &Source, id: &Id<'_>) -> bool {
    let or_default = |namespace: &'_ str| if namespace.is_empty() { DEFAULT_NAMESPACE } else { namespace }.to_owned();
    (source.name.is_empty() || source.name == id.name)
        && (source.namespace.is_empty() || or_default(&source.namespace) == or_default(id.namespace))
        && source.gvk.selects(id)
}

fn put(resources: &mut ResMap, value: &mut Value, target: &Target, budget: &mut Budget) -> Result<()> {
    let Some(select) = &target.select else {
        return Err(Problem::invalid("target must specify resources to select"));
    };
    let failed = |problem: Problem| problem.within("error creating target selector");
    let matcher = Matcher::new(select).map_err(failed)?;
    let rejects = target.reject.iter().map(|selector| Ok((selector.names_no_id(), Matcher::new(selector)?)));
    let rejects: Vec<(bool, Matcher)> = rejects.collect::<Result<_>>().map_err(failed)?;
    let is_target = |resource: &Resource| {
        !resource.is_gone()
            && matcher.matches_texts(resource)
            && !rejects.iter().any(|(_, reject)| reject.asks_texts() && reject.matches_texts(resource))
            && !rejects
                .iter()
                .any(|(names_no_id, reject)| !names_no_id && resource.any_ids().any(|id| reject.matches_id(&id)))
            && resource.any_ids().any(|id| matcher.matches_id(&id))
    };
    let mut selected = matcher.candidates(resources);
    selected.retain(|at| is_target(resources.get(*at)));
    let default_path = [DEFAULT_PATH.to_owned()];
    let paths: &[String] = if target.field_paths.is_empty() { &default_path } else { &target.field_paths };
    let renames = paths.iter().any(|path| path.starts_with("metadata") || path == "kind" || path == "apiVersion");
    for at in selected {
        let resource = if renames { &mut resources.rename_mut()[at] } else { resources.get_mut(at) };
        for path in paths {
            put_at(&mut Spot { node: &mut resource.node, at, path }, value, target.options.as_ref(), budget)?;
        }
    }
    Ok(())
}

/// Where a value goes: a path of an object.
struct Spot<'s> {
    node: &'s mut Node,
    /// Which of the objects it is.
    at: usize,
    path: &'s str,
}

fn put_at(spot: &mut Spot<'_>, value: &mut Value, options: Option<&FieldOptions>, budget: &mut Budget) -> Result<()> {
    let Spot { node, at, path } = spot;
    let create = options.is_some_and(|options| options.create);
    let make = if create { Create::like(&value.node) } else { Create::Nothing };
    let parts = split_smarter(path, '.');
    if structured::put(node, &value.node, &parts, make, budget)? {
        if value.stands_in(*at) {
            value.look_again(node);
        }
        return Ok(());
    }
    let missing = || {
        let what = if create { "find or create" } else { "find" };
        format!("unable to {what} field {path:?} in replacement target")
    };
    let found = places(node, &parts, make).map_err(|problem| problem.within(missing()))?;
    if found.is_empty() {
        return Err(Problem::invalid(missing()));
    }
    for place in found {
        if value.stands_in(*at) {
            value.look_again(node);
        }
        // A value that stands above its own targets doubles with each of them.
        budget.spend(value.node.weight())?;
        let Some(field) = node.at_mut(&place) else { continue };
        set(field, &value.node, options)?;
        if let Some(changed) = field.as_scalar().filter(|scalar| scalar.shared != 0).cloned() {
            spread(node, &changed);
        }
        if value.stands_in(*at) {
            value.look_again(node);
            value.note_change(&place);
        }
    }
    Ok(())
}

/// Puts a value, or a part of it, where `field` stands. A plain value keeps the old one's type and style.
fn set(field: &mut Node, value: &Node, options: Option<&FieldOptions>) -> Result<()> {
    let options = options.filter(|options| !options.delimiter.is_empty());
    let joined;
    let value = match options {
        None => value,
        Some(options) => {
            let (Node::Scalar(old), Node::Scalar(scalar)) = (&*field, value) else {
                return Err(Problem::invalid("delimiter option can only be used with scalar nodes"));
            };
            joined = Node::Scalar(Scalar { text: join(&old.text, &scalar.text, options).into(), ..scalar.clone() });
            &joined
        }
    };
    match field {
        Node::Scalar(old) => old.text = value.text().into(),
        other => *other = value.clone(),
    }
    Ok(())
}

fn join(old: &str, value: &str, options: &FieldOptions) -> String {
    let mut parts: Vec<&str> = old.split(options.delimiter.as_str()).collect();
    match usize::try_from(options.index) {
        Err(_) => parts.insert(0, value),
        Ok(index) if index >= parts.len() => parts.push(value),
        Ok(index) => parts[index] = value,
    }
    parts.join(&options.delimiter)
}
