//! The bound on managers: the oldest updaters become one.

use super::entries::{Manager, Managers, Operation, Owned};
use std::collections::BTreeMap;

/// How many managers other than appliers an object may have: each costs space in every copy of the object, and those
/// that write under changing names would grow it without end. Kubernetes' own bound.
const UPDATERS_MAX: usize = 10;

/// The name of the manager that stands for the oldest ones.
const OLDEST: &str = "ancient-changes";

/// Folds the oldest updaters of a version into one until the bound is kept or no version has two.
pub(super) fn cap_updaters(mut managers: Managers) -> Managers {
    let mut updaters: Vec<(Option<String>, Manager)> = managers
        .iter()
        .filter(|(manager, _)| manager.operation == Operation::Update)
        .map(|(manager, owned)| (owned.time.clone(), manager.clone()))
        .collect();
    let mut count = updaters.len();
    if count <= UPDATERS_MAX {
        return managers;
    }
    updaters.sort();
    let mut first_of: BTreeMap<String, Manager> = BTreeMap::new();
    for (_, manager) in updaters {
        if count <= UPDATERS_MAX {
            break;
        }
        let Some(api_version) = managers.get(&manager).map(|owned| owned.api_version.clone()) else { continue };
        match first_of.get(&api_version) {
            None => drop(first_of.insert(api_version, manager)),
            Some(first) => {
                fold(&mut managers, first, &manager, &api_version);
                count -= 1;
            }
        }
    }
    managers
}

fn fold(managers: &mut Managers, first: &Manager, manager: &Manager, api_version: &str) {
    let bucket = Manager {
        name: OLDEST.to_owned(),
        operation: Operation::Update,
        api_version: api_version.to_owned(),
        subresource: String::new(),
    };
    let old = managers.remove(&bucket).or_else(|| managers.remove(first));
    let Some(Owned { mut set, time, .. }) = managers.remove(manager) else { return };
    if let Some(old) = old {
        set.add(&old.set);
    }
    managers.insert(bucket, Owned { set, api_version: api_version.to_owned(), time });
}
