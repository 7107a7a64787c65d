//! Sets that were recorded when a type was another one, fitted to the type of today: what became one value is owned
//! as a whole by whoever owned a part.

use super::form::{Form, is_atomic};
use crate::fields::{PathElement, Set};
use schema::{MapType, Type, TypeRef};

/// The set fitted to the type; `None` when it fits already.
///
/// Compat: only a change from parts to one value is made. The other way a set keeps the whole, which then owns itself
/// and none of its parts.
#[must_use]
pub fn reconcile(set: &Set, ty: &Type) -> Option<Set> {
    let mut changes = Changes::default();
    visit(Some(set), ty, Seen::ByPart, &mut Vec::new(), &mut changes);
    let Changes { whole } = changes;
    (!whole.is_empty()).then(|| set.without_subtrees(&whole).union(&whole))
}

#[derive(Default)]
struct Changes {
    whole: Set,
}

/// Whether the set has the field itself and nothing below it.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    AsWhole,
    ByPart,
}

fn visit(set: Option<&Set>, ty: &Type, seen: Seen, path: &mut Vec<PathElement>, changes: &mut Changes) {
    match first_form(ty) {
        Some(Form::List(list)) if is_atomic(list) => {
            if seen == Seen::ByPart {
                changes.whole.insert(path);
            }
        }
        Some(Form::List(list)) => visit_children(set, |_| Some(&list.items), path, changes),
        Some(Form::Map(map)) if is_deduced(map) => {}
        Some(Form::Map(map)) if map.atomic => {
            if seen == Seen::ByPart && set.is_some() {
                changes.whole.insert(path);
            }
        }
        Some(Form::Map(map)) => visit_children(set, |step| child(map, step), path, changes),
        Some(Form::Scalar(_)) | None => {}
    }
}

fn first_form(ty: &Type) -> Option<Form<'_>> {
    super::form::form(ty, &serde_json::Value::Null)
}

fn is_deduced(map: &MapType) -> bool {
    map.fields.is_empty() && !map.atomic && map.other.as_ref().is_some_and(|other| matches!(other, TypeRef::Deduced))
}

fn child<'t>(map: &'t MapType, step: &PathElement) -> Option<&'t TypeRef> {
    match step {
        PathElement::Field(name) => map.child(name),
        _ => map.other.as_ref(),
    }
}

fn visit_children<'t>(
    set: Option<&Set>,
    ty_of: impl Fn(&PathElement) -> Option<&'t TypeRef>,
    path: &mut Vec<PathElement>,
    changes: &mut Changes,
) {
    for (step, node) in set.into_iter().flat_map(Set::nodes) {
        let Some(ty) = ty_of(step) else { continue };
        let below = Some(&node.children).filter(|children| !children.is_empty());
        let seen = if node.member && below.is_none() { Seen::AsWhole } else { Seen::ByPart };
        path.push(step.clone());
        visit(below, ty, seen, path, changes);
        path.pop();
    }
}
