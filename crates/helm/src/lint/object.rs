//! Rules about one document of a rendered file.

use super::deprecated;
use super::message::{Messages, Severity};
use super::names;
use crate::capabilities::KubeVersion;
use crate::go_json::{Decoder, field};
use crate::profile::Profile;
use crate::values::{decoding, documents, read_document};
use budget::Budget;
use serde_json::Value;

/// What rules read of a document.
#[derive(Default)]
pub(super) struct Object {
    pub(super) api_version: String,
    pub(super) kind: String,
    name: String,
}

/// All documents of `text`; a document that says nothing is left out. Ends at the first that cannot be read.
pub(super) fn read_all(text: &str, profile: Profile, budget: &mut Budget) -> (Vec<Object>, Option<String>) {
    let mut objects = Vec::new();
    for document in documents(text.as_bytes()) {
        let read = read_document(document, budget).and_then(|value| read(&value, profile));
        match read {
            Ok(object) => objects.extend(object),
            Err(cause) => return (objects, Some(format!("unable to parse YAML: {cause}"))),
        }
    }
    (objects, None)
}

fn read(value: &Value, profile: Profile) -> Result<Option<Object>, String> {
    let owner = if profile.is_four() { "k8sYamlStruct" } else { "K8sYamlStruct" };
    let mut decoder = Decoder::default();
    let mut object = None;
    if let Some(map) =
        decoder.object(value, if profile.is_four() { "rules.k8sYamlStruct" } else { "rules.K8sYamlStruct" })
    {
        let mut found = Object::default();
        if let Some(version) = field(map, "apiVersion") {
            found.api_version = decoder.within(owner, "apiVersion", |decoder| decoder.text(version));
        }
        if let Some(kind) = field(map, "kind") {
            found.kind = decoder.within(owner, "Kind", |decoder| decoder.text(kind));
        }
        if let Some(metadata) = field(map, "metadata").and_then(Value::as_object) {
            for (name, place) in [("Name", Some(&mut found.name)), ("Namespace", None)] {
                let text = field(metadata, &name.to_lowercase())
                    .map(|value| decoder.within(owner, "Metadata", |decoder| decoder.text(value)));
                if let (Some(place), Some(text)) = (place, text) {
                    *place = text;
                }
            }
        }
        object = Some(found);
    }
    decoder.finish().map_err(|cause| decoding(&cause))?;
    Ok(object)
}

impl Object {
    /// The rules for a document of the rendered file `text`.
    pub(super) fn check(
        &self,
        path: &str,
        text: &str,
        (profile, kube_version): (Profile, &KubeVersion),
        messages: &mut Messages,
    ) {
        messages.rule(Severity::Warning, path, names::problem(&self.kind, &self.name));
        let release = (kube_version.major.parse(), kube_version.minor.parse());
        if let (Ok(major), Ok(minor)) = release {
            messages.rule(Severity::Warning, path, deprecated::warning(&self.api_version, &self.kind, major, minor));
        }
        let selects = matches!(self.kind.as_str(), "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
        let lacks_selector = selects && !text.contains("matchLabels") && !text.contains("matchExpressions");
        messages.rule(
            Severity::Error,
            path,
            lacks_selector.then(|| {
                let name = gotemplate::quote(self.name.as_bytes());
                format!("a {} must contain matchLabels or matchExpressions, and {name} does not", self.kind)
            }),
        );
        let keeps = self.kind == "List" && keeps_an_item(text);
        messages.rule(
            Severity::Error,
            path,
            keeps.then(|| {
                let first = if profile.is_four() { "annotation" } else { "Annotation" };
                format!("{first} 'helm.sh/resource-policy' within List objects are ignored")
            }),
        );
    }
}

fn keeps_an_item(text: &str) -> bool {
    let list = read_document(text.as_bytes(), &mut Budget::default()).unwrap_or_default();
    let items = list.get("items").and_then(Value::as_array);
    items.into_iter().flatten().any(|item| item.pointer("/metadata/annotations/helm.sh~1resource-policy").is_some())
}
