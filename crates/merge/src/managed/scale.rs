//! Ownership of the replica count, seen through the scale subresource.

use super::entries::{Managers, Owned};
use crate::fields::{Path, PathElement, Set};
use std::collections::BTreeMap;

/// The version of the scale object.
const SCALE_VERSION: &str = "autoscaling/v1";

fn replicas_in_scale() -> Path {
    vec![PathElement::field("spec"), PathElement::field("replicas")]
}

/// The managers of the scale object: those of the object that own the replica count. `paths` says where each version
/// of the object has it.
#[must_use]
pub fn to_scale(parent: &Managers, paths: &BTreeMap<String, Path>) -> Managers {
    let of_scale = parent.iter().filter_map(|(manager, owned)| {
        let path = paths.get(&owned.api_version)?;
        owned.set.contains(path).then(|| {
            let mut set = Set::new();
            set.insert(&replicas_in_scale());
            let owned = Owned { set, api_version: SCALE_VERSION.to_owned(), time: owned.time.clone() };
            (manager.clone(), owned)
        })
    });
    of_scale.collect()
}

/// The managers of the object after its scale object was written, which left it with the managers `scale`.
/// `api_version` is the version of the object in the request.
///
/// Compat: a manager that comes by the count this way is recorded without a time.
#[must_use]
pub fn from_scale(parent: &Managers, scale: &Managers, paths: &BTreeMap<String, Path>, api_version: &str) -> Managers {
    let mut out = Managers::new();
    let mut scale = scale.clone();
    for (manager, owned) in parent {
        let Some(path) = paths.get(&owned.api_version) else { continue };
        if !owned.set.contains(path) || scale.remove(manager).is_some() {
            out.insert(manager.clone(), owned.clone());
            continue;
        }
        let mut count = Set::new();
        count.insert(path);
        let set = owned.set.difference(&count);
        if !set.is_empty() {
            out.insert(manager.clone(), Owned { set, ..owned.clone() });
        }
    }
    for (manager, owned) in scale {
        if !owned.set.contains(&replicas_in_scale()) {
            continue;
        }
        let mut set = Set::new();
        set.insert(paths.get(api_version).map_or(&[][..], Vec::as_slice));
        let time = parent.get(&manager).and_then(|owned| owned.time.clone());
        out.insert(manager, Owned { set, api_version: api_version.to_owned(), time });
    }
    out
}
