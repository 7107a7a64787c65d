//! Strategic merge as the original does it: maps by field, lists by key where the type says so, `$patch` directives.
//!
//! Compat: the whole object is walked, not only what the patch names, so that merging anything also drops fields left
//! empty and items that repeat a key.

use super::directive::{DIRECTIVE, Directive, take_directive, take_list_directive};
use super::strategic_list::{self, MergeItems};
use crate::merge_types::{FieldType, MergeKeys, MergeTypes, Type};
use crate::node::{Map, Node, Scalar, Tag, quote_text, spread};
use crate::problem::{Problem, Result};
use budget::Budget;

/// What one merge needs all the way down.
pub(crate) struct Merge<'a> {
    pub types: &'a MergeTypes,
    pub budget: &'a mut Budget,
    pub prepend: bool,
    /// Scalars that were changed and stand in several places.
    changed: Vec<Scalar>,
}

/// Merges plain values of a chart: no types are known, so that lists are replaced.
///
/// # Errors
/// When maps, lists and plain values meet, and at limits.
pub(crate) fn merge_values(into: Node, patch: Node, budget: &mut Budget) -> Result<Node> {
    let mut merge = Merge::new(&MergeTypes::Builtin, budget, false);
    Ok(merge.node(Some(into), Some(patch), &FieldType { ty: None, merge: None })?.unwrap_or_else(Node::map))
}

impl<'a> Merge<'a> {
    pub fn new(types: &'a MergeTypes, budget: &'a mut Budget, prepend: bool) -> Self {
        Merge { types, budget, prepend, changed: Vec::new() }
    }

    /// Merges a patch into an object; `None` when the patch deletes it.
    ///
    /// # Errors
    /// When maps, lists and plain values meet, for unknown directives, and at limits.
    pub fn object(&mut self, object: Node, patch: Node) -> Result<Option<Node>> {
        // Compat: what replaces the whole object gets lost, and the object stays as it is.
        if patch.get(DIRECTIVE).is_some_and(|directive| directive.text() == "replace") {
            return Ok(Some(object));
        }
        let mut merged = self.node(Some(object), Some(patch), &FieldType { ty: None, merge: None })?;
        for changed in std::mem::take(&mut self.changed) {
            merged.iter_mut().for_each(|object| spread(object, &changed));
        }
        Ok(merged)
    }

    /// Merges what stands at one place of object and patch. `None` takes the field away.
    fn node(&mut self, dest: Option<Node>, patch: Option<Node>, of: &FieldType) -> Result<Option<Node>> {
        self.budget.spend(1)?;
        self.budget.enter()?;
        let merged = self.by_kind(dest, patch, of);
        self.budget.leave();
        merged
    }

    fn by_kind(&mut self, dest: Option<Node>, patch: Option<Node>, of: &FieldType) -> Result<Option<Node>> {
        let leading = [&dest, &patch].into_iter().flatten().find(|node| !node.is_null());
        let kind = leading.map(Node::kind_name);
        let Some(kind) = kind else { return Ok(nulls(dest, patch)) };
        for node in [&dest, &patch].into_iter().flatten().filter(|node| !node.is_null()) {
            if node.kind_name() != kind {
                let found = node.kind_name();
                return Err(Problem::invalid(format!("wrong node kind: expected {kind} but got {found}")));
            }
        }
        let inferred;
        let of = if of.ty.is_none() && of.merge.is_none() {
            let ty = [&dest, &patch].into_iter().flatten().find_map(|node| self.own_type(node));
            inferred = FieldType { ty, merge: None };
            &inferred
        } else {
            of
        };
        match kind {
            "MappingNode" => self.map(dest, patch, of.ty.as_ref()),
            "SequenceNode" => self.list(dest, patch, of),
            _ => Ok(present(patch.or(dest))),
        }
    }

    /// The type an object names itself.
    fn own_type(&self, node: &Node) -> Option<Type> {
        let text = |field: &str| node.get(field).filter(|value| !value.is_nil_or_empty()).map(Node::text);
        let (api_version, kind) = (text("apiVersion")?, text("kind")?);
        if api_version.is_empty() || kind.is_empty() {
            return None;
        }
        self.types.of(api_version, kind)
    }

    fn map(&mut self, dest: Option<Node>, patch: Option<Node>, ty: Option<&Type>) -> Result<Option<Node>> {
        let mut patch = match patch {
            Some(node) if node.is_null() => {
                // A null patch takes a value away; where there is none, nothing changes.
                return Ok(None);
            }
            patch => patch.map(into_map),
        };
        let dest = dest.filter(|node| !node.is_null()).map(into_map);
        let directive = match &mut patch {
            Some(patch) => take_directive(patch)?,
            None => Directive::Merge,
        };
        match (dest, patch, directive) {
            (_, _, Directive::Delete) => Ok(None),
            (None, Some(patch), _) | (_, Some(patch), Directive::Replace) => self.fresh_map(patch, ty).map(Some),
            (Some(dest), None, _) => self.untouched(dest, ty).map(Some),
            (Some(dest), Some(patch), _) => self.both(dest, patch, ty).map(Some),
            (None, None, _) => Ok(None),
        }
    }

    /// A map that only the patch has: merged with itself, so that its directives and nulls go.
    fn fresh_map(&mut self, mut patch: Map, ty: Option<&Type>) -> Result<Node> {
        let mut result = Map(Vec::with_capacity(patch.len()));
        for (key, value) in std::mem::take(&mut patch.0) {
            let of = field_type(ty, &key.text);
            if let Some(mut value) = self.fresh(value, &of)? {
                quote(&mut value);
                result.0.push((key, value));
            }
        }
        Ok(Node::Map(result))
    }

