//! Reads a configuration, key by key: what cannot be read is named, and everything else holds.

use crate::config::{Config, ServiceConfig, Source};
use crate::legacy;
use crate::parse::{globals, read, resolved, tree, trigger};
use crate::product::Product;
use crate::subscription::Defaults;
use crate::template::Template;
use std::collections::BTreeMap;

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
}
