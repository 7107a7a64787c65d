//! What can be done with a [`Map`]: reading shares what it was made from, the first write copies one level.

use crate::frozen::{Frozen, FrozenMap};
use crate::handles::{copied_handles, drop_all, handles, handles_bytes, is_touched, thawed};
use crate::held::Held;
use crate::text::Text;
use crate::types::MapType;
use crate::value::{Function, Handles, Map, MapCell, MapClass, Value, Written};
use crate::weight::{entry_bytes, map_bytes};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

impl Map {
    /// A new `map[string]interface {}` with these entries; of two with one key the later stays.
    pub fn from_entries<K: Into<Text>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Map::typed(&MapClass::ANY, entries)
    }

    /// A new map of a given type.
    pub fn typed<K: Into<Text>>(class: &'static MapClass, entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        let entries: BTreeMap<_, _> = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Map::made_of(class, MapCell::owned(entries))
    }

    /// A new map over shared data: costs nothing, whatever its size.
    #[must_use]
    pub fn frozen(data: Arc<FrozenMap>) -> Self {
        Map::made_of(&MapClass::ANY, MapCell::frozen(Some(data), OnceLock::new()))
    }

    /// The nil map of a type: empty, and nil to comparisons and to JSON.
    #[must_use]
    pub fn nil(class: &'static MapClass) -> Self {
        let (handles, owned) = (OnceLock::new(), OnceLock::new());
        Map::made_of(class, MapCell { nil: true, frozen: None, handles, owned, held: Held::of(0) })
    }

    /// The same map seen as another type: Go's conversion `map[string]interface{}(values)`.
    #[must_use]
    pub fn seen_as(&self, class: &'static MapClass) -> Self {
        Map { cell: self.cell.clone(), class }
    }

    fn made_of(class: &'static MapClass, cell: MapCell) -> Self {
        Map { cell: Arc::new(cell), class }
    }

    /// Its type.
    #[must_use]
    pub fn map_type(&self) -> MapType {
        self.class.map_type
    }

    /// Its type's method called `name`, bound to it.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<Function> {
        self.class.methods.and_then(|methods| methods(self, name))
    }

    /// Whether it is the nil map.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.cell.nil
    }

    /// Whether `other` is this very map.
    #[must_use]
    pub fn same(&self, other: &Map) -> bool {
        Arc::ptr_eq(&self.cell, &other.cell)
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.cell.owned.get() {
            Some(owned) => read(owned).len(),
            None => self.cell.data().len(),
        }
    }

    /// Whether it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What `key` holds.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        if let Some(owned) = self.cell.owned.get() {
            return read(owned).get(key.as_ref()).cloned();
        }
        let data = self.cell.frozen.as_deref()?;
        let at = data.position(key.as_ref())?;
        Some(thawed(&self.cell.handles, data.entries(), at))
    }

    /// Whether there is an entry for `key`, nil or not.
    pub fn contains(&self, key: impl AsRef<[u8]>) -> bool {
        match self.cell.owned.get() {
            Some(owned) => read(owned).contains_key(key.as_ref()),
            None => self.cell.frozen.as_deref().is_some_and(|data| data.position(key.as_ref()).is_some()),
        }
    }

    /// Its keys, sorted by their bytes.
    #[must_use]
    pub fn keys(&self) -> Vec<Text> {
        match self.cell.owned.get() {
            Some(owned) => read(owned).keys().cloned().collect(),
            None => self.cell.data().iter().map(|(key, _)| key.clone()).collect(),
        }
    }

    /// Its entries as they are now, sorted by the bytes of their keys.
    #[must_use]
    pub fn entries(&self) -> Vec<(Text, Value)> {
        match self.cell.owned.get() {
            Some(owned) => read(owned).iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            None => self.cell.entries(),
        }
    }

    /// Puts `value` under `key`. Through [`crate::Call::set`] inside of functions.
    pub fn insert(&self, written: &mut Written, key: impl Into<Text>, value: Value) {
        let container = matches!(value, Value::Map(_) | Value::List(_) | Value::Object(_));
        if container {
            written.remember(&self.cell);
        }
        let mut entries = write(self.cell.thaw());
        let (key, bytes) = (key.into(), entry_bytes(&value));
        if entries.insert(key, value).is_none() {
            self.cell.held.grow(bytes as i64);
        }
    }

    /// Takes the entry of `key` away and gives what it held.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> Option<Value> {
        if !self.contains(key.as_ref()) {
            return None;
        }
        let removed = write(self.cell.thaw()).remove(key.as_ref());
        if let Some(value) = &removed {
            self.cell.held.grow(-(entry_bytes(value) as i64));
        }
        removed
    }

    /// The shared data it was made from, when neither it nor anything below it has been written to.
    #[must_use]
    pub fn untouched(&self) -> Option<&Arc<FrozenMap>> {
        let untouched =
            self.cell.owned.get().is_none() && handles(&self.cell.handles).all(|handle| !is_touched(handle));
        self.cell.frozen.as_ref().filter(|_| untouched)
    }

    /// A copy that shares nothing that can be written to: only what has been written since the shared data was made is
    /// copied. `deep` copies a value below it.
    pub(crate) fn copied<E>(&self, deep: &mut dyn FnMut(&Value) -> Result<Value, E>) -> Result<Map, E> {
        if let Some(owned) = self.cell.owned.get() {
            let entries: Vec<_> = read(owned).iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            let copies = entries.into_iter().map(|(key, value)| Ok((key, deep(&value)?)));
            return Ok(Map::made_of(self.class, MapCell::owned(copies.collect::<Result<_, E>>()?)));
        }
        let handles = copied_handles(&self.cell.handles, deep)?;
        let owned = OnceLock::new();
        let held = Held::of(handles_bytes(&handles));
        let cell = MapCell { nil: self.cell.nil, frozen: self.cell.frozen.clone(), handles, owned, held };
        Ok(Map::made_of(self.class, cell))
    }
}

