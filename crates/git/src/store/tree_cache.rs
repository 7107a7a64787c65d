//! Directories decoded lately. Commits share most of theirs, so a new commit finds all but a few here.

use super::listing::Listing;
use crate::oid::Oid;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most memory for decoded directories of one repository: a thousand applications' directories take about 1 MiB.
pub(super) const BYTES_MAX: usize = 16 << 20;

/// A bounded cache of two generations: when the young one has filled its half, the old one goes.
#[derive(Default)]
pub(super) struct TreeCache {
    young: BTreeMap<Oid, Arc<Listing>>,
    old: BTreeMap<Oid, Arc<Listing>>,
    young_bytes: usize,
}

impl TreeCache {
    pub(super) fn get(&mut self, id: Oid) -> Option<Arc<Listing>> {
        if let Some(listing) = self.young.get(&id) {
            return Some(Arc::clone(listing));
        }
        let listing = self.old.remove(&id)?;
        self.insert(id, Arc::clone(&listing));
        Some(listing)
    }

    pub(super) fn insert(&mut self, id: Oid, listing: Arc<Listing>) {
        let bytes = listing.bytes();
        if self.young_bytes + bytes > BYTES_MAX / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if self.young.insert(id, listing).is_none() {
            self.young_bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_small_and_keeps_what_is_used() {
        let listing = |count: usize| {
            let line = |n: usize| [format!("100644 {n:06}\0").as_bytes(), &[1; 20]].concat();
            Arc::new(Listing::decode(&(0..count).flat_map(line).collect::<Vec<u8>>()).expect("a tree"))
        };
        let id = |n: usize| {
            let mut bytes = [0; 20];
            bytes[..8].copy_from_slice(&n.to_be_bytes());
            Oid::from_bytes(bytes)
        };
        let mut cache = TreeCache::default();
        let one = listing(1000);
        for n in 0..2000 {
            cache.insert(id(n), Arc::clone(&one));
            assert!(n == 0 || cache.get(id(0)).is_some(), "used at every step, lost at {n}");
        }
        let held = cache.young.len() + cache.old.len();
        assert!(held * one.bytes() <= BYTES_MAX, "{held} directories held");
        assert!(cache.get(id(1)).is_none());
    }
}
