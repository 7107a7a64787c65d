//! A configuration: the ConfigMap and the Secret of one namespace, read. What cannot be read is named, and everything else
//! holds.

use crate::destination::Destinations;
use crate::notified::Scope;
use crate::product::Product;
use crate::secrets::Secrets;
use crate::subscription::{Defaults, Global, Texts, of_annotations, of_configuration, of_legacy_annotations};
use crate::template::{Notification, Sections, Template};
use crate::trigger::Trigger;
use crate::variables::Variables;
use jiff::Timestamp;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

/// What a configuration is read from.
#[derive(Debug, Clone)]
pub struct Source<'s> {
    /// Of which product.
    pub product: Product,
    /// The namespace of both objects.
    pub namespace: &'s str,
    /// The ConfigMap's texts.
    pub data: &'s BTreeMap<String, String>,
    /// The Secret's values.
    pub secrets: Secrets,
    /// Whose it is.
    pub owner: Owner,
}

/// Whose a configuration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The control plane's.
    ControlPlane,
    /// That of the team whose objects are in the namespace.
    Team,
}

/// A service, as it is configured.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceConfig {
    /// The type: `slack`, `webhook`.
    pub kind: String,
    /// Its options, with the Secret's values in them: they are not to be printed.
    pub options: Json,
}

impl fmt::Debug for ServiceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceConfig({})", self.kind)
    }
}

/// A configuration that was read.
#[derive(Debug, Clone)]
pub struct Config {
    /// Of which product.
    pub product: Product,
    /// The namespace it is from.
    pub namespace: String,
    /// Whose it is.
    pub owner: Owner,
    /// Services by name; of those that cannot be read, why.
    pub services: BTreeMap<String, Result<ServiceConfig, String>>,
    /// Triggers by name; of those that cannot be read, why.
    pub triggers: BTreeMap<String, Result<Trigger, String>>,
    /// Templates by name; of those that cannot be read, why.
    pub templates: BTreeMap<String, Result<Template, String>>,
    /// Triggers of subscriptions that name none.
    pub defaults: Defaults,
    /// Its own subscriptions.
    pub subscriptions: Vec<Global>,
    /// Texts for templates.
    pub context: BTreeMap<String, String>,
    /// The Secret's values.
    pub secrets: Secrets,
    /// What else cannot be read: the key, and why.
    pub problems: Vec<String>,
}

/// Why a notification cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrendered {
    /// The trigger sends a template that is not there.
    #[error("template '{0}' is not supported: no template.{0} in the configuration")]
    Unknown(String),
    /// The template cannot be read.
    #[error("template.{0} of the configuration cannot be used: {1}")]
    Broken(String, String),
    /// It failed.
    #[error("{0}")]
    Failed(String),
}

impl Config {
    /// Adds what annotations and labels of an object, and annotations of its project, subscribe to; what of them cannot be
    /// read is given back.
    #[must_use]
    pub fn destinations(
        &self,
        annotations: &Texts,
        labels: &Texts,
        project: Option<&Texts>,
    ) -> (Destinations, Vec<String>) {
        let mut all = Destinations::default();
        of_configuration(&self.subscriptions, labels, &self.defaults, &mut all);
        let mut problems = of_annotations(annotations, &self.defaults, &mut all);
        if let Some(project) = project {
            problems.extend(of_annotations(project, &self.defaults, &mut all));
            of_legacy_annotations(project, &self.defaults, &mut all);
        }
        (all, problems)
    }

    /// Where its keys of what was told stand.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        match self.owner {
            Owner::ControlPlane => Scope::Global,
            Owner::Team => Scope::OwnNamespace(&self.namespace),
        }
    }

    /// Makes a notification of templates.
    ///
    /// # Errors
    /// When one of them is not there, cannot be read or fails. No value of the Secret is in the message.
    pub fn render(
        &self,
        templates: &[String],
        variables: &Variables<'_>,
        sections: Sections<'_>,
        now: Timestamp,
    ) -> Result<Notification, Unrendered> {
        let found = templates.iter().map(|name| match self.templates.get(name) {
            None => Err(Unrendered::Unknown(name.clone())),
            Some(Err(why)) => Err(Unrendered::Broken(name.clone(), why.clone())),
            Some(Ok(template)) => Ok((name.as_str(), template)),
        });
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let rendered = Template::render(&found, variables, sections, now);
        rendered.map_err(|why| Unrendered::Failed(self.secrets.redacted(&why)))
    }
}
