//! The authorities of servers whose certificates the machine's own authorities do not vouch for. A leaf module.

use std::fmt;
use std::sync::Arc;

/// A host's authorities, as PEM.
type Find = Arc<dyn Fn(&str) -> Option<Arc<str>> + Send + Sync>;

/// Authorities by the names of hosts. Cheap to clone.
#[derive(Clone)]
pub struct Authorities(Find);

impl Authorities {
    /// As `find` says: the name of a host without its port, and its authorities as PEM.
    #[must_use]
    pub fn new(find: impl Fn(&str) -> Option<Arc<str>> + Send + Sync + 'static) -> Self {
        Authorities(Arc::new(find))
    }

    /// Those of a host.
    pub(crate) fn of(&self, host: &str) -> Option<Arc<str>> {
        (self.0)(host.trim_matches(['[', ']'])).filter(|pem| !pem.trim().is_empty())
    }
}

/// None.
impl Default for Authorities {
    fn default() -> Self {
        Authorities::new(|_| None)
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorities")
    }
}
