//! `registries.conf`: how registries are reached.

use crate::reference::{DOCKER_HUB, ImageReference};
use budget::Budget;
use serde::Deserialize;

/// The registries that are configured, and Docker Hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registries(Vec<Registry>);

/// One registry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// For people.
    pub name: String,
    /// What images of it begin with; empty for those that name no registry.
    #[serde(default)]
    pub prefix: String,
    /// Address of its API.
    pub api_url: String,
    /// Whether it answers `GET /v2/`; not used, kept so that a configuration loads as it is.
    #[serde(default)]
    pub ping: bool,
    /// Source of its credentials; empty for none.
    #[serde(default)]
    pub credentials: String,
    /// How long these hold, as a Go duration; empty for as long as they work.
    #[serde(default)]
    pub credsexpire: String,
    /// Whether its certificate is not checked.
    #[serde(default)]
    pub insecure: bool,
    /// File with certificate authorities.
    #[serde(default)]
    pub ca_file: String,
    /// Certificate authorities.
    #[serde(default)]
    pub ca_data: String,
    /// What repositories of one part are below.
    #[serde(default)]
    pub defaultns: String,
    /// Whether images that name no registry are of this one.
    #[serde(default)]
    pub default: bool,
    /// `latest-first`, `latest-last`, `none` or empty: whether its list of tags is in the order of time.
    #[serde(default)]
    pub tagsortmode: String,
    /// Requests a second; 0 for the usual 20.
    #[serde(default)]
    pub limit: u32,
    /// Whether nobody has configured it: it follows from the name of an image.
    #[serde(skip)]
    is_guess: bool,
}

impl Registry {
    /// Whether somebody who configures the process has named it; otherwise an image's name did.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        !self.is_guess
    }
}

/// Something wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistriesError {
    /// It is no YAML, or of another shape.
    #[error("registries.conf: {0}")]
    Shape(String),
    /// A registry has no address.
    #[error("registries.conf: registry {0:?} has no api_url")]
    Address(String),
    /// Two are the one that is meant where nothing is said.
    #[error("registries.conf: {first:?} and {second:?} are both the default; one can be, the other needs a prefix")]
    TwoDefaults {
        /// The first of them.
        first: String,
        /// The second.
        second: String,
    },
    /// Another order.
    #[error(
        "registries.conf: registry {registry:?} has tagsortmode {mode:?}; latest-first, latest-last and none are known"
    )]
    Sort {
        /// Its name.
        registry: String,
        /// What was read.
        mode: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    #[serde(default)]
    registries: Vec<Registry>,
}

impl Default for Registries {
    fn default() -> Self {
        Registries(vec![docker_hub()])
    }
}

impl Registries {
    /// Reads a configuration. Docker Hub is known unless it says otherwise.
    ///
    /// # Errors
    /// When it is not of the form expected.
    pub fn parse(text: &str, budget: &mut Budget) -> Result<Registries, RegistriesError> {
        let shape = |error: &dyn std::fmt::Display| RegistriesError::Shape(error.to_string());
        let value = yaml::parse_one(text.as_bytes(), yaml::Dialect::V2, budget).map_err(|error| shape(&error))?;
        let configuration = match value {
            serde_json::Value::Null => Configuration { registries: Vec::new() },
            value => serde_json::from_value(value).map_err(|error| shape(&error))?,
        };
        check(&configuration.registries)?;
        let mut registries = configuration.registries;
        if !registries.iter().any(|registry| registry.prefix == DOCKER_HUB) {
            registries.push(docker_hub());
        }
        Ok(Registries(registries))
    }

    /// The registry of an image: by its prefix, the default one where it names none, else the one at that host.
    #[must_use]
    pub fn of(&self, image: &ImageReference) -> Registry {
        let found = match image.registry.as_deref() {
            Some(host) => self.0.iter().find(|registry| registry.prefix == host),
            None => {
                let default = self.0.iter().find(|registry| registry.default || registry.prefix.is_empty());
                default.or_else(|| self.0.iter().find(|registry| registry.prefix == DOCKER_HUB))
            }
        };
        found.cloned().unwrap_or_else(|| at_host(image.registry.as_deref().unwrap_or(DOCKER_HUB)))
    }
}

fn check(registries: &[Registry]) -> Result<(), RegistriesError> {
    let mut default: Option<&Registry> = None;
    for registry in registries {
        if registry.api_url.is_empty() {
            return Err(RegistriesError::Address(registry.name.clone()));
        }
        if !matches!(registry.tagsortmode.to_ascii_lowercase().as_str(), "" | "none" | "latest-first" | "latest-last") {
            return Err(RegistriesError::Sort { registry: registry.name.clone(), mode: registry.tagsortmode.clone() });
        }
        if !registry.default && !registry.prefix.is_empty() {
            continue;
        }
        if let Some(first) = default {
            return Err(RegistriesError::TwoDefaults { first: first.name.clone(), second: registry.name.clone() });
        }
        default = Some(registry);
    }
    Ok(())
}

fn docker_hub() -> Registry {
    let hub = at_host(DOCKER_HUB);
    Registry {
        name: "Docker Hub".into(),
        api_url: "https://registry-1.docker.io".into(),
        defaultns: "library".into(),
        ..hub
    }
}

fn at_host(host: &str) -> Registry {
    Registry {
        name: host.to_owned(),
        prefix: host.to_owned(),
        api_url: format!("https://{host}"),
        ping: false,
        credentials: String::new(),
        credsexpire: String::new(),
        insecure: false,
        ca_file: String::new(),
        ca_data: String::new(),
        defaultns: String::new(),
        default: false,
        tagsortmode: String::new(),
        limit: 0,
        is_guess: true,
    }
}
