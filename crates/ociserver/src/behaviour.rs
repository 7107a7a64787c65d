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

/// A request, as far as behaviour depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
    /// What stands behind the path's `?`, as it was sent.
    pub query: &'a str,
    /// Who asks: the header of that name.
    pub authorization: Option<&'a str>,
}

/// Decides by the request what is answered wrongly.
#[derive(Clone, Default)]
pub struct Behaviour(Option<Rule>);

/// What is answered to a request.
type Rule = Arc<dyn Fn(&Asked<'_>) -> Option<Canned> + Send + Sync>;

impl Behaviour {
    /// Answers as `rule` says to a method and a path, and rightly where it says nothing.
    pub fn new(rule: impl Fn(&str, &str) -> Option<Canned> + Send + Sync + 'static) -> Behaviour {
        Behaviour::by_request(move |asked| rule(asked.method, asked.path))
    }

    /// The same, by all that is known of a request.
    pub fn by_request(rule: impl Fn(&Asked<'_>) -> Option<Canned> + Send + Sync + 'static) -> Behaviour {
        Behaviour(Some(Arc::new(rule)))
    }

    pub(crate) fn of(&self, asked: &Asked<'_>) -> Option<Canned> {
        self.0.as_ref().and_then(|rule| rule(asked))
    }
}

impl fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Behaviour")
    }
}
