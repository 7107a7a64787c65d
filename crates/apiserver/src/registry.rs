//! Which resources are served: the built-in table and the custom resource definitions of the moment.

use crate::crd::Custom;
use crate::group_resource::GroupResource;
use crate::resource::{Resource, Served};
use object::Gvk;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Custom resources by group and plural.
pub type CustomResources = BTreeMap<(Box<str>, Box<str>), Arc<Custom>>;

/// The resources served at the moment.
#[derive(Debug, Default)]
pub struct Registry {
    custom: RwLock<Arc<CustomResources>>,
}

impl Registry {
    /// The custom resources of the moment.
    #[must_use]
    pub fn custom(&self) -> Arc<CustomResources> {
        Arc::clone(&self.custom.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves a custom resource, in place of one of the same name.
    pub fn serve(&self, custom: Custom) {
        let mut all = self.custom.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut all).insert((custom.group.clone(), custom.plural.clone()), Arc::new(custom));
    }

    /// Serves a custom resource no more.
    pub fn withdraw(&self, group: &str, plural: &str) {
        let mut all = self.custom.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut all).remove(&(Box::from(group), Box::from(plural)));
    }

    /// The resource that paths name.
    #[must_use]
    pub fn by_path(&self, group: &str, version: &str, plural: &str) -> Option<Served> {
        if let Some(served) = kinds::by_resource(group, version, plural) {
            return Some(built_in(served));
        }
        let custom = Arc::clone(self.custom().get(&(Box::from(group), Box::from(plural)))?);
        custom.version(version).filter(|version| version.served)?;
        Some(Served { resource: Resource::Custom(custom), version: version.into() })
    }

    /// The resource that objects of this kind belong to.
    #[must_use]
    pub fn by_kind(&self, gvk: &Gvk) -> Option<Served> {
        if let Some(served) = kinds::by_gvk(gvk) {
            return Some(built_in(served));
        }
        let all = self.custom();
        let custom = all.values().find(|custom| custom.group == gvk.group && custom.kind == gvk.kind)?;
        custom.version(&gvk.version).filter(|version| version.served)?;
        Some(Served { resource: Resource::Custom(Arc::clone(custom)), version: gvk.version.clone() })
    }

    /// The resource of that name in the version it is stored in.
    #[must_use]
    pub fn by_name(&self, name: &GroupResource) -> Option<Served> {
        let built_in = kinds::KINDS.iter().find(|kind| kind.group == name.group && kind.plural == name.resource);
        let resource = match built_in {
            Some(kind) => Resource::BuiltIn(kind),
            None => {
                let key = (Box::from(&*name.group), Box::from(&*name.resource));
                Resource::Custom(Arc::clone(self.custom().get(&key)?))
            }
        };
        let stored = resource.storage_gvk();
        // A kind kept under another group speaks its own first version.
        let version = match &resource {
            Resource::BuiltIn(kind) if *stored.group != *kind.group => kind.versions.first().copied()?.into(),
            _ => stored.version,
        };
        Some(Served { resource, version })
    }
}

fn built_in(served: kinds::Served) -> Served {
    Served { resource: Resource::BuiltIn(served.kind), version: served.version.into() }
}
