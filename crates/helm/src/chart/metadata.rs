//! What Chart.yaml says of a chart: read, cleaned and checked as Helm does when it loads one.

use super::dependency::Dependency;
use super::text::sanitize;
use super::validation::{ValidationError, invalid};
use crate::go_json::{Decoder, field};
use crate::profile::Profile;
use goversion::Version;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The content of Chart.yaml.
#[derive(Debug, Clone, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Metadata {
    pub name: String,
    pub home: String,
    pub sources: Vec<String>,
    pub version: String,
    pub description: String,
    pub keywords: Vec<String>,
    pub maintainers: Vec<Option<Maintainer>>,
    pub icon: String,
    /// `v1` or `v2`; `v1` when nothing is said.
    pub api_version: String,
    pub condition: String,
    pub tags: String,
    pub app_version: String,
    pub deprecated: bool,
    /// `None` when there is no such field, which Go tells apart.
    pub annotations: Option<BTreeMap<String, String>>,
    /// A constraint on the cluster's version.
    pub kube_version: String,
    /// `None` when there is no such field, which Go tells apart.
    pub dependencies: Option<Vec<Option<Dependency>>>,
    /// `application` or `library`; an application when nothing is said.
    pub kind: String,
}

/// Somebody who looks after a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Maintainer {
    pub name: String,
    pub email: String,
    pub url: String,
}

/// The version that chart format 1 is named by.
pub(crate) const API_VERSION_1: &str = "v1";

impl Metadata {
    /// The declared dependencies, of which there may be none.
    pub fn declared(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().flatten().flatten()
    }

    /// Whether the chart only lends templates to others.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }

    /// Reads what `value` says into these fields; what it does not name stays.
    pub(crate) fn read(&mut self, value: &Value) -> Result<(), String> {
        let mut decoder = Decoder::default();
        if let Some(map) = decoder.object(value, "chart.Metadata") {
            self.read_fields(map, &mut decoder);
        }
        decoder.finish()
    }

    fn read_fields(&mut self, map: &Map<String, Value>, decoder: &mut Decoder) {
        const OWNER: &str = "Metadata";
        let texts: [(&'static str, &mut String); 11] = [
            ("name", &mut self.name),
            ("home", &mut self.home),
            ("version", &mut self.version),
            ("description", &mut self.description),
            ("icon", &mut self.icon),
            ("apiVersion", &mut self.api_version),
            ("condition", &mut self.condition),
            ("tags", &mut self.tags),
            ("appVersion", &mut self.app_version),
            ("kubeVersion", &mut self.kube_version),
            ("type", &mut self.kind),
        ];
        for (name, place) in texts {
            if let Some(value) = field(map, name).filter(|value| !value.is_null()) {
                *place = decoder.within(OWNER, name, |decoder| decoder.text(value));
            }
        }
        for (name, place) in [("sources", &mut self.sources), ("keywords", &mut self.keywords)] {
            if let Some(value) = field(map, name) {
                *place = decoder.within(OWNER, name, |decoder| decoder.texts(value));
            }
        }
        if let Some(value) = field(map, "deprecated") {
            self.deprecated = decoder.within(OWNER, "deprecated", |decoder| decoder.flag(value));
        }
        if let Some(value) = field(map, "maintainers") {
            self.maintainers = decoder.within(OWNER, "maintainers", |decoder| maintainers(value, decoder));
        }
        if let Some(value) = field(map, "annotations") {
            self.annotations = decoder.within(OWNER, "annotations", |decoder| annotations(value, decoder));
        }
        if let Some(value) = field(map, "dependencies") {
            self.dependencies = decoder.within(OWNER, "dependencies", |decoder| Dependency::read_list(value, decoder));
        }
    }

    /// Cleans every text and says what is wrong first.
    ///
    /// # Errors
    /// In Helm's words.
    pub(crate) fn validate(&mut self, profile: Profile) -> Result<(), ValidationError> {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        for text in texts.into_iter().chain(&mut self.sources).chain(&mut self.keywords) {
            sanitize(text);
        }
        self.validate_fields(profile)?;
        for maintainer in &mut self.maintainers {
            let Some(maintainer) = maintainer else {
                return invalid("maintainers must not contain empty or null nodes");
            };
            for text in [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url] {
                sanitize(text);
            }
        }
        self.validate_dependencies()
    }

    fn validate_fields(&self, profile: Profile) -> Result<(), ValidationError> {
        if self.api_version.is_empty() {
            return invalid("chart.metadata.apiVersion is required");
        }
        if self.name.is_empty() {
            return invalid("chart.metadata.name is required");
        }
        if profile.is_four() && matches!(self.name.as_str(), "." | "..") {
            return invalid(format!("chart.metadata.name {:?} is not allowed", self.name));
        }
        if self.name.contains('/') {
            return invalid(format!("chart.metadata.name {:?} is invalid", self.name));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required");
        }
        if Version::parse(&self.version, profile.versions()).is_err() {
            return invalid(format!("chart.metadata.version {:?} is invalid", self.version));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return invalid("chart.metadata.type must be application or library");
        }
        Ok(())
    }

    fn validate_dependencies(&mut self) -> Result<(), ValidationError> {
        let mut names = BTreeSet::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            let Some(dependency) = dependency else {
                return invalid("dependencies must not contain empty or null nodes");
            };
            dependency.validate()?;
            let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !names.insert(name.clone()) {
                return invalid(format!("more than one dependency with name or alias {name:?}"));
            }
        }
        Ok(())
    }
}

fn maintainers(value: &Value, decoder: &mut Decoder) -> Vec<Option<Maintainer>> {
    let mut all = Vec::new();
    for item in decoder.items(value, "[]*chart.Maintainer") {
        let Some(map) = decoder.object(item, "chart.Maintainer") else {
            all.push(None);
            continue;
        };
        let mut one = Maintainer::default();
        for (name, place) in [("name", &mut one.name), ("email", &mut one.email), ("url", &mut one.url)] {
            if let Some(value) = field(map, name) {
                *place = decoder.within("Maintainer", name, |decoder| decoder.text(value));
            }
        }
        all.push(Some(one));
    }
    all
}

fn annotations(value: &Value, decoder: &mut Decoder) -> Option<BTreeMap<String, String>> {
    let map = decoder.object(value, "map[string]string")?;
    Some(map.iter().map(|(key, value)| (key.clone(), decoder.text(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Result<Metadata, String> {
        let mut metadata = Metadata::default();
        metadata.read(value).map(|()| metadata)
    }

    #[test]
    fn numbers_become_text_and_names_match_in_any_case() {
        let metadata =
            read(&json!({"Name": "a", "appVersion": 1.1, "annotations": {"a": true, "n": null}})).expect("reads");
        assert_eq!((metadata.name.as_str(), metadata.app_version.as_str()), ("a", "1.1"));
        assert_eq!(metadata.annotations.expect("annotations")["a"], "true");
    }

    #[test]
    fn what_does_not_fit_is_told_as_go_tells_it() {
        let told = |value| read(&value).expect_err("does not fit");
        assert_eq!(
            told(json!({"name": {}})),
            "json: cannot unmarshal object into Go struct field Metadata.name of type string"
        );
        assert_eq!(
            told(json!({"maintainers": [{"name": ["x"]}]})),
            "json: cannot unmarshal array into Go struct field Maintainer.maintainers.name of type string"
        );
        assert_eq!(told(json!("x")), "json: cannot unmarshal string into Go value of type chart.Metadata");
    }
}
