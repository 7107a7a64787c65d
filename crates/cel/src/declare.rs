//! Types of data with what is known of their size: what a schema says, in the terms of expressions.

use crate::token::RESERVED;
use crate::ty::Type;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Largest request, in bytes, by which sizes that nobody bounds are estimated.
pub const REQUEST_BYTES_MAX: u64 = 3 * 1024 * 1024;

/// The type of a piece of data and how large it can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// What it is.
    pub shape: Shape,
    /// Characters, items or entries at most.
    pub elements_max: u64,
    /// Bytes of JSON at least.
    pub bytes_min: u64,
}

/// What a piece of data is.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A value without parts.
    Plain(Type),
    /// A list of such items.
    List(Arc<Declared>),
    /// A map from texts to such values.
    Map(Arc<Declared>),
    /// An object: the name of its type, and its fields by the names expressions use.
    Object(Arc<str>, Arc<BTreeMap<String, Declared>>),
}

impl Declared {
    /// A value without parts.
    #[must_use]
    pub fn plain(ty: Type, elements_max: u64, bytes_min: u64) -> Self {
        Declared { shape: Shape::Plain(ty), elements_max, bytes_min }
    }

    /// A list, of at most so many items where that is known.
    #[must_use]
    pub fn list(item: Declared, items_max: Option<u64>) -> Self {
        let elements_max = items_max.unwrap_or((REQUEST_BYTES_MAX - 2) / (item.bytes_min + 1));
        Declared { shape: Shape::List(Arc::new(item)), elements_max, bytes_min: 2 }
    }

    /// A map, of at most so many entries where that is known.
    #[must_use]
    pub fn map(value: Declared, entries_max: Option<u64>) -> Self {
        let elements_max = entries_max.unwrap_or((REQUEST_BYTES_MAX - 2) / (value.bytes_min + 6));
        Declared { shape: Shape::Map(Arc::new(value)), elements_max, bytes_min: 2 }
    }

    /// An object whose fields take `bytes_min` at least.
    #[must_use]
    pub fn object(name: &str, fields: BTreeMap<String, Declared>, bytes_min: u64) -> Self {
        // Compat: what has fields or is a number counts as if it had no size.
        Declared { shape: Shape::Object(name.into(), Arc::new(fields)), elements_max: 0, bytes_min }
    }

    /// Its type.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.shape {
            Shape::Plain(ty) => ty.clone(),
            Shape::List(item) => Type::List(Box::new(item.ty())),
            Shape::Map(value) => Type::Map(Box::new(Type::Text), Box::new(value.ty())),
            Shape::Object(name, _) => Type::Object(Arc::clone(name)),
        }
    }

    /// What stands at one step below.
    pub(crate) fn below(&self, step: &str) -> Option<Declared> {
        match (&self.shape, step) {
            (Shape::List(item), "@items") | (Shape::Map(item), "@values") => Some((**item).clone()),
            // Compat: upstream counts keys as if they were empty.
            (Shape::Map(_), "@keys") => Some(Declared::plain(Type::Text, 0, 2)),
            (Shape::Object(_, fields), name) => fields.get(name).cloned(),
            _ => None,
        }
    }

    /// The objects in it, by the names of their types.
    pub(crate) fn collect<'d>(&'d self, into: &mut BTreeMap<Arc<str>, &'d BTreeMap<String, Declared>>) {
        match &self.shape {
            Shape::Plain(_) => {}
            Shape::List(inner) | Shape::Map(inner) => inner.collect(into),
            Shape::Object(name, fields) => {
                into.insert(Arc::clone(name), fields);
                fields.values().for_each(|field| field.collect(into));
            }
        }
    }
}

/// A property's name as expressions must write it; `None` when they cannot.
#[must_use]
pub fn escaped(name: &str) -> Option<String> {
    const KEYWORDS: [&str; 5] = ["true", "false", "null", "in", "while"];
    if KEYWORDS.contains(&name) || RESERVED.contains(&name) {
        return Some(format!("__{name}__"));
    }
    let first = name.chars().next()?;
    let is_writable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    if first.is_ascii_digit() || !name.chars().all(is_writable) {
        return None;
    }
    let escaped = name.replace("__", "__underscores__");
    Some(escaped.replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__"))
}
