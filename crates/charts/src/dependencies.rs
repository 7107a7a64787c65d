//! What a chart depends on: Chart.lock, its digest, and the archives that belong into charts/.

use crate::charts::Charts;
use crate::problem::ChartError;
use crate::version::satisfies;
use crate::wanted::Wanted;
use budget::{Budget, Limits};
use bytes::Bytes;
use serde_json::Value;
use sha2::{Digest, Sha256};
use yaml::Dialect;

/// One entry of `dependencies`, with everything that counts for the digest of a lock.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// The versions that will do.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Where values say whether it is used.
    pub condition: String,
    /// What it is switched with.
    pub tags: Vec<String>,
    /// As Chart.yaml says it.
    pub enabled: bool,
    /// What the parent takes over.
    pub import_values: Vec<Value>,
    /// The name it is used under.
    pub alias: String,
}

/// One entry of Chart.lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockedDependency {
    /// Its name.
    pub name: String,
    /// The one version.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
}

/// What Chart.lock says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// In the order of Chart.yaml.
    pub dependencies: Vec<LockedDependency>,
    /// `sha256:` and that of both lists.
    pub digest: String,
}

/// Why Chart.lock is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// It cannot be read.
    #[error("cannot load Chart.lock: {0}")]
    Unreadable(String),
}

/// A file for charts/.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its name: `<chart>-<version>.tgz`.
    pub file: String,
    /// The packed chart.
    pub archive: Bytes,
}

/// A lock is a list of names: small.
const LIMITS: Limits = Limits { fuel: 1_000_000, bytes: 16 << 20, depth: 32 };

impl Lock {
    /// Reads Chart.lock.
    ///
    /// # Errors
    /// When it is no YAML of that shape.
    pub fn parse(text: &[u8]) -> Result<Self, LockError> {
        let value = yaml::parse_one(text, Dialect::V2, &mut Budget::new(LIMITS))
            .map_err(|error| LockError::Unreadable(error.to_string()))?;
        let text = |value: &Value, key: &str| match value.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let items = value.get("dependencies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let locked = |item: &Value| LockedDependency {
            name: text(item, "name"),
            version: text(item, "version"),
            repository: text(item, "repository"),
        };
        Ok(Lock { dependencies: items.iter().map(locked).collect(), digest: text(&value, "digest") })
    }

    /// Whether it still belongs to `declared`, whose names of repositories are resolved.
    #[must_use]
    pub fn is_current(&self, declared: &[Dependency]) -> bool {
        self.digest == digest_of(declared, &self.dependencies)
    }
}

/// The digest that Helm writes into Chart.lock: that of both lists in Go's JSON.
#[must_use]
pub fn digest_of(declared: &[Dependency], locked: &[LockedDependency]) -> String {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let declared = list(declared.iter().map(declared_json).collect());
    let locked = list(locked.iter().map(locked_json).collect());
    format!("sha256:{}", hex::encode(Sha256::digest(format!("[{declared},{locked}]"))))
}

fn declared_json(one: &Dependency) -> String {
    let mut fields = vec![format!("\"name\":{}", go_text(&one.name))];
    let mut add = |name: &str, text: &str| {
        if !text.is_empty() || name == "repository" {
            fields.push(format!("\"{name}\":{}", go_text(text)));
        }
    };
    add("version", &one.version);
    add("repository", &one.repository);
    add("condition", &one.condition);
    if !one.tags.is_empty() {
        let tags: Vec<String> = one.tags.iter().map(|tag| go_text(tag)).collect();
        fields.push(format!("\"tags\":[{}]", tags.join(",")));
    }
    if one.enabled {
        fields.push("\"enabled\":true".to_owned());
    }
    if !one.import_values.is_empty() {
        fields.push(format!("\"import-values\":{}", go_json(&Value::Array(one.import_values.clone()))));
    }
    if !one.alias.is_empty() {
        fields.push(format!("\"alias\":{}", go_text(&one.alias)));
    }
    format!("{{{}}}", fields.join(","))
}

fn locked_json(one: &LockedDependency) -> String {
    let LockedDependency { name, version, repository } = one.clone();
    declared_json(&Dependency { name, version, repository, ..Dependency::default() })
}

fn go_text(text: &str) -> String {
    go_json(&Value::String(text.to_owned()))
}

