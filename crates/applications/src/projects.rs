//! The projects' rules, compiled once for each version of a project.

use api::names::{APP_PROJECT, GROUP};
use api::{AppProject, ProjectRules};
use cluster::Cache;
use object::{Fetched, Key};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rules by project, each with the resourceVersion it was compiled from.
#[derive(Debug, Default)]
pub struct Projects(Mutex<BTreeMap<String, (Box<str>, Arc<ProjectRules>)>>);

impl Projects {
    /// What the project `name` permits.
    pub fn rules(&self, cache: &Cache, namespace: &str, name: &str) -> Fetched<Arc<ProjectRules>> {
        let cached = match cache.get(&Key::new(GROUP, APP_PROJECT, Some(namespace), name)) {
            Fetched::Known(cached) => cached,
            Fetched::Absent => return Fetched::Absent,
            Fetched::Unknown(cause) => return Fetched::Unknown(cause),
        };
        let version = &cached.object.meta().resource_version;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, rules)) = known.get(name)
            && of == version
        {
            return Fetched::Known(Arc::clone(rules));
        }
        match AppProject::read(&cached.object) {
            Ok(project) => {
                let rules = Arc::new(ProjectRules::new(&project));
                known.insert(name.to_owned(), (version.clone(), Arc::clone(&rules)));
                Fetched::Known(rules)
            }
            Err(error) => Fetched::Unknown(error.to_string()),
        }
    }
}
