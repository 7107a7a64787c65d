//! `app explain`: what an application waits for, since when, and what happens next.

use super::destination::clusters;
use super::server;
use super::store::{AppName, Store, explain as in_words};
use crate::failure::Failure;
use crate::tabs::{Layout, align};
use crate::terminal;
use api::AppProject;
use api::names::{API_VERSION, APP_PROJECT, APPLICATION};
use applications::AppKey;
use applications::dependencies::{named, standing};
use applications::destinations::resolve;
use applications::explain::{Facts, Reason, explain};
use applications::neighbour;
use clap::Args;
use clock::Clock;
use object::{Fetched, Gvk, Object};
use std::collections::BTreeMap;
use windows::Windows;

/// How many applications are read for the sake of one's dependencies.
const DEPENDENCIES_MAX: usize = 200;

/// The flags of `app explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// Namespace of the application
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
    /// Namespace of the control plane, where projects are
    #[arg(long, default_value = api::names::DEFAULT_NAMESPACE)]
    control_plane_namespace: String,
}

impl Explain {
    pub(crate) async fn run(&self, store: &Store, clock: &Clock) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.app_namespace.as_deref());
        let found = store.get(&name).await?;
        if let Some(why) = self.neighbour(store).await? {
            let next = "everything, as soon as that is so".to_owned();
            return terminal::print(&shown(&self.name, &[Reason { what: why, since: None, next }]));
        }
        let windows = self.windows(store, found.app.spec.project_name()).await?;
        let key = AppKey::new(&name.namespace, &name.name);
        let known = dependencies(store, found.object.clone()).await?;
        let find = |key: &AppKey| known.get(key).cloned().map_or(Fetched::Absent, Fetched::Known);
        let to = &found.app.spec.destination;
        let destination = match &store.server {
            Some(api) => server::destination(api, to).await?,
            None => resolve(&clusters(&store.client, &self.control_plane_namespace).await?, to).ok(),
        };
        let reasons = explain(&Facts {
            application: &found.app,
            meta: found.object.meta(),
            windows: &windows,
            dependencies: &standing(&key, found.object.meta(), &find),
            destination: destination.as_ref(),
            now: clock.now(),
        });
        terminal::print(&shown(&self.name, &reasons))
    }

    /// Why the controller stands back, where it does.
    async fn neighbour(&self, store: &Store) -> Result<Option<String>, Failure> {
        if store.server.is_some() {
            // Whoever asks a server sees what the server shows, which is no Deployment of the control plane's.
            return Ok(None);
        }
        for kind in neighbour::KINDS {
            let gvk = Gvk::new("apps", "v1", kind);
            let found = store.client.get(&gvk, Some(&self.control_plane_namespace), neighbour::CONTROLLER).await;
            let found = found.map_err(|error| in_words(error, "read whether upstream's controller runs"))?;
            if let Some(why) = found.as_ref().and_then(neighbour::says) {
                return Ok(Some(why));
            }
        }
        Ok(None)
    }

    async fn windows(&self, store: &Store, project: &str) -> Result<Windows, Failure> {
        let found = match &store.server {
            // Who may not see the project is told what else there is.
            Some(api) => server::project(api, project).await.ok(),
            None => {
                let gvk = Gvk::from_api_version(API_VERSION, APP_PROJECT);
                let found = store.client.get(&gvk, Some(&self.control_plane_namespace), project).await;
                found.map_err(|error| in_words(error, "read projects"))?
            }
        };
        let project = found.and_then(|object| AppProject::read(&object).ok());
        Ok(project.map(|project| Windows::new(&project.spec.sync_windows)).unwrap_or_default())
    }
}

/// The application and all that it depends on, directly or not.
async fn dependencies(store: &Store, first: Object) -> Result<BTreeMap<AppKey, Object>, Failure> {
    let gvk = Gvk::from_api_version(API_VERSION, APPLICATION);
    let mut known = BTreeMap::new();
    let mut left = named(first.meta());
    known.insert(AppKey::of(&first), first);
    while let Some(key) = left.pop() {
        if known.contains_key(&key) || known.len() > DEPENDENCIES_MAX {
            continue;
        }
        let found = match &store.server {
            Some(_) => {
                let name = AppName { namespace: key.namespace.to_string(), name: key.name.to_string() };
                store.find(&name).await?.map(|found| found.object)
            }
            None => {
                let found = store.client.get(&gvk, Some(&key.namespace), &key.name).await;
                found.map_err(|error| in_words(error, "read applications"))?
            }
        };
        if let Some(object) = found {
            left.extend(named(object.meta()));
            known.insert(key, object);
        }
    }
    Ok(known)
}

fn shown(name: &str, reasons: &[Reason]) -> String {
    if reasons.is_empty() {
        return format!("{name} waits for nothing: it is as its source says, and well.\n");
    }
    let mut rows = "WAITS FOR\tSINCE\tNEXT\n".to_owned();
    for reason in reasons {
        let since = reason.since.map(|at| format!("{at:.0}")).unwrap_or_default();
        let what = reason.what.replace(['\n', '\t'], " ");
        rows.push_str(&format!("{what}\t{since}\t{}\n", reason.next));
    }
    align(&rows, Layout::TABLE)
}
