//! `capstan images`: which images applications follow, what is newer, and what is held back.

mod dry_run;
mod hold;
mod options;
mod table;
mod trial;

use crate::connection::Connection;
use crate::control_plane::At;
use crate::failure::Failure;
use crate::terminal;
use clap::{Args, Subcommand};
use clock::Clock;
use imageupdates::report::{Report, State};
use imageupdates::{Updater, Writing};
use options::options;
use std::path::PathBuf;
use table::Output;
use tempfile::TempDir;

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Images {
    /// List the images that applications follow, without asking registries
    #[command(visible_alias = "ls")]
    List(Look),
    /// Ask registries which images have newer versions
    Check(Look),
    /// Write newer versions, once, as the controller does all the time
    Update(Update),
    /// Hold a version back: it is not written until a newer one appears or it is released
    Hold(hold::HoldFlags),
    /// Release versions that are held back
    Release(hold::ReleaseFlags),
    /// Tell to which version an image would be updated, before anything follows it
    Test(trial::TrialFlags),
}

/// Which applications are looked at, and how they are shown.
#[derive(Debug, Args)]
pub(crate) struct Look {
    #[command(flatten)]
    at: At,
    /// Applications, as name or namespace/name. Default: all
    #[arg(value_name = "APPLICATION")]
    applications: Vec<String>,
    /// Output format
    #[arg(short, long, value_enum)]
    output: Option<Output>,
    /// Run programs of this folder for credentials where registries.conf names them as ext:
    #[arg(long, value_name = "DIR")]
    credential_programs: Option<PathBuf>,
}

/// The flags of `update`.
#[derive(Debug, Args)]
pub(crate) struct Update {
    #[command(flatten)]
    look: Look,
    /// Show what would be committed, and write nothing
    #[arg(long)]
    dry_run: bool,
}

impl Images {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        match self {
            Images::List(look) => {
                let (updater, _mirrors) = look.updater(connection, clock).await?;
                look.show(updater.list().await?)
            }
            Images::Check(look) => {
                let (updater, _mirrors) = look.updater(connection, clock).await?;
                look.show(updater.cycle(Writing::No).await?.1)
            }
            Images::Update(update) => update.run(connection, clock).await,
            Images::Hold(flags) => flags.run(connection, clock).await,
            Images::Release(flags) => flags.run(connection, clock).await,
            Images::Test(flags) => flags.run(connection, clock).await,
        }
    }
}

impl Look {
    /// An updater, with the folder of its mirrors, which goes with this command.
    async fn updater(&self, connection: &Connection, clock: &Clock) -> Result<(Updater, TempDir), Failure> {
        let plane = self.at.open(connection, clock).await?;
        let mirrors = tempfile::tempdir()?;
        let programs = self.credential_programs.clone();
        Ok((Updater::new(options((plane.client, plane.namespace), clock, &mirrors, programs)), mirrors))
    }

    fn show(&self, mut report: Report) -> Result<(), Failure> {
        self.narrow(&mut report);
        let text = match self.output {
            None => table::narrow(&report),
            Some(Output::Wide) => table::wide(&report),
            Some(output) => table::structured(&report, output)?,
        };
        terminal::print(&text)?;
        for problem in &report.problems {
            terminal::note(problem);
        }
        Ok(())
    }

    fn narrow(&self, report: &mut Report) {
        if self.applications.is_empty() {
            return;
        }
        report.applications.retain(|of| {
            let key = format!("{}/{}", of.namespace, of.name);
            self.applications.iter().any(|wanted| *wanted == of.name || *wanted == key)
        });
    }
}

impl Update {
    async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        if !self.dry_run && !self.look.applications.is_empty() {
            return Err(Failure::new("all applications are updated in one go; name some with --dry-run only"));
        }
        let (updater, _mirrors) = self.look.updater(connection, clock).await?;
        let writing = if self.dry_run { Writing::No } else { Writing::Yes };
        let mut report = updater.cycle(writing).await?.1;
        self.look.narrow(&mut report);
        match self.look.output {
            Some(output @ (Output::Json | Output::Yaml)) => terminal::print(&table::structured(&report, output)?)?,
            _ => terminal::print(&dry_run::text(&report))?,
        }
        let states = report.applications.iter().flat_map(|of| &of.images).map(|image| image.state);
        match states.filter(|state| *state == State::Failed).count() + report.problems.len() {
            0 => Ok(()),
            failed => Err(Failure::new(format!(
                "{failed} images could not be updated; `capstan images check -o wide` says why"
            ))),
        }
    }
}
