//! `status`.

use super::arguments::{duration, truth};
use super::ending::failed;
use super::live::{self, Live};
use super::read;
use super::session::Session;
use super::watch::{self, Again, End, SELDOM};
use crate::failure::Failure;
use crate::terminal;
use clap::{ArgAction, Args};
use rolloutview::status_line;
use std::cell::RefCell;
use std::time::Duration;

/// The flags of `status`.
#[derive(Debug, Args)]
pub(super) struct Status {
    #[arg(value_name = "ROLLOUT_NAME")]
    name: String,
    /// Watch the status of the rollout until it's done
    #[arg(short, long, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value = "true",
        default_missing_value = "true", value_parser = truth)]
    watch: bool,
    /// The length of time to watch before giving up. Zero means wait forever
    #[arg(short, long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    timeout: Duration,
}

impl Status {
    pub(super) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let (phase, message) = self.look(session).await?;
        if !self.watch {
            // Compat: a state that is over is shown without its reason, any other with one, even if there is none.
            let line = if is_over(&phase) { phase.clone() } else { format!("{phase} - {message}") };
            terminal::print(&format!("{line}\n"))?;
            return if phase == "Degraded" { Err(degraded(&message)) } else { Ok(()) };
        }
        let line = status_line(&phase, &message);
        terminal::print(&format!("{line}\n"))?;
        let shown = RefCell::new(line);
        if is_over(&phase) {
            return if phase == "Degraded" { Err(degraded(&message)) } else { Ok(()) };
        }
        let live = Live::follow(&session.client, live::STATES, Some(&session.namespace)).await;
        let session = &session.reading(&live);
        let look = || async {
            let (phase, message) = self.look(session).await?;
            let line = status_line(&phase, &message);
            if *shown.borrow() != line {
                terminal::print(&format!("{line}\n"))?;
                shown.replace(line);
            }
            Ok(is_over(&phase))
        };
        let limit = (!self.timeout.is_zero()).then_some(self.timeout);
        let again = Again { live: &live, at_most: SELDOM };
        let end = watch::until(&session.clock, again, limit, look).await?;
        let (phase, message) = self.look(session).await?;
        match (phase.as_str(), end) {
            ("Degraded", _) => Err(degraded(&message)),
            ("Healthy", _) | (_, End::Done) => Ok(()),
            _ => Err(failed("Rollout status watch exceeded timeout")),
        }
    }

    async fn look(&self, session: &Session) -> Result<(String, String), Failure> {
        Ok(strategy::shown_phase(&read::rollout(session, &self.name).await?))
    }
}

fn is_over(phase: &str) -> bool {
    phase == "Healthy" || phase == "Degraded"
}

fn degraded(message: &str) -> Failure {
    failed(format!("The rollout is in a degraded state with message: {message}"))
}
