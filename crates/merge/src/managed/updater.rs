//! The algorithm: who owns what after a write, and what nobody owns any more.
//!
//! Compat: follows structured-merge-diff's updater, including its use of the version each manager wrote in.

use super::conflict::{Conflict, Conflicts};
use super::entries::{Manager, Managers, Owned};
use super::write::Versions;
use crate::fields::Set;
use crate::typed::{Comparison, compare, field_set, merge, reconcile, remove, with_named_fields};
use schema::TypeRef;
use serde_json::Value;
use std::collections::BTreeMap;

/// A value and the version it is in.
pub(super) struct Versioned<'v> {
    pub value: &'v Value,
    pub api_version: &'v str,
}

/// What a write is checked against.
pub(super) struct Updater<'w> {
    pub versions: &'w dyn Versions,
    pub ignored: &'w Set,
}

/// Whether somebody else's fields may be taken.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Taking {
    Refused,
    Forced,
}

/// The object after an apply, `None` when it is the same as before, and its managers.
pub(super) struct Applied {
    pub object: Option<Value>,
    pub managers: Managers,
}

impl Updater<'_> {
    fn convert(&self, from: &Versioned<'_>, to: &str) -> Option<Value> {
        if from.api_version == to { Some(from.value.clone()) } else { self.versions.convert(from.value, to) }
    }

    fn type_of(&self, api_version: &str) -> Option<TypeRef> {
        self.versions.type_of(api_version)
    }

    /// Sets recorded under another schema are fitted to today's; those of versions not served any more are dropped.
    fn reconciled(&self, managers: Managers) -> Managers {
        let fit = |(manager, mut owned): (Manager, Owned)| {
            let ty = self.type_of(&owned.api_version)?;
            if let Some(set) = reconcile(&owned.set, &ty) {
                owned.set = set;
            }
            Some((manager, owned))
        };
        managers.into_iter().filter_map(fit).collect()
    }

    /// Takes from all other managers what this write changes or removes.
    fn take(
        &self,
        old: &Versioned<'_>,
        new: &Value,
        managers: &mut Managers,
        own: &Manager,
        taking: Taking,
    ) -> Result<Comparison, Conflicts> {
        let ty = self.type_of(old.api_version).unwrap_or(TypeRef::Deduced);
        let own_version = compare(old.value, new, &ty).without(self.ignored);
        let mut comparisons = BTreeMap::from([(old.api_version.to_owned(), own_version)]);
        let mut conflicts = Vec::new();
        let mut taken = Vec::new();
        for (manager, owned) in managers.iter().filter(|(manager, _)| *manager != own) {
            if !comparisons.contains_key(&owned.api_version) {
                let comparison = self.compare_in(old, new, &owned.api_version);
                comparisons.insert(owned.api_version.clone(), comparison);
            }
            let comparison = &comparisons[&owned.api_version];
            let changed = comparison.modified.union(&comparison.added);
            let conflict = owned.set.intersection(&changed);
            conflicts.extend(conflict.paths().into_iter().map(|path| Conflict { manager: manager.clone(), path }));
            let lost = conflict.union(&comparison.removed);
            if !lost.is_empty() {
                taken.push((manager.clone(), owned.set.difference(&lost)));
            }
        }
        if taking == Taking::Refused && !conflicts.is_empty() {
            return Err(Conflicts(conflicts));
        }
        for (manager, rest) in taken {
            if let Some(owned) = managers.get_mut(&manager) {
                owned.set = rest;
            }
        }
        managers.retain(|_, owned| !owned.set.is_empty());
        Ok(comparisons.remove(old.api_version).unwrap_or_default())
    }

    fn compare_in(&self, old: &Versioned<'_>, new: &Value, api_version: &str) -> Comparison {
        let converted_old = self.convert(old, api_version);
        let converted_new = self.convert(&Versioned { value: new, api_version: old.api_version }, api_version);
        match (converted_old, converted_new, self.type_of(api_version)) {
            (Some(old), Some(new), Some(ty)) => compare(&old, &new, &ty).without(self.ignored),
            _ => Comparison::default(),
        }
    }

    /// An ordinary write from `old` to `new`: `own` owns what changed.
    pub fn update(&self, old: &Versioned<'_>, new: &Value, managers: Managers, own: &Manager) -> Managers {
        let mut managers = self.reconciled(managers);
        let comparison = self.take(old, new, &mut managers, own, Taking::Forced).unwrap_or_default();
        let before = managers.remove(own).map(|owned| owned.set).unwrap_or_default();
        let mut set = before.difference(&comparison.removed);
        set.add(&comparison.modified);
        set.add(&comparison.added);
        let set = set.without_subtrees(self.ignored);
        if !set.is_empty() {
            let owned = Owned { set, api_version: old.api_version.to_owned(), time: None };
            managers.insert(own.clone(), owned);
        }
        managers
    }

    /// An apply of `config` over `live`: merged, what `own` gave up and nobody else owns removed, conflicts found.
    pub fn apply(
        &self,
        live: &Versioned<'_>,
        config: &Value,
        managers: Managers,
        own: &Manager,
        taking: Taking,
    ) -> Result<Applied, Conflicts> {
        let mut managers = self.reconciled(managers);
        let ty = self.type_of(live.api_version).unwrap_or(TypeRef::Deduced);
        let merged = merge(live.value, config, &ty).unwrap_or(Value::Null);
        let set = field_set(config, &ty).without_subtrees(self.ignored);
        let last = managers.get(own).cloned();
        let time = last.as_ref().and_then(|last| last.time.clone());
        managers.insert(own.clone(), Owned { set, api_version: live.api_version.to_owned(), time });
        let merged = match &last {
            Some(last) if !last.set.is_empty() => self.prune(merged, live.api_version, &managers, last),
            _ => merged,
        };
        self.take(live, &merged, &mut managers, own, taking)?;
        let same = crate::value::equal(live.value, &merged);
        Ok(Applied { object: (!same).then_some(merged), managers })
    }

    /// Removes what the manager applied last time, not this time, and nobody else owns.
    fn prune(&self, merged: Value, api_version: &str, managers: &Managers, last: &Owned) -> Value {
        let at = &last.api_version;
        let converted = self.convert(&Versioned { value: &merged, api_version }, at);
        let (Some(converted), Some(ty)) = (converted, self.type_of(at)) else { return merged };
        let pruned = remove(&converted, &with_named_fields(&last.set, &ty), &ty);
        let pruned = self.add_back_owned(&converted, pruned, at, managers);
        let pruned = add_back_dangling(&converted, &pruned, &last.set, &ty);
        self.convert(&Versioned { value: &pruned, api_version: at }, api_version).unwrap_or(merged)
    }

    /// Restores what anybody still owns, looked at in each version in turn.
    fn add_back_owned(&self, merged: &Value, pruned: Value, pruned_version: &str, managers: &Managers) -> Value {
        let mut by_version: BTreeMap<&str, Set> = BTreeMap::new();
        for owned in managers.values() {
            by_version.entry(&owned.api_version).or_default().add(&owned.set);
        }
        let first = by_version.remove(pruned_version).map(|set| (pruned_version, set));
        let mut pruned = pruned;
        for (version, owned) in first.into_iter().chain(by_version) {
            let from = |value| Versioned { value, api_version: pruned_version };
            let merged_here = self.convert(&from(merged), version);
            let pruned_here = self.convert(&from(&pruned), version);
            let (Some(merged_here), Some(pruned_here), Some(ty)) = (merged_here, pruned_here, self.type_of(version))
            else {
                continue;
            };
            let all = with_named_fields(&field_set(&merged_here, &ty), &ty);
            let mut kept = with_named_fields(&field_set(&pruned_here, &ty), &ty);
            kept.add(&with_named_fields(&owned, &ty));
            let restored = remove(&merged_here, &all.difference(&kept), &ty);
            pruned =
                self.convert(&Versioned { value: &restored, api_version: version }, pruned_version).unwrap_or(pruned);
        }
        pruned
    }
}

/// Restores what was removed though the manager never owned it.
fn add_back_dangling(merged: &Value, pruned: &Value, last: &Set, ty: &TypeRef) -> Value {
    let kept = with_named_fields(&field_set(pruned, ty), ty);
    let all = with_named_fields(&field_set(merged, ty), ty);
    let gone = all.difference(&kept).intersection(&with_named_fields(last, ty));
    remove(merged, &gone, ty)
}
