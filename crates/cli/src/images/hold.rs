//! `hold` and `release`.

use crate::app::{AppName, Store};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::terminal;
use ::images::{Hold, ImageReference};
use clap::Args;
use clock::Clock;
use imageupdates::notes::Notes;

/// The flags of `hold`.
#[derive(Debug, Args)]
pub(crate) struct HoldFlags {
    /// The application, as name or namespace/name
    application: String,
    /// The version, as image:tag or image@sha256:…
    image: String,
    /// Why, for whoever asks
    #[arg(long, default_value = "held by hand")]
    reason: String,
}

/// The flags of `release`.
#[derive(Debug, Args)]
pub(crate) struct ReleaseFlags {
    /// The application, as name or namespace/name
    application: String,
    /// The image, without a version. Default: all that are held back
    image: Option<String>,
}

impl HoldFlags {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let image = ImageReference::parse(&self.image).map_err(|error| Failure::new(error.to_string()))?;
        let version = image.digest.clone().or_else(|| image.tag.clone());
        let version = version.ok_or_else(|| Failure::new("no version is named: write image:tag or image@sha256:…"))?;
        let store = Store::of(connection.client(clock).await?);
        let found = store.get(&AppName::parse(&self.application, None)).await?;
        let before = Notes::read(&found.app.metadata.annotations);
        let mut notes = before.clone();
        let hold = Hold { image: image.name(), version, reason: self.reason.clone(), since: clock.now() };
        let text = format!("{} {} is held back\n", hold.image, hold.version);
        notes.hold(hold);
        if let Some(patch) = notes.patch(&before) {
            store.patch(&found, patch).await?;
        }
        terminal::print(&text)
    }
}

impl ReleaseFlags {
    pub(crate) async fn run(&self, connection: &Connection, clock: &Clock) -> Result<(), Failure> {
        let store = Store::of(connection.client(clock).await?);
        let found = store.get(&AppName::parse(&self.application, None)).await?;
        let before = Notes::read(&found.app.metadata.annotations);
        let mut notes = before.clone();
        let gone = notes.release(self.image.as_deref());
        if gone.is_empty() {
            return Err(Failure::new(match &self.image {
                Some(image) => format!("nothing of {image} is held back; `capstan images list -o json` shows what is"),
                None => format!("nothing is held back for {}", self.application),
            }));
        }
        if let Some(patch) = notes.patch(&before) {
            store.patch(&found, patch).await?;
        }
        let lines: Vec<String> =
            gone.iter().map(|hold| format!("{} {} is released\n", hold.image, hold.version)).collect();
        terminal::print(&lines.concat())
    }
}
