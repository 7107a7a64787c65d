//! What one render may have from elsewhere: what is here already. What is not is noted, and fetched when the render has
//! ended.

use super::fetcher::Stored;
use crate::sources::credentials::Repositories;
use crate::sources::need::Need;
use bytes::Bytes;
use render::{ChartPlace, Elsewhere, Fetched, Repository, Request};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use tree::Tree;

/// What is said where something is not here yet. Nobody reads it: such a render is thrown away.
const COMING: &str = "it is being fetched";

/// What one render may have.
pub(in crate::sources) struct Port {
    repositories: Arc<Repositories>,
    project: String,
    here: Here,
    /// What was asked for and is not here.
    missing: Mutex<BTreeSet<Need>>,
    /// What was asked for and cannot be had: the tool may know what to do without it.
    refused: Mutex<BTreeSet<Need>>,
}

/// What is known of what a source needed so far.
#[derive(Default)]
pub(in crate::sources) struct Here {
    /// What is here, with its mark.
    pub opened: BTreeMap<Need, (String, Stored)>,
    /// Files that cannot be had, and why.
    pub failed: BTreeMap<Need, String>,
}

impl Port {
    pub fn new(repositories: Arc<Repositories>, project: &str, here: Here) -> Self {
        let (missing, refused) = (Mutex::default(), Mutex::default());
        Port { repositories, project: project.to_owned(), here, missing, refused }
    }

    /// What was asked for and is not here.
    pub fn missing(&self) -> BTreeSet<Need> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was asked for and cannot be had.
    pub fn refused(&self) -> BTreeSet<Need> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn get(&self, request: &Request) -> Result<(&str, &Stored), String> {
        let need = self.repositories.need(request, &self.project)?;
        if let Some((mark, stored)) = self.here.opened.get(&need) {
            return Ok((mark, stored));
        }
        match self.here.failed.get(&need) {
            Some(why) => {
                self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(need);
                Err(why.clone())
            }
            None => {
                self.missing.lock().unwrap_or_else(PoisonError::into_inner).insert(need);
                Err(COMING.to_owned())
            }
        }
    }

    fn content(&self, request: &Request) -> Result<Fetched<Bytes>, String> {
        match self.get(request)? {
            (mark, Stored::Content(content)) => Ok(Fetched { content: content.clone(), mark: mark.to_owned() }),
            (_, Stored::Files(_)) => Err("it is a repository".to_owned()),
        }
    }
}

impl Elsewhere for Port {
    fn file(&self, url: &str, bytes_max: u64) -> Result<Fetched<Bytes>, String> {
        let fetched = self.content(&Request::File(url.to_owned()))?;
        if fetched.content.len() as u64 > bytes_max {
            return Err(format!("it has more than {bytes_max} bytes (limit: size of a fetched file)"));
        }
        Ok(fetched)
    }

    fn repository(&self, repository: &Repository) -> Result<Fetched<Arc<dyn Tree>>, String> {
        match self.get(&Request::Repository(repository.clone()))? {
            (mark, Stored::Files(files)) => Ok(Fetched { content: Arc::clone(files), mark: mark.to_owned() }),
            (_, Stored::Content(_)) => Err("it is a file".to_owned()),
        }
    }

    fn chart(&self, chart: &ChartPlace) -> Result<Fetched<Bytes>, String> {
        self.content(&Request::Chart(chart.clone()))
    }

    fn mark(&self, request: &Request) -> Option<String> {
        let need = self.repositories.need(request, &self.project).ok()?;
        self.here.opened.get(&need).map(|(mark, _)| mark.clone())
    }
}
