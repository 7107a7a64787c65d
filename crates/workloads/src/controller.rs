//! What a controller is: it notices changes, and for one object at a time it observes and plans. It never writes.

use crate::plan::{Plan, Refusal};
use apiserver::{Api, EventKind, GroupResource, Object};
use jiff::Timestamp;

/// What a controller looks at: usually an object's namespace and name; whatever identifies it to that controller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub namespace: Box<str>,
    pub name: Box<str>,
}

/// A change of an object, or its discovery at the start.
pub(crate) struct Change<'a> {
    pub kind: EventKind,
    pub resource: &'a GroupResource,
    pub object: &'a Object,
    pub previous: Option<&'a Object>,
}

/// What a pass may look at besides the API.
pub(crate) struct Context<'a> {
    pub api: &'a Api,
    pub now: Timestamp,
    /// The refusal of this item's last write.
    pub refused: Option<&'a Refusal>,
}

/// One controller.
pub(crate) trait Controller: Send {
    /// Its name in logs.
    fn name(&self) -> &'static str;

    /// Notes a change and names the items it concerns. Must be cheap: it is called for every change of anything.
    fn notice(&mut self, change: &Change<'_>, api: &Api) -> Vec<Item>;

    /// The items to look at when the cluster starts although nothing tells of them.
    fn begin(&mut self) -> Vec<Item> {
        Vec::new()
    }

    /// Observes one item and plans.
    fn pass(&mut self, item: &Item, context: &Context<'_>) -> Plan;
}

impl Item {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Item { namespace: namespace.into(), name: name.into() }
    }

    pub(crate) fn of(object: &Object) -> Self {
        Item::new(object.namespace().unwrap_or_default(), object.name())
    }
}

impl Change<'_> {
    /// The object after the change and the one before it.
    pub(crate) fn both(&self) -> impl Iterator<Item = &Object> {
        std::iter::once(self.object).chain(self.previous)
    }

    /// The items of the owners that manage, or managed, the object and are of this kind.
    pub(crate) fn controllers(&self, kind: &str) -> Vec<Item> {
        let owners = self.both().filter_map(|object| {
            let owner = object.meta().controller()?;
            (&*owner.kind == kind).then(|| Item::new(object.namespace().unwrap_or_default(), &owner.name))
        });
        let mut items: Vec<_> = owners.collect();
        items.dedup();
        items
    }
}
