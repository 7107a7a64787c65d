//! The objects of a kustomization in order, findable by name.
//!
//! The index maps every name an object has or had to its place. It is made when first asked for and thrown away when
//! something may have renamed objects; appending keeps it. So no step compares all objects with all others.

use crate::id::Id;
use crate::problem::{Problem, Result};
use crate::resource::{Behavior, Resource};
use std::collections::{BTreeMap, BTreeSet};

/// Objects in order.
#[derive(Debug, Default)]
pub(crate) struct ResMap {
    items: Vec<Resource>,
    index: Option<Index>,
    /// Whether something may have given two objects one name since somebody looked.
    doubtful: bool,
}

#[derive(Debug, Default)]
struct Index {
    by_name: BTreeMap<Box<str>, Vec<usize>>,
    current: BTreeSet<String>,
}

impl Index {
    fn add(&mut self, at: usize, resource: &Resource) {
        for name in resource.names() {
            match self.by_name.get_mut(name) {
                Some(places) => places.push(at),
                None => drop(self.by_name.insert(name.into(), vec![at])),
            }
        }
        self.current.insert(resource.id().key());
    }
}

impl ResMap {
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Resource> {
        self.items.iter()
    }

    /// The objects, to be changed in anything but their names.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Resource> {
        self.items.iter_mut()
    }

    /// The objects, to be changed in any way.
    pub fn rename_mut(&mut self) -> &mut Vec<Resource> {
        self.index = None;
        self.doubtful = true;
        &mut self.items
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn get(&self, at: usize) -> &Resource {
        &self.items[at]
    }

    /// One object, to be changed in anything but its name.
    pub fn get_mut(&mut self, at: usize) -> &mut Resource {
        &mut self.items[at]
    }

    pub fn into_items(self) -> Vec<Resource> {
        self.items
    }

    fn index(&mut self) -> &mut Index {
        let items = &self.items;
        self.index.get_or_insert_with(|| {
            let mut index = Index::default();
            for (at, resource) in items.iter().enumerate() {
                index.add(at, resource);
            }
            index
        })
    }

    /// The places of all objects that have or had this name, in order.
    pub fn named(&mut self, name: &str) -> Vec<usize> {
        self.index().by_name.get(name).cloned().unwrap_or_default()
    }

    /// Adds an object at the end.
    ///
    /// # Errors
    /// When one of that id is there.
    pub fn append(&mut self, resource: Resource) -> Result<()> {
        let at = self.items.len();
        let key = resource.id().key();
        let index = self.index();
        if index.current.contains(&key) {
            return Err(registered(&resource));
        }
        index.add(at, &resource);
        self.items.push(resource);
        Ok(())
    }

    /// Makes sure that no two objects are the same; a look at all of them only after something may have changed names.
    ///
    /// # Errors
    /// When two are.
    pub fn confirm_unique(&mut self) -> Result<()> {
        if !self.doubtful {
            return Ok(());
        }
        let mut ids = BTreeSet::new();
        match self.items.iter().filter(|item| !item.is_gone()).find(|item| !ids.insert(item.id().key())) {
            Some(twice) => Err(registered(twice)),
            None => {
                self.doubtful = false;
                Ok(())
            }
        }
    }

    /// Adds objects at the end.
    ///
    /// # Errors
    /// As [`ResMap::append`].
    pub fn append_all(&mut self, resources: impl IntoIterator<Item = Resource>) -> Result<()> {
        if self.items.is_empty() {
            // The common case of a first base needs no index unless somebody adds to it.
            self.index = None;
        }
        resources.into_iter().try_for_each(|resource| self.append(resource))
    }

    /// The places of objects that are or were `id`.
    pub fn matching_any(&mut self, id: &Id<'_>) -> Vec<usize> {
        let places = self.named(id.name);
        let is_match = |at: &usize| {
            let resource = &self.items[*at];
            !resource.is_gone() && resource.any_ids().any(|other| id.is(&other))
        };
        places.into_iter().filter(is_match).collect()
    }

    /// The one object that is or was `id`.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn by_id(&mut self, id: &Id<'_>) -> Result<usize> {
        let found = self.matching_any(id);
        let complain = |what: &str| {
            let tail = format!("failed to find unique target for patch {id}");
            Problem::invalid(format!("{what} for Id {id}; {tail}"))
        };
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(complain("no matches")),
            _ => Err(complain("multiple matches")),
        }
    }

    /// Adds a generated object, or merges it into the one of that id as it asks.
    ///
    /// # Errors
    /// When what it asks for is not possible.
    pub fn absorb(&mut self, mut resource: Resource) -> Result<()> {
        let found = self.matching_any(&resource.id());
        let id = resource.id().to_string();
        match (found.as_slice(), resource.behavior) {
            ([], Behavior::Merge | Behavior::Replace) => {
                Err(Problem::invalid(format!("id {id} does not exist; cannot merge or replace")))
            }
            ([], _) => self.append(resource),
            ([at], Behavior::Merge | Behavior::Replace) => {
                let (old, behavior) = (&self.items[*at], resource.behavior);
                if resource.behavior == Behavior::Merge {
                    crate::generate::merge_data(&mut resource, old);
                }
                crate::generate::take_over(&mut resource, old);
                let origin = old.annotation(crate::provenance::ORIGIN).map(str::to_owned);
                if let (Some(origin), Behavior::Merge) = (origin, behavior) {
                    resource.set_annotation(crate::provenance::ORIGIN, &origin);
                }
                self.rename_mut()[*at] = resource;
                Ok(())
            }
            ([_], behavior) => Err(Problem::invalid(format!(
                "id {id} exists; can not use behavior: '{}', behavior must be merge or replace",
                behavior.name()
            ))),
            _ => Err(Problem::invalid(format!("found multiple objects that could accept merge of {id}"))),
        }
    }

    /// Forgets objects of which nothing is left.
    pub fn drop_gone(&mut self) {
        if self.items.iter().any(Resource::is_gone) {
            self.rename_mut().retain(|resource| !resource.is_gone());
        }
    }
}

fn registered(resource: &Resource) -> Problem {
    Problem::invalid(format!("may not add resource with an already registered id: {}", resource.id()))
}
