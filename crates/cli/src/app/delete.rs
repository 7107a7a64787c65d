//! `app delete`.

use super::refresh::POLL;
use super::show;
use super::store::{AppName, Found, Store};
use crate::failure::Failure;
use crate::terminal;
use api::names;
use clap::{ArgAction, Args, ValueEnum};
use serde_json::json;

/// The flags of `app delete`.
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Applications, as NAME or NAMESPACE/NAME
    names: Vec<String>,
    /// Perform a cascaded deletion of all application resources
    #[arg(long, action = ArgAction::Set, default_value_t = true, default_missing_value = "true", num_args = 0..=1, require_equals = true)]
    cascade: bool,
    /// Propagation policy for deletion of application's resources
    #[arg(short, long)]
    propagation_policy: Option<Policy>,
    /// Turn off prompting to confirm cascaded deletion of application resources
    #[arg(short, long)]
    yes: bool,
    /// Delete all apps with matching label
    #[arg(short = 'l', long)]
    selector: Option<String>,
    /// Wait until deletion of the application(s) completes
    #[arg(long)]
    wait: bool,
    /// Namespace where the application will be deleted from
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

/// In which order resources and what they own go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Policy {
    Foreground,
    Background,
}

impl Delete {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        if self.propagation_policy.is_some() && !self.cascade {
            return Err(Failure::new("cannot set propagation policy when cascading is disabled"));
        }
        let found = self.applications(store).await?;
        for found in &found {
            let shown = show::qualified_name(&found.app);
            let question = format!("Are you sure you want to delete '{shown}' and all its resources? [y/n] ");
            let asks = self.cascade && !self.yes && terminal::is_interactive();
            if asks && !terminal::confirm(&question)? {
                terminal::print(&format!("The command to delete '{shown}' was cancelled.\n"))?;
                continue;
            }
            self.one(store, found).await?;
            terminal::print(&format!("application '{shown}' deleted\n"))?;
        }
        Ok(())
    }

    async fn applications(&self, store: &Store) -> Result<Vec<Found>, Failure> {
        if let Some(selector) = &self.selector {
            return store.list(self.app_namespace.as_deref(), Some(selector)).await;
        }
        if self.names.is_empty() {
            return Err(Failure::with_code(1, "name at least one application, or select some with --selector"));
        }
        let mut found = Vec::new();
        for name in &self.names {
            found.push(store.get(&AppName::parse(name, self.app_namespace.as_deref())).await?);
        }
        Ok(found)
    }

    async fn one(&self, store: &Store, found: &Found) -> Result<(), Failure> {
        if let Some(api) = &store.server {
            let cascade = if self.cascade { "" } else { "false" };
            super::server::delete(api, found, cascade, self.policy_word()).await?;
        } else {
            let finalizers = self.finalizers(&found.app.metadata.finalizers);
            if finalizers != found.app.metadata.finalizers && found.app.metadata.deletion_timestamp.is_none() {
                store.patch(found, json!({ "metadata": { "finalizers": finalizers } })).await?;
            }
            store.delete(found).await?;
        }
        let name = AppName::parse(&show::qualified_name(&found.app), None);
        while self.wait && store.find(&name).await?.is_some_and(|now| now.app.metadata.uid == found.app.metadata.uid) {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    fn policy_word(&self) -> &'static str {
        match self.propagation_policy {
            None => "",
            Some(Policy::Foreground) => "foreground",
            Some(Policy::Background) => "background",
        }
    }

    /// The application's finalizers with the one for its resources put in or taken out.
    fn finalizers(&self, present: &[String]) -> Vec<String> {
        let cascading =
            [names::FINALIZER_RESOURCES, names::FINALIZER_RESOURCES_FOREGROUND, names::FINALIZER_RESOURCES_BACKGROUND];
        let mut finalizers: Vec<String> =
            present.iter().filter(|one| !cascading.contains(&one.as_str())).cloned().collect();
        if self.cascade {
            finalizers.push(
                match self.propagation_policy {
                    None => names::FINALIZER_RESOURCES,
                    Some(Policy::Foreground) => names::FINALIZER_RESOURCES_FOREGROUND,
                    Some(Policy::Background) => names::FINALIZER_RESOURCES_BACKGROUND,
                }
                .to_owned(),
            );
        }
        finalizers
    }
}