/// JSON as Go writes it: what could be taken for HTML is escaped.
fn go_json(value: &Value) -> String {
    let escape = |text: String, c: char| text.replace(c, &format!("\\u{:04x}", u32::from(c)));
    ['<', '>', '&', '\u{2028}', '\u{2029}'].into_iter().fold(value.to_string(), escape)
}

impl Charts {
    /// The version of `constraint` that a lock would name.
    ///
    /// # Errors
    /// As [`Charts::resolve`].
    pub async fn lock(&self, declared: &Dependency, wanted: &Wanted) -> Result<LockedDependency, ChartError> {
        let (version, _) = self.resolve(wanted).await?;
        Ok(LockedDependency { name: declared.name.clone(), version, repository: declared.repository.clone() })
    }

    /// The file for charts/ of a dependency that is found as `wanted` says.
    ///
    /// # Errors
    /// As [`Charts::fetch`].
    pub async fn place(&self, wanted: &Wanted) -> Result<Placed, ChartError> {
        let fetched = self.fetch(wanted).await?;
        let file = match fetched.url.strip_prefix("oci://") {
            Some(_) => format!("{}-{}.tgz", wanted.chart, fetched.version.replace('+', "_")),
            None => last_segment(&fetched.url).unwrap_or_else(|| format!("{}-{}.tgz", wanted.chart, fetched.version)),
        };
        Ok(Placed { file, archive: fetched.archive })
    }
}

/// The file's name at the end of a URL, when it is a plain one: it becomes a name on disk.
fn last_segment(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let name = url.path_segments()?.next_back()?.to_owned();
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    (name.ends_with(".tgz") && !name.starts_with('.') && name.bytes().all(legal)).then_some(name)
}

impl LockedDependency {
    /// Whether this version satisfies `constraint`.
    ///
    /// # Errors
    /// When the constraint is none.
    pub fn satisfies(&self, constraint: &str) -> Result<bool, crate::Problem> {
        satisfies(&self.version, constraint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_digest_is_helms() {
        const REPOSITORY: &str = "http://127.0.0.1:18088/charts";
        let declared = |name: &str, version: &str, repository: &str| Dependency {
            name: name.into(),
            version: version.into(),
            repository: repository.into(),
            ..Dependency::default()
        };
        let all = [
            Dependency {
                condition: "web.enabled".into(),
                tags: vec!["a".into(), "b".into()],
                // The chart says `parent: y`, which YAML 1.1 reads as a truth.
                import_values: vec![json!("data"), json!({"child": "x", "parent": true})],
                ..declared("web", ">=1.0.0 <1.2", REPOSITORY)
            },
            Dependency { alias: "second".into(), ..declared("web", "^1.0", REPOSITORY) },
            declared("lib", "0.1.0", "file://../lib"),
        ];
        // What Helm 4.2.4 wrote for these.
        let text = "dependencies:\n- name: web\n  repository: http://127.0.0.1:18088/charts\n  version: 1.0.0\n- name: web\n  \
                    repository: http://127.0.0.1:18088/charts\n  version: 1.2.0\n- name: lib\n  repository: file://../lib\n  \
                    version: 0.1.0\ndigest: sha256:a70cada9fa705c42a42e8cb21256aa6d73ef0bf20e20957c3178003c161a73da\n\
                    generated: \"2026-11-21T16:23:42.605260553Z\"\n";
        let lock = Lock::parse(text.as_bytes()).expect("reads");
        assert_eq!(lock.dependencies.len(), 3);
        assert!(lock.is_current(&all));
        assert!(!lock.is_current(&all[1..]));
    }

    #[test]
    fn what_could_be_html_is_escaped_as_go_does() {
        let one = Dependency { name: "a&b".into(), version: "<2".into(), ..Dependency::default() };
        assert_eq!(declared_json(&one), "{\"name\":\"a\\u0026b\",\"version\":\"\\u003c2\",\"repository\":\"\"}");
    }

    #[test]
    fn names_of_files_stay_names() {
        assert_eq!(last_segment("https://h/a/web-1.0.0+b.tgz?x=y").as_deref(), Some("web-1.0.0+b.tgz"));
        for odd in ["https://h/a/..", "https://h/", "https://h/a%2Fb.tgz", "https://h/.x.tgz", "https://h/download"] {
            assert_eq!(last_segment(odd), None, "{odd}");
        }
    }
}
