//! The projects' rules, compiled once for each version of a project.

use crate::orphans::OrphanRules;
use api::names::{APP_PROJECT, GROUP};
use api::unsupported::unsupported_project_fields;
use api::{AppProject, ProjectRules};
use cluster::Cache;
use object::{Fetched, Key};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use windows::Windows;

/// Rules by project, each with the resourceVersion it was compiled from.
#[derive(Debug, Default)]
pub struct Projects(Mutex<BTreeMap<String, Compiled>>);

#[derive(Debug, Clone)]
struct Compiled {
    version: Box<str>,
    rules: Arc<ProjectRules>,
    windows: Arc<Windows>,
    orphans: Option<Arc<OrphanRules>>,
    unsupported: Arc<Vec<String>>,
}

/// What a project says besides its rules.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// When its applications may be synced.
    pub windows: Arc<Windows>,
    /// How resources that nobody declares are looked for, where they are.
    pub orphans: Option<Arc<OrphanRules>>,
}

impl Projects {
    /// What the project `name` permits, or why it cannot be read.
    pub fn rules(&self, cache: &Cache, namespace: &str, name: &str) -> Fetched<Result<Arc<ProjectRules>, String>> {
        let cached = match cache.get(&Key::new(GROUP, APP_PROJECT, Some(namespace), name)) {
            Fetched::Known(cached) => cached,
            Fetched::Absent => return Fetched::Absent,
            Fetched::Unknown(cause) => return Fetched::Unknown(cause),
        };
        let version = &cached.object.meta().resource_version;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known.get(name)
            && compiled.version == *version
        {
            return Fetched::Known(Ok(Arc::clone(&compiled.rules)));
        }
        match AppProject::read(&cached.object) {
            Ok(project) => {
                let rules = Arc::new(ProjectRules::new(&project));
                let uses = unsupported_project_fields(&cached.object.value());
                let unsupported = uses.iter().map(|used| format!("project {name}: {}: {}", used.path, used.instead));
                let unsupported = Arc::new(unsupported.collect());
                let compiled = Compiled {
                    version: version.clone(),
                    rules: Arc::clone(&rules),
                    windows: Arc::new(Windows::new(&project.spec.sync_windows)),
                    orphans: project.spec.orphaned_resources.as_ref().map(|own| Arc::new(OrphanRules::new(own))),
                    unsupported,
                };
                known.insert(name.to_owned(), compiled);
                Fetched::Known(Ok(rules))
            }
            Err(error) => Fetched::Known(Err(error.to_string())),
        }
    }

    /// What the project says besides its rules, as of the last look at them.
    pub fn extras(&self, name: &str) -> Extras {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let extras =
            |compiled: &Compiled| Extras { windows: Arc::clone(&compiled.windows), orphans: compiled.orphans.clone() };
        known.get(name).map(extras).unwrap_or_default()
    }

    /// What of the project is not implemented, in words, as of the last look at its rules.
    pub fn unsupported(&self, name: &str) -> Arc<Vec<String>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).map(|compiled| Arc::clone(&compiled.unsupported)).unwrap_or_default()
    }
}
