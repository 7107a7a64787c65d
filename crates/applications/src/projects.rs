//! The projects' rules, compiled once for each version of a project.

use crate::global_projects::inherit;
use crate::impersonation::ServiceAccounts;
use crate::integrity::Integrity;
use crate::orphans::OrphanRules;
use crate::settings::Settings;
use api::names::{APP_PROJECT, GROUP};
use api::unsupported::unsupported_project_fields;
use api::{AppProject, ProjectRules};
use cluster::Cache;
use object::{Fetched, Key, Object};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use windows::Windows;

/// Rules by project, each with the resourceVersion it was compiled from.
#[derive(Debug, Default)]
pub struct Projects(Mutex<BTreeMap<String, Compiled>>);

#[derive(Debug, Clone)]
struct Compiled {
    /// The versions of the project and of those it inherits from.
    versions: Vec<Box<str>>,
    rules: Arc<ProjectRules>,
    windows: Arc<Windows>,
    orphans: Option<Arc<OrphanRules>>,
    accounts: Arc<ServiceAccounts>,
    integrity: Arc<Integrity>,
    unsupported: Arc<Vec<String>>,
}

/// What a project says besides its rules.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// When its applications may be synced.
    pub windows: Arc<Windows>,
    /// How resources that nobody declares are looked for, where they are.
    pub orphans: Option<Arc<OrphanRules>>,
    /// As whom its applications' objects are written.
    pub accounts: Arc<ServiceAccounts>,
    /// How its sources must be signed.
    pub integrity: Arc<Integrity>,
}

impl Projects {
    /// What the project `name` permits, with what it inherits from global ones, or why it cannot be read.
    pub fn rules(&self, cache: &Cache, settings: &Settings, name: &str) -> Fetched<Result<Arc<ProjectRules>, String>> {
        let read = |name: &str| {
            let cached = cache.get(&Key::new(GROUP, APP_PROJECT, Some(&settings.namespace), name));
            cached.map(|cached| cached.object)
        };
        let object = match read(name) {
            Fetched::Known(object) => object,
            Fetched::Absent => return Fetched::Absent,
            Fetched::Unknown(cause) => return Fetched::Unknown(cause),
        };
        let concerned = settings.global_projects.iter().filter(|global| global.concerns(object.meta()));
        // Compat: a global project that is not there gives nothing.
        let globals: Vec<Object> = concerned.filter_map(|global| read(&global.name).known().cloned()).collect();
        let versions: Vec<Box<str>> =
            std::iter::once(&object).chain(&globals).map(|own| own.meta().resource_version.clone()).collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known.get(name)
            && compiled.versions == versions
        {
            return Fetched::Known(Ok(Arc::clone(&compiled.rules)));
        }
        match compiled(&object, &globals, versions) {
            Ok(compiled) => {
                let rules = Arc::clone(&compiled.rules);
                known.insert(name.to_owned(), compiled);
                Fetched::Known(Ok(rules))
            }
            Err(error) => Fetched::Known(Err(error)),
        }
    }

    /// What the project says besides its rules, as of the last look at them.
    pub fn extras(&self, name: &str) -> Extras {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let extras = |compiled: &Compiled| Extras {
            windows: Arc::clone(&compiled.windows),
            orphans: compiled.orphans.clone(),
            accounts: Arc::clone(&compiled.accounts),
            integrity: Arc::clone(&compiled.integrity),
        };
        known.get(name).map(extras).unwrap_or_default()
    }

    /// What of the project is not implemented, in words, as of the last look at its rules.
    pub fn unsupported(&self, name: &str) -> Arc<Vec<String>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).map(|compiled| Arc::clone(&compiled.unsupported)).unwrap_or_default()
    }
}

/// A project ready for use.
fn compiled(object: &Object, globals: &[Object], versions: Vec<Box<str>>) -> Result<Compiled, String> {
    let mut project = AppProject::read(object).map_err(|error| error.to_string())?;
    let uses = unsupported_project_fields(&object.value());
    let name = project.metadata.name.clone();
    let unsupported = uses.iter().map(|used| format!("project {name}: {}: {}", used.path, used.instead)).collect();
    for global in globals {
        let global = AppProject::read(global).map_err(|error| format!("global project {}: {error}", global.name()))?;
        inherit(&mut project, &global);
    }
    Ok(Compiled {
        versions,
        rules: Arc::new(ProjectRules::new(&project)),
        windows: Arc::new(Windows::new(&project.spec.sync_windows)),
        orphans: project.spec.orphaned_resources.as_ref().map(|own| Arc::new(OrphanRules::new(own))),
        accounts: Arc::new(ServiceAccounts::new(&project.spec.destination_service_accounts)),
        integrity: Arc::new(Integrity::new(&project.spec)),
        unsupported: Arc::new(unsupported),
    })
}
