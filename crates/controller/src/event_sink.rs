//! Where events go.

use crate::Event;

/// Takes events; must not wait.
pub trait EventSink: Send + Sync + 'static {
    /// Tells `event`, or counts it where it was told before under the same dedupe key.
    fn record(&self, event: &Event);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl EventSink for Silent {
    fn record(&self, _event: &Event) {}
}
