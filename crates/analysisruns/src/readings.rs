//! Runs as they were read last: one that waits for answers is looked at several times before it changes. A leaf module.

use crate::key::RunKey;
use analysis::Prepared;
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
    read: Read,
}

/// A run, and what its spec comes to.
#[derive(Debug, Clone)]
pub struct Read {
    /// The run.
    pub run: Arc<AnalysisRun>,
    /// What its spec comes to: the same for all its versions of one spec.
    pub prepared: Arc<Prepared>,
}

impl Readings {
    fn all(&self) -> MutexGuard<'_, BTreeMap<RunKey, Reading>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run that `object` is.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(&self, key: &RunKey, object: &Object) -> Result<Read, ReadError> {
        let meta = object.meta();
        let is_it = |known: &&Reading| known.uid == meta.uid && known.resource_version == meta.resource_version;
        if let Some(known) = self.all().get(key).filter(is_it) {
            return Ok(known.read.clone());
        }
        let run = Arc::new(AnalysisRun::read(object)?);
        let read = Read { prepared: self.prepared(key, &run), run };
        let (uid, resource_version) = (meta.uid.clone(), meta.resource_version.clone());
        // An object without a version cannot be told from another.
        if !resource_version.is_empty() {
            self.all().insert(key.clone(), Reading { uid, resource_version, read: read.clone() });
        }
        Ok(read)
    }

    /// A status changes with every measurement, a spec hardly ever.
    fn prepared(&self, key: &RunKey, run: &AnalysisRun) -> Arc<Prepared> {
        let all = self.all();
        let known = all.get(key).filter(|known| known.read.run.spec == run.spec);
        known.map(|known| Arc::clone(&known.read.prepared)).unwrap_or_default()
    }

    /// A run that is gone or over is not looked at again.
    pub fn forget(&self, key: &RunKey) {
        self.all().remove(key);
    }
}
