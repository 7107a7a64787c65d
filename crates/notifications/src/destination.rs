//! Where a notification goes. A leaf module.

use std::collections::BTreeMap;
use std::fmt;

/// A service, by its name in the configuration, and whom it is to reach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// The service's name: `slack`, or what stands last in `service.webhook.<name>`.
    pub service: String,
    /// The channel, address or key; may be empty.
    pub recipient: String,
}

impl Destination {
    /// `service:recipient` as subscriptions and flags write it.
    ///
    /// Compat: what stands behind a second colon is lost, as upstream loses it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split(':');
        let part = |next: Option<&str>| next.unwrap_or_default().to_owned();
        Destination { service: part(parts.next()), recipient: part(parts.next()) }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.recipient.as_str() {
            "" => f.write_str(&self.service),
            recipient => write!(f, "{}:{recipient}", self.service),
        }
    }
}

/// Destinations by trigger, each once, in the order in which they were first named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destinations(BTreeMap<String, Vec<Destination>>);

impl Destinations {
    /// Adds one, unless it is there.
    pub fn add(&mut self, trigger: &str, destination: Destination) {
        let known = self.0.entry(trigger.to_owned()).or_default();
        if !known.contains(&destination) {
            known.push(destination);
        }
    }

    /// Those of a trigger.
    #[must_use]
    pub fn of(&self, trigger: &str) -> &[Destination] {
        self.0.get(trigger).map_or(&[], Vec::as_slice)
    }

    /// All triggers and their destinations, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Destination])> {
        self.0.iter().map(|(trigger, destinations)| (trigger.as_str(), destinations.as_slice()))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
