//! The revisions of a StatefulSet's or DaemonSet's template, as `ControllerRevision` objects: which one is current,
//! which are to be made, renumbered or forgotten.

use crate::plan::{Action, CONTROLLER_MANAGER, Part, Target};
use crate::reading::{controller_reference, target};
use crate::template_hash::{pod_template_hash, revision_hash};
use apiserver::{GroupResource, Object};
use serde_json::{Value, json};

/// The label of pods of DaemonSets and StatefulSets that tells which revision they are of.
pub(crate) const REVISION: &str = "controller-revision-hash";
/// `controllerrevisions.apps`.
pub(crate) const REVISIONS: GroupResource = GroupResource::new("apps", "controllerrevisions");

/// The revision of the present template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Revision {
    /// Its object's name.
    pub name: String,
    /// The part of the name that is made of the template.
    pub hash: String,
    /// What must be written first, if anything.
    pub write: Option<Action>,
}

/// The labels a revision bears beside its template's.
pub(crate) struct Marks {
    /// The label that holds the hash.
    pub hash_label: &'static str,
    /// What the hash is made of.
    pub hashed: Hashed,
}

/// What a revision's hash is made of.
pub(crate) enum Hashed {
    /// Its data, as StatefulSets do.
    Data,
    /// The template and this collision count, as DaemonSets do.
    Template(Option<i64>),
}

fn data(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(map) = template.as_object_mut() {
        map.insert("$patch".to_owned(), "replace".into());
    }
    json!({"spec": {"template": template}})
}

fn number(revision: &Object) -> i64 {
    revision.get("/revision").and_then(|number| number.as_i64()).unwrap_or_default()
}

/// The template that a revision recorded.
pub(crate) fn template_of(revision: &Object) -> Option<Value> {
    let mut template = revision.get("/data/spec/template")?;
    template.as_object_mut()?.remove("$patch");
    Some(template)
}

/// The revision of `template`: the one that is there, or one to be made with the next number.
pub(crate) fn of_template(owner: &Object, template: &Value, known: &[Object], marks: &Marks) -> Revision {
    let data = data(template);
    let hash = match marks.hashed {
        Hashed::Data => revision_hash(&data),
        Hashed::Template(collision_count) => pod_template_hash(template, collision_count),
    };
    let next = known.iter().map(number).max().unwrap_or_default() + 1;
    let same = known.iter().filter(|revision| revision.get("/data").as_ref() == Some(&data));
    if let Some(revision) = same.max_by_key(|revision| number(revision)) {
        let name = revision.name().to_owned();
        let hash = name.strip_prefix(&format!("{}-", owner.name())).unwrap_or(&hash).to_owned();
        // An old template that is in use again becomes the newest revision.
        let write = (number(revision) + 1 < next).then(|| Action::Patch {
            target: target(&REVISIONS, revision),
            part: Part::Main,
            change: json!({"revision": next}),
            manager: CONTROLLER_MANAGER,
            resource_version: Some(revision.meta().resource_version.clone()),
        });
        return Revision { name, hash, write };
    }
    let name = format!("{}-{hash}", owner.name());
    let write = Some(creation(owner, template, (&name, &hash), data, next, marks));
    Revision { name, hash, write }
}

fn creation(
    owner: &Object,
    template: &Value,
    (name, hash): (&str, &str),
    data: Value,
    number: i64,
    marks: &Marks,
) -> Action {
    let mut labels = template["metadata"]["labels"].as_object().cloned().unwrap_or_default();
    labels.insert(marks.hash_label.to_owned(), hash.into());
    let namespace = owner.namespace().unwrap_or_default();
    let mut metadata = json!({
        "name": name, "namespace": namespace, "labels": labels, "ownerReferences": [controller_reference(owner)],
    });
    if let Some(annotations) = owner.get("/metadata/annotations") {
        metadata["annotations"] = annotations;
    }
    Action::Create {
        target: Target { resource: REVISIONS, namespace: namespace.into(), name: name.into() },
        object: json!({
            "apiVersion": "apps/v1", "kind": "ControllerRevision", "metadata": metadata, "data": data,
            "revision": number,
        }),
        manager: CONTROLLER_MANAGER,
        birth: None,
    }
}

/// The writes that forget the oldest revisions nobody runs any more, beyond the limit.
pub(crate) fn forgotten(known: &[Object], in_use: &[&str], limit: i64) -> Vec<Action> {
    let mut idle: Vec<&Object> = known.iter().filter(|revision| !in_use.contains(&revision.name())).collect();
    idle.sort_by_key(|revision| number(revision));
    let excess = idle.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
    idle.into_iter()
        .take(excess)
        .map(|revision| Action::Delete {
            target: target(&REVISIONS, revision),
            uid: revision.meta().uid.clone(),
            grace_seconds: None,
            propagation: None,
            manager: CONTROLLER_MANAGER,
        })
        .collect()
}
