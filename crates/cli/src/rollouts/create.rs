//! `create -f`, and below it `create analysisrun`.

use super::create_run::CreateAnalysisRun;
use super::ending::failed;
use super::get::{GetExperiment, GetRollout, Showing};
use super::session::Session;
use super::strict;
use crate::failure::Failure;
use crate::terminal;
use api::rollouts::{ANALYSIS_RUN, ANALYSIS_TEMPLATE, CLUSTER_ANALYSIS_TEMPLATE, EXPERIMENT, ROLLOUT};
use clap::{Args, Subcommand};
use object::Object;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The flags of `create`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Create {
    /// Files to use to create the resource
    #[arg(short, long, value_name = "FILE")]
    filename: Vec<PathBuf>,
    #[command(flatten)]
    showing: Showing,
    #[command(subcommand)]
    what: Option<What>,
}

/// What can be created otherwise than from a file.
#[derive(Debug, Subcommand)]
enum What {
    /// Create an AnalysisRun from an AnalysisTemplate or a ClusterAnalysisTemplate
    #[command(visible_aliases = ["ar", "analysisruns"])]
    Analysisrun(CreateAnalysisRun),
}

impl Create {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        if let Some(What::Analysisrun(command)) = &self.what {
            return command.run(session).await;
        }
        if self.filename.is_empty() {
            return Err(failed("name a file with --filename; `create --help` shows the flags"));
        }
        if self.filename.len() > 1 && self.showing.watch {
            return Err(failed("Cannot watch multiple resources"));
        }
        let mut created = None;
        for path in &self.filename {
            created = Some(create(session, path).await?);
        }
        match created {
            Some(object) if self.showing.watch => self.watch(session, &object).await,
            _ => Ok(()),
        }
    }

    async fn watch(&self, session: &Session, object: &Object) -> Result<(), Failure> {
        let (name, showing) = (object.name().to_owned(), self.showing.clone());
        match &*object.gvk().kind {
            ROLLOUT => GetRollout { name, showing, timeout_seconds: 0, revision: None }.run(session).await,
            EXPERIMENT => GetExperiment { name, showing }.run(session).await,
            _ => Err(failed("Can only watch resources of type Rollout or Experiment")),
        }
    }
}

async fn create(session: &Session, path: &Path) -> Result<Object, Failure> {
    // Compat: of a file with several documents the first one counts.
    let Some(mut value) = strict::documents(path)?.into_iter().next() else {
        return Err(failed(format!("{}: there is nothing in it", path.display())));
    };
    let object = strict::object(&value)?;
    let gvk = object.gvk().clone();
    let word = match &*gvk.kind {
        ROLLOUT => "rollout",
        EXPERIMENT => "experiment",
        ANALYSIS_RUN => "analysisrun",
        // Compat: one word for both.
        ANALYSIS_TEMPLATE | CLUSTER_ANALYSIS_TEMPLATE => "analysistemplate",
        _ => "",
    };
    if word.is_empty() || &*gvk.group != api::names::GROUP {
        return Err(failed(format!("creates of {}/{} unsupported", gvk.group, gvk.kind)));
    }
    strict::check(&object, &value)?;
    if &*gvk.kind != CLUSTER_ANALYSIS_TEMPLATE && object.namespace().is_none() {
        value["metadata"]["namespace"] = Value::from(session.namespace.as_str());
    }
    let created = session.create(strict::object(&value)?).await?;
    terminal::print(&format!("{word}.{}/{} created\n", api::names::GROUP, created.name()))?;
    Ok(created)
}
