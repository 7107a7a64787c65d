//! `replacements`.

use super::structured;
use crate::id::{DEFAULT_NAMESPACE, Gvk, Id};
use crate::kustomization::{FieldOptions, Replacement, Source, Target};
use crate::node::{Create, Node, Scalar, matching, split_smarter, spread};
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
        let value = source_value(resources, replacement)?;
        for target in targets {
            put(resources, &value, target, budget)?;
        }
    }
    Ok(())
}

fn source_value(resources: &mut ResMap, replacement: &Replacement) -> Result<Node> {
    match (&replacement.source_value, &replacement.source) {
        (Some(_), Some(_)) => Err(Problem::invalid("value and resource selectors are mutually exclusive")),
        (Some(text), None) => Ok(Node::plain(text)),
        (None, Some(source)) => field_of_source(resources, source),
        (None, None) => Err(Problem::invalid("replacements must specify a source and at least one target")),
    }
}

fn field_of_source(resources: &mut ResMap, source: &Source) -> Result<Node> {
    let at = source_object(resources, source)?;
    let path = if source.field_path.is_empty() { DEFAULT_PATH } else { &source.field_path };
    let found = resources.get(at).node.lookup(&split_smarter(path, '.'));
    let found = found.map_err(|problem| problem.within("error looking up replacement source"))?;
    let Some(found) = found.filter(|node| !node.is_nil_or_empty()) else {
        let id = describe(source);
        return Err(Problem::invalid(format!("fieldPath `{path}` is missing for replacement source {id}")));
    };
    let Some(options) = source.options.as_ref().filter(|options| !options.delimiter.is_empty()) else {
        return Ok(found.clone());
    };
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

fn put(resources: &mut ResMap, value: &Node, target: &Target, budget: &mut Budget) -> Result<()> {
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
    let places: Vec<usize> =
        matcher.candidates(resources).into_iter().filter(|at| is_target(resources.get(*at))).collect();
    let default_path = [DEFAULT_PATH.to_owned()];
    let paths: &[String] = if target.field_paths.is_empty() { &default_path } else { &target.field_paths };
    let renames = paths.iter().any(|path| path.starts_with("metadata") || path == "kind" || path == "apiVersion");
    for at in places {
        let resource = if renames { &mut resources.rename_mut()[at] } else { resources.get_mut(at) };
        for path in paths {
            budget.spend(value.weight())?;
            put_at(&mut resource.node, value, path, target.options.as_ref(), budget)?;
        }
    }
    Ok(())
}

fn put_at(
    node: &mut Node,
    value: &Node,
    path: &str,
    options: Option<&FieldOptions>,
    budget: &mut Budget,
) -> Result<()> {
    let create = options.is_some_and(|options| options.create);
    let make = if create { Create::like(value) } else { Create::Nothing };
    let parts = split_smarter(path, '.');
    if structured::put(node, value, &parts, make, budget)? {
        return Ok(());
    }
    let missing = || {
        let what = if create { "find or create" } else { "find" };
        format!("unable to {what} field {path:?} in replacement target")
    };
    let mut changed: Vec<Scalar> = Vec::new();
    let mut change = |field: &mut Node| {
        set(field, value, options)?;
        changed.extend(field.as_scalar().filter(|scalar| scalar.shared != 0).cloned());
        Ok(())
    };
    let count = matching(node, &parts, make, &mut change).map_err(|problem| problem.within(missing()))?;
    changed.iter().for_each(|changed| spread(node, changed));
    if count == 0 { Err(Problem::invalid(missing())) } else { Ok(()) }
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
