//! `app confirm-deletion`.

use super::store::{AppName, Store};
use crate::failure::Failure;
use crate::terminal;
use api::names::ANNOTATION_DELETION_APPROVED;
use clap::Args;
use clock::Clock;
use serde_json::json;

/// The flags of `app confirm-deletion`.
#[derive(Debug, Args)]
pub(crate) struct ConfirmDeletion {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// Namespace of the application
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

impl ConfirmDeletion {
    pub(crate) async fn run(&self, store: &Store, clock: &Clock) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.app_namespace.as_deref());
        let found = store.get(&name).await?;
        let now = format!("{:.0}", clock.now());
        store.patch(&found, json!({"metadata": {"annotations": {ANNOTATION_DELETION_APPROVED: now}}})).await?;
        terminal::print(&format!("Application '{}' updated successfully\n", self.name))
    }
}
