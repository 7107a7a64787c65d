//! `undo`: the template of an earlier revision put back into the spec.

use super::arguments::integer;
use super::ending::failed;
use super::session::{Named, Session};
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::ROLLOUT;
use clap::Args;
use cluster::{Change, ListQuery, Part, PatchKind};
use object::{Gvk, Object};
use steering::Undone;

/// The flags of `undo`.
#[derive(Debug, Args)]
pub(super) struct Undo {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
    /// The revision to rollback to. Default to 0 (last revision)
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true, value_parser = integer)]
    to_revision: i64,
}

impl Undo {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let rollout = session.get(Named { kind: ROLLOUT, name: &self.name }).await?;
        let sets = sets(session, &rollout).await?;
        let undone = steering::undo(&rollout, &sets, self.to_revision);
        let Undone::Patch { workload, body } = undone.map_err(|refused| failed(refused.to_string()))? else {
            let message = "skipped rollback (current template already matches revision";
            return terminal::print(&format!("{message} {})\n", self.to_revision));
        };
        let change = Change::Patch { kind: PatchKind::Json, body, part: Part::Whole };
        session.write(workload.gvk, &workload.name, change).await.map_err(|failure| {
            failed(format!("failed restoring revision {}: {}", self.to_revision, failure.message))
        })?;
        terminal::print(&format!("rollout '{}' undo\n", self.name))
    }
}

/// The ReplicaSets that a Rollout controls.
async fn sets(session: &Session, rollout: &Object) -> Result<Vec<Object>, Failure> {
    let query = ListQuery::in_namespace(&session.namespace);
    let query = match steering::selector_of(rollout) {
        Some(selector) => query.labels(&selector),
        None => query,
    };
    let sets = session.select(&Gvk::new("apps", "v1", "ReplicaSet"), &query).await?;
    Ok(steering::controlled_by(rollout, sets))
}
