//! The wish that everything ends, told once to all who listen.

use tokio::sync::watch;

/// A switch that is off until somebody turns it on. Cheap to clone; clones are one switch.
#[derive(Debug, Clone, Default)]
pub struct Shutdown(watch::Sender<bool>);

impl Shutdown {
    /// A switch that is off.
    #[must_use]
    pub fn new() -> Self {
        Shutdown::default()
    }

    /// Asks everything to end.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether everything was asked to end.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until everything is asked to end.
    pub async fn begun(&self) {
        let mut changes = self.0.subscribe();
        // The sender lives as long as `self`.
        let _ = changes.wait_for(|begun| *begun).await;
    }
}
