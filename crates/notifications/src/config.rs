//! A configuration: the ConfigMap and the Secret of one namespace, read. What cannot be read is named, and everything else
//! holds.

use crate::destination::{Destination, Destinations};
use crate::legacy;
use crate::limits;
use crate::notified::Scope;
use crate::product::Product;
use crate::secrets::Secrets;
use crate::selector::Selector;
use crate::subscription::{Defaults, Global, Texts, of_annotations, of_configuration, of_legacy_annotations};
use crate::template::{Notification, Sections, Template};
use crate::trigger::{Condition, Trigger};
use crate::variables::Variables;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;
use yaml::Dialect;

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

#[derive(Deserialize)]
struct RawGlobal {
    #[serde(default)]
    recipients: Option<Vec<String>>,
    #[serde(default)]
    triggers: Option<Vec<String>>,
    #[serde(default)]
    selector: Option<String>,
}

impl Config {
    /// Reads a configuration.
    #[must_use]
    pub fn read(source: Source<'_>) -> Self {
        let Source { product, namespace, data, secrets, owner } = source;
        let mut config = Config {
            product,
            namespace: namespace.to_owned(),
            owner,
            services: BTreeMap::new(),
            triggers: BTreeMap::new(),
            templates: BTreeMap::new(),
            defaults: Defaults::default(),
            subscriptions: Vec::new(),
            context: BTreeMap::new(),
            secrets,
            problems: Vec::new(),
        };
        for (key, text) in data {
            config.read_key(key, text);
        }
        if product == Product::Applications {
            legacy::apply(&mut config, data);
        }
        config
    }

    fn read_key(&mut self, key: &str, text: &str) {
        if let Some(name) = key.strip_prefix("template.") {
            self.templates.insert(name.to_owned(), Template::parse(name, text));
        } else if let Some(name) = key.strip_prefix("trigger.") {
            self.triggers.insert(name.to_owned(), trigger(text));
        } else if let Some(rest) = key.strip_prefix("service.") {
            self.read_service(key, rest, text);
        } else if let Some(service) = key.strip_prefix("defaultTriggers.") {
            match read::<Option<Vec<String>>>(text) {
                Ok(triggers) => drop(self.defaults.by_service.insert(service.to_owned(), triggers.unwrap_or_default())),
                Err(why) => self.problems.push(format!("{key}: {why}")),
            }
        } else {
            let outcome = match key {
                "defaultTriggers" => read(text).map(|it: Option<_>| self.defaults.triggers = it.unwrap_or_default()),
                "context" => read(text).map(|it: Option<_>| self.context = it.unwrap_or_default()),
                "subscriptions" => globals(text).map(|all| self.subscriptions = all),
                _ => Ok(()),
            };
            if let Err(why) = outcome {
                self.problems.push(format!("{key}: {why}"));
            }
        }
    }

    fn read_service(&mut self, key: &str, rest: &str, text: &str) {
        let parts: Vec<&str> = rest.split('.').collect();
        let (kind, name) = match parts.as_slice() {
            [kind] => (*kind, *kind),
            [kind, name] => (*kind, *name),
            _ => {
                let why = "invalid service key; expected 'service.<type>(.<name>)'";
                return self.problems.push(format!("{why} but got '{key}'"));
            }
        };
        let service = tree(text).and_then(|options| {
            let (options, missing) = resolved(&options, &self.secrets);
            if let [first, ..] = missing.as_slice() {
                let secret = self.product.secret();
                self.problems.push(format!("{key} refers to ${first}, which the Secret {secret} does not have"));
            }
            if options.is_object() || options.is_null() {
                Ok(ServiceConfig { kind: kind.to_owned(), options })
            } else {
                Err("its options must be fields".to_owned())
            }
        });
        self.services.insert(name.to_owned(), service);
    }

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

fn tree(text: &str) -> Result<Json, String> {
    yaml::parse_one(text.as_bytes(), Dialect::V2, &mut limits::reading()).map_err(|error| error.to_string())
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    // Serde's words name types and fields, and may hold values: those of a ConfigMap are not secret.
    serde_json::from_value(tree(text)?).map_err(|error| error.to_string())
}

fn trigger(text: &str) -> Result<Trigger, String> {
    Trigger::compile(read::<Option<Vec<Condition>>>(text)?.unwrap_or_default())
}

pub(crate) fn globals(text: &str) -> Result<Vec<Global>, String> {
    let raw: Option<Vec<RawGlobal>> = read(text)?;
    raw.unwrap_or_default().into_iter().map(global).collect()
}

fn global(raw: RawGlobal) -> Result<Global, String> {
    Ok(Global {
        recipients: raw.recipients.unwrap_or_default().iter().map(|text| Destination::parse(text)).collect(),
        triggers: raw.triggers.unwrap_or_default(),
        selector: Selector::parse(&raw.selector.unwrap_or_default())?,
    })
}

/// Every `$key` in the texts of a tree with its value, and the keys that there are none of.
pub(crate) fn resolved(tree: &Json, secrets: &Secrets) -> (Json, Vec<String>) {
    let mut missing = Vec::new();
    (resolve(tree, secrets, &mut missing), missing)
}

// Trees are no deeper than what reads them lets pass.
fn resolve(tree: &Json, secrets: &Secrets, missing: &mut Vec<String>) -> Json {
    let mut text = |text: &str| {
        let (text, lacking) = secrets.resolved(text);
        missing.extend(lacking);
        text
    };
    match tree {
        Json::String(value) => Json::String(text(value)),
        Json::Array(items) => items.iter().map(|item| resolve(item, secrets, missing)).collect(),
        Json::Object(entries) => {
            let mut out = serde_json::Map::new();
            for (key, value) in entries {
                let (key, lacking) = secrets.resolved(key);
                missing.extend(lacking);
                out.insert(key, resolve(value, secrets, missing));
            }
            Json::Object(out)
        }
        other => other.clone(),
    }
}
