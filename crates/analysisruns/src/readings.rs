//! Runs as they were read last: one that waits for answers is looked at several times before it changes. A leaf module.

use crate::key::RunKey;
use api::ReadError;
use api::rollouts::AnalysisRun;
use object::Object;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The last reading of every run that goes on.
#[derive(Debug, Default)]
pub struct Readings(Mutex<BTreeMap<RunKey, Reading>>);

#[derive(Debug)]
struct Reading {
    uid: Box<str>,
    resource_version: Box<str>,
    run: Arc<AnalysisRun>,
}

impl Readings {
    fn all(&self) -> MutexGuard<'_, BTreeMap<RunKey, Reading>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run that `object` is.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(&self, key: &RunKey, object: &Object) -> Result<Arc<AnalysisRun>, ReadError> {
        let meta = object.meta();
        let is_it = |known: &&Reading| known.uid == meta.uid && known.resource_version == meta.resource_version;
        if let Some(known) = self.all().get(key).filter(is_it) {
            return Ok(Arc::clone(&known.run));
        }
        let run = Arc::new(AnalysisRun::read(object)?);
        let (uid, resource_version) = (meta.uid.clone(), meta.resource_version.clone());
        // An object without a version cannot be told from another.
        if !resource_version.is_empty() {
            self.all().insert(key.clone(), Reading { uid, resource_version, run: Arc::clone(&run) });
        }
        Ok(run)
    }

    /// A run that is gone or over is not looked at again.
    pub fn forget(&self, key: &RunKey) {
        self.all().remove(key);
    }
}