    /// A value that only the patch has.
    fn fresh(&mut self, value: Node, of: &FieldType) -> Result<Option<Node>> {
        self.budget.spend(1)?;
        match value {
            Node::Scalar(scalar) if scalar.tag == Tag::Null => Ok(None),
            Node::Scalar(_) => Ok(Some(value)),
            Node::Map(mut map) => {
                if take_directive(&mut map)? == Directive::Delete {
                    return Ok(None);
                }
                let own = of.ty.clone().or_else(|| self.own_type(&Node::Map(map.clone())));
                self.budget.enter()?;
                let node = self.fresh_map(map, own.as_ref());
                self.budget.leave();
                node.map(Some)
            }
            Node::Seq(_) if of.merge.is_some() => {
                // The copy is paid for like the rest.
                self.budget.spend(value.weight())?;
                self.list(None, Some(value), of)
            }
            Node::Seq(_) => Ok(Some(value)),
        }
    }

    /// A map the patch does not mention.
    fn untouched(&mut self, dest: Map, ty: Option<&Type>) -> Result<Node> {
        let mut result = Map(Vec::with_capacity(dest.len()));
        for (key, value) in dest.0 {
            let of = field_type(ty, &key.text);
            if let Some(mut value) = self.node(Some(value), None, &of)? {
                quote(&mut value);
                result.0.push((key, value));
            }
        }
        Ok(Node::Map(result))
    }

    fn both(&mut self, dest: Map, mut patch: Map, ty: Option<&Type>) -> Result<Node> {
        self.budget.spend((dest.len() as u64).saturating_mul(patch.len() as u64) / LOOKUPS_A_STEP)?;
        let mut result = Map(Vec::with_capacity(dest.len() + patch.len()));
        for (key, value) in dest.0 {
            let of = field_type(ty, &key.text);
            let old = value.as_scalar().map(|scalar| (scalar.style, scalar.shared));
            let change = patch.remove(&key.text);
            let changes = change.is_some();
            if let Some(mut value) = self.node(Some(value), change, &of)? {
                match (&mut value, old) {
                    (Node::Scalar(new), Some((style, shared))) if changes => {
                        (new.style, new.shared) = (style, shared);
                        if shared != 0 {
                            self.changed.push(new.clone());
                        }
                    }
                    (Node::Scalar(new), _) => quote_text(new),
                    _ => {}
                }
                result.0.push((key, value));
            }
        }
        for (key, value) in patch.0 {
            let of = field_type(ty, &key.text);
            if let Some(mut value) = self.node(None, Some(value), &of)? {
                quote(&mut value);
                result.0.push((key, value));
            }
        }
        Ok(Node::Map(result))
    }

    fn list(&mut self, dest: Option<Node>, patch: Option<Node>, of: &FieldType) -> Result<Option<Node>> {
        match &of.merge {
            None => Ok(present(patch.or(dest))),
            Some(keys) => self.keyed_list(dest, patch, keys, of),
        }
    }

    fn keyed_list(
        &mut self,
        dest: Option<Node>,
        patch: Option<Node>,
        keys: &MergeKeys,
        of: &FieldType,
    ) -> Result<Option<Node>> {
        if patch.as_ref().is_some_and(Node::is_null) {
            return Ok(None);
        }
        let mut patch = patch.map(into_seq);
        let dest = dest.filter(|node| !node.is_null()).map(into_seq);
        let directive = match (&dest, &mut patch) {
            (Some(_), Some(patch)) => take_list_directive(patch)?,
            _ => Directive::Merge,
        };
        let items = of.ty.as_ref().and_then(Type::items);
        let (dest, patch) = match (dest, patch, directive) {
            (_, _, Directive::Delete) => return Ok(None),
            (None, Some(patch), _) | (_, Some(patch), Directive::Replace) => (patch.clone(), Some(patch)),
            (Some(dest), patch, _) => (dest, patch),
            (None, None, _) => return Ok(None),
        };
        strategic_list::merge(self, dest, patch, keys, items).map(|items| Some(Node::Seq(items)))
    }
}

impl MergeItems for Merge<'_> {
    fn prepend(&self) -> bool {
        self.prepend
    }

    fn budget(&mut self) -> &mut Budget {
        self.budget
    }

    fn item(&mut self, dest: Option<Node>, patch: Option<Node>, of: &FieldType) -> Result<Option<Node>> {
        self.node(dest, patch, of)
    }
}

/// How many keys are compared for one step of the budget: far cheaper than what a step usually stands for.
const LOOKUPS_A_STEP: u64 = 16;

fn field_type(ty: Option<&Type>, name: &str) -> FieldType {
    ty.map_or(FieldType { ty: None, merge: None }, |ty| ty.field(name))
}

fn into_map(node: Node) -> Map {
    match node {
        Node::Map(map) => map,
        _ => Map::default(),
    }
}

fn into_seq(node: Node) -> Vec<Node> {
    match node {
        Node::Seq(items) => items,
        _ => Vec::new(),
    }
}

/// Compat: fields that stay are set as well, and so quoted where they need it.
fn quote(value: &mut Node) {
    if let Node::Scalar(scalar) = value {
        quote_text(scalar);
    }
}

/// What a field is set to: a null takes it away.
fn present(value: Option<Node>) -> Option<Node> {
    value.filter(|node| !node.is_null())
}

/// Where neither side has a value.
///
/// Compat: a null that is written out stays; one that is only left empty goes.
fn nulls(dest: Option<Node>, patch: Option<Node>) -> Option<Node> {
    match (dest, patch) {
        (Some(Node::Scalar(scalar)), None) if !scalar.text.is_empty() => Some(Node::Scalar(scalar)),
        _ => None,
    }
}
