//! One application, read once for each state of it.

use api::Application;
use appview::AppRow;
use object::Object;
use std::sync::{Arc, OnceLock};

/// One application.
#[derive(Debug)]
pub struct Entry {
    /// As it is in the cluster.
    pub object: Object,
    /// Read.
    pub application: Application,
    /// As a line of a list.
    pub row: AppRow,
    /// What policies call it.
    pub policy: String,
    /// Its line in a table and its tile, made once for all who look.
    pub made: [OnceLock<Arc<str>>; 2],
}

impl Entry {
    /// Reads one.
    ///
    /// # Errors
    /// When it is no Application.
    pub fn read(object: Object, control_plane: &str) -> Result<Self, api::ReadError> {
        let application = Application::read(&object)?;
        let row = AppRow::of(&application);
        let policy = rbac::application_object(&row.project, &row.namespace, &row.name, control_plane);
        Ok(Entry { object, application, row, policy, made: [const { OnceLock::new() }; 2] })
    }
}
