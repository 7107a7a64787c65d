//! `list rollouts` and `list experiments`.

use super::live::{self, Live};
use super::read::unreadable;
use super::session::Session;
use super::watch::{self, Again, SELDOM};
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{EXPERIMENT, Experiment, ROLLOUT, Rollout};
use clap::{Args, Subcommand};
use cluster::ListQuery;
use rolloutview::{ExperimentRow, ListColumns, RolloutRow, experiments_text, rollouts_text};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What can be listed.
#[derive(Debug, Subcommand)]
pub(super) enum List {
    /// List rollouts
    #[command(visible_aliases = ["ro", "rollout"])]
    Rollouts(ListRollouts),
    /// List experiments
    #[command(visible_aliases = ["exp", "experiment"])]
    Experiments(ListExperiments),
}

/// The flags of `list rollouts`.
#[derive(Debug, Args)]
pub(super) struct ListRollouts {
    /// Only show rollout with specified name
    #[arg(long)]
    name: Option<String>,
    /// Include all namespaces
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Watch for changes
    #[arg(short, long)]
    watch: bool,
    /// Print timestamps on updates
    #[arg(long)]
    timestamps: bool,
    /// Only show rollouts with these labels. Supports '=', '==', '!=', in, notin, exists & not exists
    #[arg(short = 'l', long)]
    selector: Option<String>,
    /// Only show rollouts that are Healthy, Degraded, Progressing or Paused
    #[arg(long, ignore_case = true, value_parser = ["Healthy", "Degraded", "Progressing", "Paused"])]
    status: Option<String>,
}

/// The flags of `list experiments`.
#[derive(Debug, Args)]
pub(super) struct ListExperiments {
    /// Include all namespaces
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Only show experiments with these labels
    #[arg(short = 'l', long)]
    selector: Option<String>,
}

/// What is told when there is nothing to list.
const NOTHING: &str = "No resources found.";

impl List {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        match self {
            List::Rollouts(command) => command.run(session).await,
            List::Experiments(command) => command.run(session).await,
        }
    }
}

fn query(session: &Session, all_namespaces: bool, selector: Option<&str>) -> ListQuery {
    let query = if all_namespaces { ListQuery::default() } else { ListQuery::in_namespace(&session.namespace) };
    match selector {
        Some(selector) => query.labels(selector),
        None => query,
    }
}

impl ListRollouts {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let rows = self.rows(session).await?;
        if rows.is_empty() && !self.watch {
            terminal::note(NOTHING);
            return Ok(());
        }
        terminal::print(&rollouts_text(&rows, self.columns(session)))?;
        if !self.watch {
            return Ok(());
        }
        let key = |row: &RolloutRow| (row.namespace.clone(), row.name.clone());
        let known: BTreeMap<_, _> = rows.into_iter().map(|row| (key(&row), row)).collect();
        let known = RefCell::new(known);
        let look = || async {
            for row in self.rows(session).await? {
                let before = known.borrow_mut().insert(key(&row), row.clone());
                if before.as_ref() != Some(&row) {
                    terminal::print(&row.to_text(self.columns(session)))?;
                }
            }
            Ok(false)
        };
        let namespace = (!self.all_namespaces).then_some(session.namespace.as_str());
        let live = Live::follow(&session.client, live::STATES, namespace).await;
        let again = Again { live: &live, at_most: SELDOM };
        watch::until(&session.clock, again, None, look).await.map(|_| ())
    }

    fn columns(&self, session: &Session) -> ListColumns {
        ListColumns { time: self.timestamps.then(|| session.clock.now()), namespace: self.all_namespaces }
    }

    async fn rows(&self, session: &Session) -> Result<Vec<RolloutRow>, Failure> {
        let mut query = query(session, self.all_namespaces, self.selector.as_deref());
        if let Some(name) = &self.name {
            query = query.fields(&format!("metadata.name={name}"));
        }
        let objects = session.select(&Session::gvk(ROLLOUT), &query).await?;
        let rollouts: Result<Vec<Rollout>, Failure> =
            objects.iter().map(|object| Rollout::read(object).map_err(unreadable)).collect();
        let mut rows: Vec<RolloutRow> = rollouts?.iter().map(RolloutRow::of).collect();
        rows.retain(|row| self.status.as_ref().is_none_or(|status| row.status.eq_ignore_ascii_case(status)));
        Ok(rows)
    }
}

impl ListExperiments {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let query = query(session, self.all_namespaces, self.selector.as_deref());
        let objects = session.select(&Session::gvk(EXPERIMENT), &query).await?;
        if objects.is_empty() {
            terminal::note(NOTHING);
            return Ok(());
        }
        let experiments: Result<Vec<Experiment>, Failure> =
            objects.iter().map(|object| Experiment::read(object).map_err(unreadable)).collect();
        let now = session.clock.now();
        let rows: Vec<ExperimentRow> = experiments?.iter().map(|it| ExperimentRow::of(it, now)).collect();
        terminal::print(&experiments_text(&rows, ListColumns { time: None, namespace: self.all_namespaces }))
    }
}
