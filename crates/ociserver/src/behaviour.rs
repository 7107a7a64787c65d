//! How a registry misbehaves, on request.

use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

/// An answer in place of the right one.
#[derive(Debug, Clone, Default)]
pub struct Canned {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// What it says.
    pub body: Bytes,
    /// Whether it says that again and again, for ever.
    pub is_endless: bool,
    /// Whether it never comes.
    pub is_silent: bool,
}

/// Decides by method and path what is answered wrongly.
#[derive(Clone, Default)]
pub struct Behaviour(Option<Rule>);

/// What is answered to a method and a path.
type Rule = Arc<dyn Fn(&str, &str) -> Option<Canned> + Send + Sync>;

impl Behaviour {
    /// Answers as `rule` says, and rightly where it says nothing.
    pub fn new(rule: impl Fn(&str, &str) -> Option<Canned> + Send + Sync + 'static) -> Behaviour {
        Behaviour(Some(Arc::new(rule)))
    }

    pub(crate) fn of(&self, method: &str, path: &str) -> Option<Canned> {
        self.0.as_ref().and_then(|rule| rule(method, path))
    }
}

impl fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Behaviour")
    }
}
