//! The seam between the store and the disk: every step that changes what lies there is announced first. Nothing listens
//! but tests, which make a step fail as a full disk does, or look at what a crash right there would leave.

use std::io;

/// The disk a store writes to. Clones are one disk.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    #[cfg(test)]
    probe: Option<Probe>,
}

/// Told of every step before it is made; its error is the step's.
#[cfg(test)]
pub(crate) type Probe = std::sync::Arc<dyn Fn(&'static str) -> io::Result<()> + Send + Sync>;

impl Disk {
    /// To be called before every step that changes what lies on the disk.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "only tests listen"))]
    pub(crate) fn step(&self, what: &'static str) -> io::Result<()> {
        #[cfg(test)]
        if let Some(probe) = &self.probe {
            return probe(what);
        }
        let _ = what;
        Ok(())
    }

    /// A disk with a listener.
    #[cfg(test)]
    pub(crate) fn probed(probe: Probe) -> Self {
        Disk { probe: Some(probe) }
    }
}
