//! `proj set` and `proj edit`: several things of a project at once.

use super::edit::find;
use super::lists::kind;
use crate::app::{Format, text};
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use clap::Args;
use serde_json::{Map, Value, json};
use std::process::Command;

/// What of a project may be said by flags; `proj create` knows the same.
#[derive(Debug, Args)]
pub(super) struct Said {
    /// Project description
    #[arg(long)]
    description: Option<String>,
    /// Permitted destination server and namespace (e.g. https://192.168.99.100:8443,default)
    #[arg(short, long = "dest", value_name = "SERVER,NAMESPACE")]
    destinations: Vec<String>,
    /// Permitted source repository URL
    #[arg(short, long = "src", value_name = "URL")]
    sources: Vec<String>,
    /// GnuPG public key IDs for commit signature verification
    #[arg(long, value_delimiter = ',')]
    signature_keys: Vec<String>,
    /// List of source namespaces for applications
    #[arg(long, value_delimiter = ',')]
    source_namespaces: Vec<String>,
    /// List of allowed cluster level resources, as [GROUP/]KIND[/NAME]
    #[arg(long = "allow-cluster-resource", value_name = "KIND")]
    cluster_allowed: Vec<String>,
    /// List of denied cluster level resources, as [GROUP/]KIND[/NAME]
    #[arg(long = "deny-cluster-resource", value_name = "KIND")]
    cluster_denied: Vec<String>,
    /// List of allowed namespaced resources, as [GROUP/]KIND
    #[arg(long = "allow-namespaced-resource", value_name = "KIND")]
    allowed: Vec<String>,
    /// List of denied namespaced resources, as [GROUP/]KIND
    #[arg(long = "deny-namespaced-resource", value_name = "KIND")]
    denied: Vec<String>,
    /// Service accounts to act as, as SERVER,NAMESPACE,ACCOUNT
    #[arg(long, value_name = "SERVER,NAMESPACE,ACCOUNT")]
    dest_service_accounts: Vec<String>,
    /// Enables orphaned resources monitoring
    #[arg(long)]
    orphaned_resources: bool,
    /// Specifies if applications should have a warning condition when orphaned resources detected
    #[arg(long)]
    orphaned_resources_warn: bool,
}

impl Said {
    /// The fields of the spec that are said.
    pub(super) fn spec(&self) -> Result<Map<String, Value>, Failure> {
        let kinds = |texts: &[String]| texts.iter().map(|text| kind(text)).collect::<Vec<_>>();
        let keys: Vec<Value> = self.signature_keys.iter().map(|key| json!({"keyID": key})).collect();
        let destinations = self.destinations.iter().map(|text| destination(text)).collect::<Result<Vec<_>, _>>()?;
        let accounts = self.dest_service_accounts.iter().map(|text| account(text)).collect::<Result<Vec<_>, _>>()?;
        let lists = [
            ("destinations", json!(destinations)),
            ("sourceRepos", json!(self.sources)),
            ("signatureKeys", json!(keys)),
            ("sourceNamespaces", json!(self.source_namespaces)),
            ("clusterResourceWhitelist", json!(kinds(&self.cluster_allowed))),
            ("clusterResourceBlacklist", json!(kinds(&self.cluster_denied))),
            ("namespaceResourceWhitelist", json!(kinds(&self.allowed))),
            ("namespaceResourceBlacklist", json!(kinds(&self.denied))),
            ("destinationServiceAccounts", json!(accounts)),
        ];
        let said = lists.into_iter().filter(|(_, value)| *value != json!([]));
        let mut spec: Map<String, Value> = said.map(|(key, value)| (key.to_owned(), value)).collect();
        if let Some(description) = self.description.as_ref().filter(|own| !own.is_empty()) {
            spec.insert("description".to_owned(), json!(description));
        }
        if self.orphaned_resources || self.orphaned_resources_warn {
            let warn = if self.orphaned_resources_warn { json!({"warn": true}) } else { json!({}) };
            spec.insert("orphanedResources".to_owned(), warn);
        }
        Ok(spec)
    }
}

