//! `app terminate-op`.

use super::store::{AppName, Store};
use crate::failure::Failure;
use crate::terminal;
use api::OperationPhase;
use clap::Args;
use serde_json::json;

/// The flags of `app terminate-op`.
#[derive(Debug, Args)]
pub(crate) struct TerminateOp {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// Namespace of the application
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

impl TerminateOp {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.app_namespace.as_deref());
        let found = store.get(&name).await?;
        let state = found.app.status.operation_state.as_ref();
        if state.is_none_or(|state| state.phase != OperationPhase::Running) {
            return Err(Failure::new("Unable to terminate operation. No operation is in progress"));
        }
        match &store.server {
            Some(api) => super::server::terminate(api, &found).await?,
            None => store.patch(&found, json!({"status": {"operationState": {"phase": "Terminating"}}})).await?,
        }
        terminal::print(&format!("Application '{}' operation terminating\n", self.name))
    }
}
