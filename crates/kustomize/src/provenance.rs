//! `buildMetadata`: annotations that say where an object comes from and what changed it.

use crate::load::Repository;
use crate::resource::Resource;
use serde_json::Value;

/// The annotation that names an object's file.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";

/// The annotation that lists what changed an object.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// Where something comes from, as the annotations say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Provenance {
    pub path: String,
    pub repo: String,
    pub reference: String,
    pub configured_in: String,
    pub configured_by: Option<ConfiguredBy>,
}

/// The generator or transformer behind something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConfiguredBy {
    pub api_version: String,
    pub kind: String,
    pub name: String,
    pub namespace: String,
}

impl Provenance {
    /// One step further down the path, or into another repository.
    pub fn append(&self, path: &str) -> Self {
        let mut next = self.clone();
        let mut path = path.to_owned();
        if let Some(repository) = Repository::parse(&path) {
            next.repo = repository.clone_url();
            next.reference = repository.reference;
            next.path = String::new();
            path = repository.path;
        }
        next.path = join(&next.path, &path);
        next
    }

    /// What a built-in of this kind, configured in `file` of the directory this stands for, leaves on objects.
    pub fn of_builtin(&self, file: &str, kind: &str) -> Self {
        Provenance {
            path: String::new(),
            repo: self.repo.clone(),
            reference: self.reference.clone(),
            configured_in: join(&self.path, file),
            configured_by: Some(ConfiguredBy {
                api_version: "builtin".to_owned(),
                kind: kind.to_owned(),
                ..ConfiguredBy::default()
            }),
        }
    }

    /// What a plugin that `config` configures leaves on objects; `None` when nobody asked for such notes.
    pub fn of_plugin(config: &Resource) -> Option<Self> {
        let lines = config.annotation(ORIGIN)?;
        let field = |name: &str| {
            let line = lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
        };
        Some(Provenance {
            path: String::new(),
            repo: field("repo"),
            reference: field("ref"),
            configured_in: field("path"),
            configured_by: Some(ConfiguredBy {
                api_version: config.api_version().to_owned(),
                kind: config.kind().to_owned(),
                name: config.name().to_owned(),
                namespace: config.namespace().to_owned(),
            }),
        })
    }

    /// The annotation's text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut put = |indent: &str, name: &str, value: &str| {
            if !value.is_empty() {
                text.push_str(&format!("{indent}{name}: {}", yaml::emit(&Value::from(value))));
            }
        };
        put("", "path", &self.path);
        put("", "repo", &self.repo);
        put("", "ref", &self.reference);
        put("", "configuredIn", &self.configured_in);
        if let Some(by) = &self.configured_by {
            text.push_str("configuredBy:\n");
            let mut put = |name: &str, value: &str| {
                if !value.is_empty() {
                    text.push_str(&format!("  {name}: {}", yaml::emit(&Value::from(value))));
                }
            };
            put("apiVersion", &by.api_version);
            put("kind", &by.kind);
            put("name", &by.name);
            put("namespace", &by.namespace);
        }
        if text.is_empty() { "{}\n".to_owned() } else { text }
    }
}

/// A path below another, cleaned.
fn join(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