fn destination(text: &str) -> Result<Value, Failure> {
    match text.split(',').collect::<Vec<_>>().as_slice() {
        [server, namespace] => Ok(json!({"server": server, "namespace": namespace})),
        _ => Err(Failure::new(format!("Expected destination of the form: server,namespace. Received: {text}"))),
    }
}

fn account(text: &str) -> Result<Value, Failure> {
    match text.split(',').collect::<Vec<_>>().as_slice() {
        [server, namespace, account] => {
            Ok(json!({"server": server, "namespace": namespace, "defaultServiceAccount": account}))
        }
        _ => Err(Failure::new(format!(
            "Expected service account of the form: server,namespace,account. Received: {text}"
        ))),
    }
}

/// The flags of `proj set`.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The project
    project: String,
    #[command(flatten)]
    said: Said,
}

impl Set {
    pub(super) async fn run(&self, at: &ControlPlane) -> Result<(), Failure> {
        let spec = self.said.spec()?;
        if spec.is_empty() {
            return Err(Failure::new("Please set at least one option to update"));
        }
        let found = find(at, &self.project).await?;
        at.patch(&found, json!({"spec": spec})).await
    }
}

/// The flags of `proj edit`.
#[derive(Debug, Args)]
pub(super) struct EditSpec {
    /// The project
    project: String,
}

impl EditSpec {
    /// Opens the spec in an editor, and writes what comes out of it.
    pub(super) async fn run(&self, at: &ControlPlane) -> Result<(), Failure> {
        let found = find(at, &self.project).await?;
        let before = found.get("/spec").unwrap_or_else(|| json!({}));
        let Some(after) = edited(&text(&before, Format::Yaml))? else { return Ok(()) };
        let after = yaml::parse_one(after.as_bytes(), yaml::Dialect::V2, &mut budget::Budget::default());
        let after = after.map_err(|error| Failure::new(format!("the edited spec cannot be read: {error}")))?;
        if !after.is_object() {
            return Err(Failure::new("the edited spec must be a map; nothing was changed"));
        }
        at.patch(&found, merge_patch(&before, after)).await
    }
}

/// What goes is named with `null`, as merge patches want it.
fn merge_patch(before: &Value, mut after: Value) -> Value {
    for key in before.as_object().into_iter().flat_map(Map::keys) {
        if after.get(key).is_none() {
            after[key] = Value::Null;
        }
    }
    json!({"spec": after})
}

/// A text after somebody edited it; `None` when it was left as it is.
fn edited(text: &str) -> Result<Option<String>, Failure> {
    let wrong = |error: std::io::Error| Failure::new(format!("the spec cannot be edited: {error}"));
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().map_err(wrong)?;
    std::fs::write(file.path(), text).map_err(wrong)?;
    let named = ["KUBE_EDITOR", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok());
    let editor = named.filter(|editor| !editor.trim().is_empty()).unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(file.path()).status();
    let status = status.map_err(|error| Failure::new(format!("the editor {program} cannot be started: {error}")))?;
    if !status.success() {
        return Err(Failure::new(format!("the editor {program} ended with {status}; nothing was changed")));
    }
    let after = std::fs::read_to_string(file.path()).map_err(wrong)?;
    Ok((after != text).then_some(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_edit_takes_away_is_taken_away() {
        let (before, after) = (json!({"a": 1, "b": [1], "c": {"d": 1}}), json!({"b": [2], "c": {}}));
        assert_eq!(merge_patch(&before, after), json!({"spec": {"a": null, "b": [2], "c": {}}}));
    }

    #[test]
    fn accounts_and_destinations_have_their_parts() {
        let expected = json!({"server": "https://a", "namespace": "b", "defaultServiceAccount": "c:d"});
        assert_eq!(account("https://a,b,c:d").ok(), Some(expected));
        assert!(account("a,b").is_err() && destination("a").is_err());
    }
}
