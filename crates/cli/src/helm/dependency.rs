//! `helm dependency`.

mod build;
mod pack;

use super::accepted::as_go_takes_it;
use super::globals::Globals;
use super::go_path::clean;
pub(super) use build::update;

use super::locate::on_disk;
use build::{BuildArguments, Versions};
use clap::{Args, Subcommand};
use clock::Clock;
use helm::{Listed, Output};
use std::path::Path;

/// What is done with dependencies.
#[derive(Debug, Subcommand)]
pub(crate) enum DependencyCommand {
    /// List what a chart depends on, and what of it is there
    #[command(visible_alias = "ls")]
    List(ListArguments),
    /// Bring what Chart.lock names into charts/; without a lock, choose versions and write one
    Build(BuildArguments),
    /// Bring the newest versions that fit into charts/, and write the lock
    #[command(visible_alias = "up")]
    Update(BuildArguments),
}

/// The flags of `helm dependency list`.
#[derive(Debug, Args)]
#[command(disable_version_flag = true, args_override_self = true, mut_args(as_go_takes_it))]
pub(crate) struct ListArguments {
    /// The chart: a folder or an archive
    #[arg(default_value = ".")]
    chart: String,
    /// Widest column of the table
    #[arg(long, value_name = "WIDTH", default_value_t = helm::COLUMN_WIDTH)]
    max_col_width: usize,
    #[command(flatten)]
    globals: Globals,
}

impl DependencyCommand {
    pub(super) fn run(&self, clock: &Clock) -> Result<Output, String> {
        match self {
            DependencyCommand::List(arguments) => arguments.run(),
            DependencyCommand::Build(arguments) => arguments.run(Versions::Locked, clock),
            DependencyCommand::Update(arguments) => arguments.run(Versions::Newest, clock),
        }
    }
}

impl ListArguments {
    fn run(&self) -> Result<Output, String> {
        let shown = clean(&self.chart);
        if !Path::new(&shown).exists() {
            return Err(format!("stat {shown}: no such file or directory"));
        }
        let located = on_disk(&shown)?;
        located.check_chart_file()?;
        let (tree, profile) = (&*located.tree, self.globals.helm_version);
        let listed = Listed { shown: &shown, column_width: self.max_col_width };
        Ok(helm::list_dependencies(tree, &located.path, &listed, profile, &mut Globals::budget()))
    }
}
