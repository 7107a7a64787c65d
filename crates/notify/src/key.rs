//! What is worked on. A leaf module.

use api::names::{APPLICATION, GROUP, VERSION};
use api::rollouts::ROLLOUT;
use notifications::Product;
use object::{Gvk, Key};
use std::fmt;

/// An object's namespace and name; its kind is that of the controller's product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// The kind that a product tells of.
pub(crate) fn kind(product: Product) -> &'static str {
    match product {
        Product::Applications => APPLICATION,
        Product::Rollouts => ROLLOUT,
    }
}

/// The same with group and version.
pub(crate) fn gvk(product: Product) -> Gvk {
    Gvk::new(GROUP, VERSION, kind(product))
}

impl ObjectKey {
    /// The object that this key names, if it is of the product's kind.
    #[must_use]
    pub fn of(product: Product, key: &Key) -> Option<Self> {
        let is_one = *key.group == *GROUP && *key.kind == *kind(product);
        let namespace = key.namespace.clone().filter(|_| is_one)?;
        Some(ObjectKey { namespace, name: key.name.clone() })
    }

    /// What it is called in the cluster.
    #[must_use]
    pub fn object_key(&self, product: Product) -> Key {
        Key::new(GROUP, kind(product), Some(&self.namespace), &self.name)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}
