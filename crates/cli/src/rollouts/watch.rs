//! Looking again whenever something changed, and drawing in place.

use super::ending::failed;
use super::live::Live;
use crate::failure::Failure;
use crate::signals;
use clock::Clock;
use rolloutview::Paint;
use std::future::Future;
use std::io::IsTerminal;
use std::time::Duration;

/// How long until the next look where only a state is asked for: changes are told of before.
pub(super) const SELDOM: Duration = Duration::from_secs(30);
/// How long until the next look where ages are shown too.
pub(super) const EVERY_SECOND: Duration = Duration::from_secs(1);

/// Clears the screen and goes to its beginning.
// Compat: the same codes, so that what reads them finds the same frames.
const CLEAR: &str = "\x1b[H\x1b[2J\x1b[0;0H";

/// Why looking came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The look said so.
    Done,
    /// The time is over.
    TimedOut,
    /// Somebody interrupted it.
    Interrupted,
}

/// When to look again: when something changed, and after a while at the latest.
pub(super) struct Again<'l> {
    pub live: &'l Live,
    pub at_most: Duration,
}

/// Looks until the look says that it is done, time is over or somebody interrupts.
pub(super) async fn until<L>(
    clock: &Clock,
    again: Again<'_>,
    limit: Option<Duration>,
    mut look: impl FnMut() -> L,
) -> Result<End, Failure>
where
    L: Future<Output = Result<bool, Failure>>,
{
    let began = clock.monotonic();
    let looking = async {
        loop {
            if look().await? {
                return Ok(End::Done);
            }
            again.live.change(again.at_most).await;
        }
    };
    let over = async {
        match limit {
            Some(limit) => tokio::time::sleep_until(began + limit).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        end = looking => end,
        () = over => Ok(End::TimedOut),
        stopped = signals::stop() => stopped.map(|()| End::Interrupted).map_err(|error| failed(error.message)),
    }
}

/// One frame: in place on a terminal, one below the other elsewhere.
pub(super) fn frame(text: &str) -> String {
    if std::io::stdout().is_terminal() { format!("{CLEAR}{text}") } else { text.to_owned() }
}

/// Whether output is coloured: on a terminal that can, unless somebody said no.
pub(super) fn paint(no_color: bool) -> Paint {
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_refused = no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stdout().is_terminal() && !is_dumb && !is_refused { Paint::Ansi } else { Paint::Plain }
}
