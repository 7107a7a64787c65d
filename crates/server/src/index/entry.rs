//! One application as lists need it: what is filtered and sorted by, and its text as it came.

use api::{Application, HealthStatusCode, ReadError, SyncStatusCode, normalize_git_url};
use bytes::Bytes;
use object::Object;
use std::fmt::Write as _;

/// One application. Immutable; a change makes a new one.
#[derive(Debug)]
pub struct Entry {
    /// As it is in the cluster, without managed fields.
    pub object: Object,
    /// Its project.
    pub project: String,
    /// Normalised addresses of its repositories.
    pub repositories: Vec<String>,
    /// Whether what is live is what is wanted.
    pub sync: SyncStatusCode,
    /// How its resources are.
    pub health: HealthStatusCode,
    /// What a search looks through: name, project, repositories, destination; in small letters.
    pub searched: String,
    /// The name that policies call it by.
    pub policy_object: String,
    /// Its resourceVersion as a number; 0 where it is none.
    pub revision: u64,
}

/// What names an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryKey {
    /// Its name; first, for lists go by name.
    pub name: Box<str>,
    /// Its namespace.
    pub namespace: Box<str>,
}

impl EntryKey {
    /// The application `name` of `namespace`.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        EntryKey { name: name.into(), namespace: namespace.into() }
    }
}

impl Entry {
    /// Reads an application.
    ///
    /// # Errors
    /// When a field has another type than upstream gives it.
    pub fn read(object: Object, control_plane: &str) -> Result<Self, ReadError> {
        let app = Application::read(&object)?;
        let sources = app.spec.effective_sources();
        let repositories: Vec<String> = sources.iter().map(|source| normalize_git_url(&source.repo_url)).collect();
        let to = &app.spec.destination;
        let mut searched = format!("{} {}", app.metadata.name, app.spec.project_name());
        for text in repositories.iter().chain([&to.server, &to.name, &to.namespace]) {
            // Writing to a String cannot fail.
            let _ = write!(searched, " {text}");
        }
        let namespace = object.namespace().unwrap_or_default();
        let policy_object = rbac::application_object(app.spec.project_name(), namespace, object.name(), control_plane);
        Ok(Entry {
            project: app.spec.project_name().to_owned(),
            sync: app.status.sync_code(),
            health: app.status.health_code(),
            searched: searched.to_lowercase(),
            revision: object.meta().resource_version.parse().unwrap_or(0),
            policy_object,
            repositories,
            object,
        })
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> EntryKey {
        EntryKey::new(self.namespace(), self.object.name())
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.object.namespace().unwrap_or_default()
    }

    /// All of it.
    ///
    /// # Errors
    /// Never for an entry that was read, for it was read from the same text.
    pub fn application(&self) -> Result<Application, ReadError> {
        Application::read(&self.object)
    }

    /// A line of a stream that tells of it.
    #[must_use]
    pub fn line(&self, kind: &str) -> Bytes {
        let mut line = format!("{{\"result\":{{\"type\":\"{kind}\",\"application\":").into_bytes();
        line.extend_from_slice(self.object.raw());
        line.extend_from_slice(b"}}\n");
        line.into()
    }
}
