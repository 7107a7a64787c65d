//! `app rollback`.

use super::output::Format;
use super::store::{AppName, Store};
use super::sync::{ended_well, user};
use super::wait::{self, Goal};
use crate::failure::Failure;
use api::Application;
use clap::Args;
use serde_json::{Value, json};
use std::time::Duration;
use sync::{Pruning, RollbackError};

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
        let operation = self.operation(&found.app).map_err(|error| refused(&name, &error))?;
        let id = id(&found.app, self.id).ok();
        store.start(&found, operation, id).await?;
        let timeout = (self.timeout > 0).then(|| Duration::from_secs(self.timeout));
        let goal = Goal { operation: true, started: true, timeout, output: Some(self.output), ..Goal::default() };
        let (_, state) = wait::until(store, &name, &goal).await?;
        ended_well(state.as_ref())
    }

    /// The recorded sources at the recorded revisions, without hooks.
    fn operation(&self, app: &Application) -> Result<Value, Refusal> {
        let id = id(app, self.id)?;
        if app.operation.is_some() {
            return Err(RollbackError::InProgress.into());
        }
        let operation = sync::rollback(&sync::Rollback {
            application: &app.metadata.name,
            spec: &app.spec,
            history: &app.status.history,
            id,
            prune: if self.prune { Pruning::Prune } else { Pruning::Keep },
            username: &user(),
        })?;
        Ok(json!(operation))
    }
}

/// Why nothing is rolled back.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("application '{0}' should have at least two successful deployments")]
    NothingBefore(String),
    #[error(transparent)]
    Rollback(#[from] RollbackError),
}

/// The number that was asked for, else that of the deployment before the present one.
fn id(app: &Application, wanted: Option<i64>) -> Result<i64, Refusal> {
    let before = || app.status.history.iter().rev().nth(1).map(|entry| entry.id);
    wanted.or_else(before).ok_or_else(|| Refusal::NothingBefore(app.metadata.name.clone()))
}

/// A refusal with the next step.
fn refused(name: &AppName, refusal: &Refusal) -> Failure {
    let AppName { namespace, name } = name;
    let next = match refusal {
        Refusal::Rollback(RollbackError::Automated) => format!(
            "; turn it off first: kubectl -n {namespace} patch application {name} --type merge \
             -p '{{\"spec\":{{\"syncPolicy\":{{\"automated\":null}}}}}}'"
        ),
        Refusal::Rollback(RollbackError::NotInHistory { .. }) => {
            format!("; `capstan app history {namespace}/{name}` lists what there is")
        }
        _ => String::new(),
    };
    Failure::new(format!("{refusal}{next}"))
}