impl MapClass {
    /// `map[string]interface {}`.
    pub const ANY: MapClass = MapClass { map_type: MapType::ANY, methods: None };
    /// `map[string]string`.
    pub const STRINGS: MapClass = MapClass { map_type: MapType::STRINGS, methods: None };
}

impl MapCell {
    fn owned(entries: BTreeMap<Text, Value>) -> Self {
        let held = Held::of(map_bytes(entries.values()));
        let owned = OnceLock::from(RwLock::new(entries));
        MapCell { nil: false, frozen: None, handles: OnceLock::new(), owned, held }
    }

    fn frozen(frozen: Option<Arc<FrozenMap>>, handles: OnceLock<Handles>) -> Self {
        MapCell { nil: false, frozen, handles, owned: OnceLock::new(), held: Held::of(0) }
    }

    fn data(&self) -> &[(Text, Frozen)] {
        self.frozen.as_deref().map_or(&[], FrozenMap::entries)
    }

    fn entries(&self) -> Vec<(Text, Value)> {
        let data = self.data();
        let entry = |(at, (key, _)): (usize, &(Text, Frozen))| (key.clone(), thawed(&self.handles, data, at));
        data.iter().enumerate().map(entry).collect()
    }

    /// Its own entries, copied from the shared data before the first write.
    fn thaw(&self) -> &RwLock<BTreeMap<Text, Value>> {
        self.owned.get_or_init(|| {
            let entries: BTreeMap<_, _> = self.entries().into_iter().collect();
            self.held.grow(map_bytes(entries.values()) as i64);
            RwLock::new(entries)
        })
    }
}

impl Drop for MapCell {
    /// Takes long chains of values apart one by one: dropping them by recursion could exhaust the stack.
    fn drop(&mut self) {
        let mut pending = Vec::new();
        self.give_up(&mut pending);
        drop_all(pending);
    }
}

impl MapCell {
    /// Moves the lists and maps in it to `pending`.
    pub(crate) fn give_up(&mut self, pending: &mut Vec<Value>) {
        if let Some(owned) = self.owned.take() {
            let entries = owned.into_inner().unwrap_or_else(PoisonError::into_inner);
            pending.extend(entries.into_values().filter(is_container));
        }
        if let Some(made) = self.handles.take() {
            pending.extend(made.into_iter().filter_map(OnceLock::into_inner));
        }
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_))
}

/// How far back a map is looked for that is remembered already.
const LOOKED_BACK: usize = 8;

impl Written {
    /// Remembers a map for as long as it is there. Maps that are gone are forgotten whenever there is no room left.
    fn remember(&mut self, map: &Arc<MapCell>) {
        let known = self.0.iter().rev().take(LOOKED_BACK).any(|known| known.as_ptr() == Arc::as_ptr(map));
        if known {
            return;
        }
        if self.0.len() == self.0.capacity() {
            self.0.retain(|map| map.strong_count() > 0);
            self.0.reserve(self.0.len().max(LOOKED_BACK));
        }
        self.0.push(Arc::downgrade(map));
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let maps: Vec<_> = self.0.drain(..).filter_map(|map| map.upgrade()).collect();
        let mut pending = Vec::new();
        for map in &maps {
            if let Some(owned) = map.owned.get() {
                pending.extend(std::mem::take(&mut *write(owned)).into_values());
            }
        }
        drop_all(pending);
    }
}

impl fmt::Debug for Map {
    /// Its size only: a map may contain itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Map({} entries)", self.len())
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
