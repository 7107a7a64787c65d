//! What a write is about and how it wants to be done. Leaf of the pipeline.

use crate::error::ApiError;
use crate::resource::Served;
use crate::shared::Shared;
use crate::user::User;
use crate::verbs::{DeleteOptions, Propagation};
use object::Gvk;

/// What to do about fields nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldValidation {
    /// Drop them silently.
    Ignore,
    /// Drop them and warn.
    Warn,
    /// Refuse the request.
    Strict,
}

/// How a write wants to be done.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// Field manager.
    pub manager: String,
    /// Do everything but the commit.
    pub is_dry_run: bool,
    /// Unknown and duplicate fields.
    pub validation: FieldValidation,
    /// Fields that the body has twice, noted when it was decoded.
    pub duplicates: Vec<String>,
    /// The writer.
    pub user: User,
}

impl WriteOptions {
    /// A write by a controller inside the process.
    pub fn in_process(manager: &str) -> Self {
        WriteOptions {
            manager: manager.to_owned(),
            is_dry_run: false,
            validation: FieldValidation::Ignore,
            duplicates: Vec::new(),
            user: User::controller(manager),
        }
    }
}

/// One write: where to and how.
#[derive(Clone, Copy)]
pub struct Writing<'a> {
    pub shared: &'a Shared,
    pub served: &'a Served,
    pub namespace: &'a str,
    pub name: &'a str,
    pub subresource: &'a str,
    pub options: &'a WriteOptions,
}

impl Writing<'_> {
    /// Group, version and kind the request speaks.
    pub fn gvk(&self) -> Gvk {
        self.served.gvk()
    }

    /// 404 for the object this write names.
    pub fn not_found(&self) -> ApiError {
        ApiError::not_found(&self.served.resource.name(), self.name)
    }
}

/// How a deletion wants to be done.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    pub options: DeleteOptions,
    /// `orphanDependents`, the older spelling of the propagation.
    pub orphan_dependents: Option<bool>,
}

impl Removal {
    /// What the request says about the propagation.
    pub fn propagation(&self) -> Option<Propagation> {
        self.options.propagation.or(match self.orphan_dependents {
            Some(true) => Some(Propagation::Orphan),
            Some(false) => Some(Propagation::Background),
            None => None,
        })
    }
}
