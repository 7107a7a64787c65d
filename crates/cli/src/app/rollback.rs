//! `app rollback`.

use super::output::Format;
use super::store::{AppName, Store};
use super::sync::{ended_well, start, user};
use super::wait::{self, Goal};
use crate::failure::Failure;
use api::{Application, RevisionHistory};
use clap::Args;
use serde_json::{Value, json};
use std::time::Duration;

/// The flags of `app rollback`.
#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// Application, as NAME or NAMESPACE/NAME
    name: String,
    /// History ID; the version before the present one when omitted
    id: Option<i64>,
    /// Allow deleting unexpected resources
    #[arg(long)]
    prune: bool,
    /// Time out after this many seconds; 0 waits as long as it takes
    #[arg(long, default_value_t = 0)]
    timeout: u64,
    /// Output format. One of: json|yaml|wide
    #[arg(short, long, default_value = "wide")]
    output: Format,
    /// Rollback application in namespace
    #[arg(short = 'N', long)]
    app_namespace: Option<String>,
}

impl Rollback {
    pub(crate) async fn run(&self, store: &Store) -> Result<(), Failure> {
        let name = AppName::parse(&self.name, self.app_namespace.as_deref());
        let found = store.get(&name).await?;
        let entry = entry(&found.app, self.id)?;
        if found.app.spec.automated().is_some() {
            return Err(Failure::new(
                "rollback cannot be initiated when auto-sync is enabled; turn it off first: \
                 kubectl patch application NAME --type merge -p '{\"spec\":{\"syncPolicy\":{\"automated\":null}}}'",
            ));
        }
        if found.app.operation.is_some() {
            return Err(Failure::new("another operation is already in progress"));
        }
        store.patch(&found, start(self.operation(entry))).await?;
        let timeout = (self.timeout > 0).then(|| Duration::from_secs(self.timeout));
        let goal = Goal { operation: true, timeout, output: Some(self.output), ..Goal::default() };
        let (_, state) = wait::until(store, &name, &goal).await?;
        ended_well(state.as_ref())
    }

    /// The recorded sources at the recorded revisions, without hooks.
    fn operation(&self, entry: &RevisionHistory) -> Value {
        let mut sync = json!({ "revision": entry.revision, "syncStrategy": { "apply": {} } });
        if self.prune {
            sync["prune"] = json!(true);
        }
        if entry.sources.is_empty() {
            sync["source"] = json!(entry.source);
        } else {
            sync["sources"] = json!(entry.sources);
            sync["revisions"] = json!(entry.revisions);
        }
        json!({ "sync": sync, "initiatedBy": { "username": user() } })
    }
}

fn entry(app: &Application, id: Option<i64>) -> Result<&RevisionHistory, Failure> {
    let history = &app.status.history;
    let name = &app.metadata.name;
    match id {
        None => history.iter().rev().nth(1).ok_or_else(|| {
            Failure::new(format!("application '{name}' should have at least two successful deployments"))
        }),
        Some(id) => history
            .iter()
            .find(|entry| entry.id == id)
            .ok_or_else(|| Failure::new(format!("application '{name}' does not have deployment id '{id}' in history"))),
    }
}
