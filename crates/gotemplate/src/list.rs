//! What can be done with a [`List`].

use crate::frozen::Frozen;
use crate::handles::{copied_handles, drop_all, handles, handles_bytes, is_touched, thawed};
use crate::held::Held;
use crate::types::ListType;
use crate::value::{Function, Items, List, ListCell, ListMethods, Value};
use crate::weight::list_bytes;
use std::fmt;
use std::sync::{Arc, OnceLock};

impl List {
    /// A new `[]interface {}`.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        List::typed(ListType::ANY, items)
    }

    /// A new slice of a given type; the items must be of its element type.
    #[must_use]
    pub fn typed(list_type: ListType, items: Vec<Value>) -> Self {
        List::owned(list_type, None, items)
    }

    /// A new slice of a named type with that type's methods.
    #[must_use]
    pub fn named(list_type: ListType, methods: ListMethods, items: Vec<Value>) -> Self {
        List::owned(list_type, Some(methods), items)
    }

    /// A new `[]interface {}` over shared data: costs nothing, whatever its size.
    #[must_use]
    pub fn frozen(data: Arc<[Frozen]>) -> Self {
        let items = Items::Frozen(data, OnceLock::new());
        List::made_of(ListCell { list_type: ListType::ANY, methods: None, nil: false, items, _held: Held::of(0) })
    }

    /// The nil slice of a type.
    #[must_use]
    pub fn nil(list_type: ListType) -> Self {
        let items = Items::Owned(Vec::new());
        List::made_of(ListCell { list_type, methods: None, nil: true, items, _held: Held::of(0) })
    }

    fn owned(list_type: ListType, methods: Option<ListMethods>, items: Vec<Value>) -> Self {
        let held = Held::of(list_bytes(&items));
        List::made_of(ListCell { list_type, methods, nil: false, items: Items::Owned(items), _held: held })
    }

    fn made_of(cell: ListCell) -> Self {
        List(Arc::new(cell))
    }

    /// Its type.
    #[must_use]
    pub fn list_type(&self) -> ListType {
        self.0.list_type
    }

    /// Its type's method called `name`, bound to it.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<Function> {
        self.0.methods.and_then(|methods| methods(self, name))
    }

    /// Whether it is the nil slice.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// Whether `other` is this very slice.
    #[must_use]
    pub fn same(&self, other: &List) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// How many items it has.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0.items {
            Items::Owned(items) => items.len(),
            Items::Frozen(data, _) => data.len(),
        }
    }

    /// Whether it has no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at an index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Value> {
        match &self.0.items {
            Items::Owned(items) => items.get(index).cloned(),
            Items::Frozen(data, made) => (index < data.len()).then(|| thawed(made, data, index)),
        }
    }

    /// Its items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator + '_ {
        (0..self.len()).map(|index| self.get(index).unwrap_or(Value::Nil))
    }

    /// A copy of its items.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Value> {
        self.iter().collect()
    }

    /// The shared data it was made from, when nothing below it has been written to.
    #[must_use]
    pub fn untouched(&self) -> Option<&Arc<[Frozen]>> {
        match &self.0.items {
            Items::Frozen(data, made) if handles(made).all(|handle| !is_touched(handle)) => Some(data),
            _ => None,
        }
    }

    /// As [`Map::copied`].
    pub(crate) fn copied<E>(&self, deep: &mut dyn FnMut(&Value) -> Result<Value, E>) -> Result<List, E> {
        let items = match &self.0.items {
            Items::Owned(items) => Items::Owned(items.iter().map(deep).collect::<Result<_, E>>()?),
            Items::Frozen(data, made) => Items::Frozen(data.clone(), copied_handles(made, deep)?),
        };
        let ListCell { list_type, methods, nil, .. } = *self.0;
        let held = match &items {
            Items::Owned(items) => Held::of(list_bytes(items)),
            Items::Frozen(_, made) => Held::of(handles_bytes(made)),
        };
        Ok(List::made_of(ListCell { list_type, methods, nil, items, _held: held }))
    }
}

impl Drop for ListCell {
    fn drop(&mut self) {
        let mut pending = Vec::new();
        self.give_up(&mut pending);
        drop_all(pending);
    }
}

impl ListCell {
    /// Moves the lists and maps in it to `pending`.
    pub(crate) fn give_up(&mut self, pending: &mut Vec<Value>) {
        match &mut self.items {
            Items::Owned(items) => {
                if items.iter().any(|item| matches!(item, Value::List(_) | Value::Map(_))) {
                    pending.append(items);
                }
            }
            Items::Frozen(_, made) => {
                pending.extend(made.take().into_iter().flatten().filter_map(OnceLock::into_inner));
            }
        }
    }
}

impl fmt::Debug for List {
    /// Its size only: a list may contain itself, by way of a map.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({} items)", self.len())
    }
}
