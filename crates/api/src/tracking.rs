//! Which application an object belongs to: the tracking annotation, its label twin, and the check that an annotation
//! was not copied from another object.

use crate::names::{ANNOTATION_INSTALLATION_ID, ANNOTATION_TRACKING_ID, LABEL_INSTANCE};
use object::Meta;
use serde_json::{Map, Value, json};
use std::fmt;

/// Longest value Kubernetes allows for a label.
const LABEL_LENGTH_MAX: usize = 63;

/// The name an application's resources carry: its own in the control plane's namespace, `<namespace>_<name>` elsewhere.
#[must_use]
pub fn instance_name(name: &str, namespace: &str, control_plane_namespace: &str) -> String {
    if namespace.is_empty() || namespace == control_plane_namespace {
        name.to_owned()
    } else {
        format!("{namespace}_{name}")
    }
}

/// Name and namespace of the application behind an instance name.
#[must_use]
pub fn split_instance_name<'a>(instance: &'a str, control_plane_namespace: &'a str) -> (&'a str, &'a str) {
    match instance.split_once('_') {
        Some((namespace, name)) => (name, namespace),
        None => (instance, control_plane_namespace),
    }
}

/// How objects are marked (`application.resourceTrackingMethod`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrackingMethod {
    /// By the annotation `argocd.argoproj.io/tracking-id`.
    #[default]
    Annotation,
    /// By the instance label, as before version 3.
    Label,
    /// By the annotation; the label is written for people.
    AnnotationAndLabel,
}

impl TrackingMethod {
    /// Reads the setting; anything unknown or empty is the default, as upstream.
    #[must_use]
    pub fn parse(setting: &str) -> Self {
        match setting {
            "label" => TrackingMethod::Label,
            "annotation+label" => TrackingMethod::AnnotationAndLabel,
            _ => TrackingMethod::Annotation,
        }
    }
}

/// How objects are marked in one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracking {
    /// By annotation, label or both.
    pub method: TrackingMethod,
    /// The key of the label.
    pub label: String,
    /// What tells this installation's objects from those of another on the same cluster; empty if there is one only.
    pub installation_id: String,
}

impl Default for Tracking {
    fn default() -> Self {
        Tracking { method: TrackingMethod::default(), label: LABEL_INSTANCE.to_owned(), installation_id: String::new() }
    }
}

/// What the tracking annotation says: which application, and which object it was written on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingId {
    /// Instance name of the application.
    pub instance: String,
    /// API group of the object.
    pub group: String,
    /// Kind of the object.
    pub kind: String,
    /// Namespace of the object; the destination namespace for cluster-scoped ones.
    pub namespace: String,
    /// Name of the object.
    pub name: String,
}

impl fmt::Display for TrackingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}:{}/{}", self.instance, self.group, self.kind, self.namespace, self.name)
    }
}

impl TrackingId {
    /// The id of an object of `instance`; an object without namespace carries the destination's.
    #[must_use]
    pub fn of(meta: &Meta, instance: &str, destination_namespace: &str) -> Self {
        TrackingId {
            instance: instance.to_owned(),
            group: meta.gvk.group.to_string(),
            kind: meta.gvk.kind.to_string(),
            namespace: meta.namespace.as_deref().unwrap_or(destination_namespace).to_owned(),
            name: meta.name.to_string(),
        }
    }

    /// Reads an annotation; `None` when it has another form, which counts as no annotation.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let (instance, kind, name) = (parts.next()?, parts.next()?, parts.next()?);
        let pair = |text: &str| {
            let (left, right) = text.split_once('/')?;
            (!right.contains('/')).then(|| (left.to_owned(), right.to_owned()))
        };
        let ((group, kind), (namespace, name)) = (pair(kind)?, pair(name)?);
        Some(TrackingId { instance: instance.to_owned(), group, kind, namespace, name })
    }

    /// Whether the id was written on this object, whichever application it names. A cluster-scoped object has no
    /// namespace to compare.
    #[must_use]
    pub fn is_about(&self, meta: &Meta) -> bool {
        meta.namespace.as_deref().is_none_or(|namespace| namespace == self.namespace)
            && *meta.name == *self.name
            && *meta.gvk.group == *self.group
            && *meta.gvk.kind == *self.kind
    }
}

/// Why an object could not be marked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrackingError {
    /// No prefix of at most 63 characters ends in a letter or digit.
    #[error("failed to set app instance label: unable to truncate label to not end with a special character")]
    Label,
}

impl Tracking {
    /// The tracking id an object carries, if it is of this installation and of the right form.
    #[must_use]
    pub fn id(&self, meta: &Meta) -> Option<TrackingId> {
        if self.method == TrackingMethod::Label {
            return None;
        }
        let installation = meta.annotation(ANNOTATION_INSTALLATION_ID).unwrap_or_default();
        if installation != self.installation_id {
            return None;
        }
        TrackingId::parse(meta.annotation(ANNOTATION_TRACKING_ID)?)
    }

    /// The instance name of the application an object belongs to.
    #[must_use]
    pub fn instance(&self, meta: &Meta) -> Option<String> {
        match self.method {
            TrackingMethod::Label => {
                meta.labels.get(self.label.as_str()).filter(|label| !label.is_empty()).map(ToString::to_string)
            }
            _ => self.id(meta).map(|id| id.instance).filter(|instance| !instance.is_empty()),
        }
    }

    /// Whether the mark on `live` was made for it: otherwise something copied the annotation, and the object is not
    /// the application's. With a desired object at hand its identity is compared, for the API group may have moved.
    #[must_use]
    pub fn is_self_referenced(&self, live: Option<&Meta>, desired: Option<&Meta>) -> bool {
        let Some(live) = live else { return true };
        if self.method == TrackingMethod::Label {
            return true;
        }
        match desired {
            Some(desired) => TrackingId::of(desired, "", "").is_about(live),
            None => self.id(live).is_none_or(|id| id.is_about(live)),
        }
    }

    /// Marks a desired object as one of `instance`. CustomResourceDefinitions are left unmarked, as upstream does.
    ///
    /// # Errors
    /// When the label cannot be cut to a valid one.
    pub fn mark(&self, value: &mut Value, id: &TrackingId) -> Result<(), TrackingError> {
        if id.kind == "CustomResourceDefinition" && id.group == "apiextensions.k8s.io" {
            return Ok(());
        }
        if self.method != TrackingMethod::Label {
            let annotations = metadata_map(value, "annotations");
            annotations.insert(ANNOTATION_TRACKING_ID.to_owned(), json!(id.to_string()));
            if self.installation_id.is_empty() {
                annotations.remove(ANNOTATION_INSTALLATION_ID);
            } else {
                annotations.insert(ANNOTATION_INSTALLATION_ID.to_owned(), json!(self.installation_id));
            }
        }
        let label = match self.method {
            TrackingMethod::Annotation => return Ok(()),
            // Compat: whole, for it is read back as the name; one that is too long fails at the API.
            TrackingMethod::Label => id.instance.clone(),
            TrackingMethod::AnnotationAndLabel => truncate_label(&id.instance)?,
        };
        metadata_map(value, "labels").insert(self.label.clone(), json!(label));
        Ok(())
    }
}

/// `metadata.<field>` as a map, made where it is missing or null.
fn metadata_map<'v>(value: &'v mut Value, field: &str) -> &'v mut Map<String, Value> {
    object_at(object_at(value, "metadata"), field).as_object_mut().expect("invariant: object_at gives objects")
}

fn object_at<'v>(value: &'v mut Value, field: &str) -> &'v mut Value {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let child = &mut value[field];
    if !child.is_object() {
        *child = Value::Object(Map::new());
    }
    child
}

fn truncate_label(name: &str) -> Result<String, TrackingError> {
    if name.len() <= LABEL_LENGTH_MAX {
        return Ok(name.to_owned());
    }
    let cut: &str = name
        .char_indices()
        .take_while(|(at, c)| at + c.len_utf8() <= LABEL_LENGTH_MAX)
        .last()
        .map_or("", |(at, c)| &name[..at + c.len_utf8()]);
    let cut = cut.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    if cut.is_empty() { Err(TrackingError::Label) } else { Ok(cut.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::Object;

    fn meta(value: &Value) -> Meta {
        Object::from_value(value).expect("an object").meta().clone()
    }

    fn config_map(annotation: &str) -> Meta {
        meta(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "ns",
            "annotations": {ANNOTATION_TRACKING_ID: annotation}}}))
    }

    #[test]
    fn an_id_is_written_and_read() {
        let id = TrackingId::of(&config_map(""), "app", "elsewhere");
        assert_eq!(id.to_string(), "app:/ConfigMap:ns/a");
        assert_eq!(TrackingId::parse("app:/ConfigMap:ns/a"), Some(id));
        let colons = TrackingId::parse("app:rbac.authorization.k8s.io/ClusterRole:ns/system:node").expect("valid");
        assert_eq!(colons.name, "system:node");
        for wrong in [
            "",
            "app",
            "app:/ConfigMap",
            "app:ConfigMap:ns/a",
            "app:/ConfigMap:a",
            "app:a/b/c:ns/a",
            "app:/ConfigMap:ns/a/b",
        ] {
            assert_eq!(TrackingId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cluster_scoped_objects_carry_the_destination_namespace() {
        let role = meta(
            &json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}}),
        );
        let id = TrackingId::of(&role, "team_app", "dest");
        assert_eq!(id.to_string(), "team_app:rbac.authorization.k8s.io/ClusterRole:dest/r");
        assert!(id.is_about(&role));
    }

    #[test]
    fn a_copied_annotation_claims_nothing() {
        let tracking = Tracking::default();
        assert!(tracking.is_self_referenced(Some(&config_map("app:/ConfigMap:ns/a")), None));
        assert!(!tracking.is_self_referenced(Some(&config_map("app:/ConfigMap:ns/original")), None));
        assert!(!tracking.is_self_referenced(Some(&config_map("app:/Secret:ns/a")), None));
        assert!(
            tracking.is_self_referenced(Some(&config_map("other:/ConfigMap:ns/a")), None),
            "the name does not matter"
        );
    }

    #[test]
    fn the_desired_identity_decides_when_a_group_moved() {
        let ingress = |api: &str, id: &str| {
            meta(&json!({"apiVersion": api, "kind": "Ingress", "metadata": {"name": "i", "namespace": "ns",
                "annotations": {ANNOTATION_TRACKING_ID: id}}}))
        };
        let live = ingress("networking.k8s.io/v1", "app:extensions/Ingress:ns/i");
        let desired = ingress("networking.k8s.io/v1", "app:networking.k8s.io/Ingress:ns/i");
        assert!(!Tracking::default().is_self_referenced(Some(&live), None));
        assert!(Tracking::default().is_self_referenced(Some(&live), Some(&desired)));
    }

    #[test]
    fn another_installation_is_not_ours() {
        let ours = Tracking { installation_id: "one".into(), ..Tracking::default() };
        assert_eq!(ours.instance(&config_map("app:/ConfigMap:ns/a")), None);
        let marked =
            meta(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "ns",
            "annotations": {ANNOTATION_TRACKING_ID: "app:/ConfigMap:ns/a", ANNOTATION_INSTALLATION_ID: "one"}}}));
        assert_eq!(ours.instance(&marked).as_deref(), Some("app"));
        assert_eq!(Tracking::default().instance(&marked), None);
    }

    #[test]
    fn marks_follow_the_method() {
        let long = "a".repeat(62) + ".b";
        let mark = |method, instance: &str| {
            let mut value =
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": null}});
            let id = TrackingId::of(&meta(&value), instance, "ns");
            Tracking { method, ..Tracking::default() }.mark(&mut value, &id).expect("markable");
            (
                value["metadata"]["annotations"][ANNOTATION_TRACKING_ID].clone(),
                value["metadata"]["labels"][LABEL_INSTANCE].clone(),
            )
        };
        assert_eq!(mark(TrackingMethod::Annotation, "app"), (json!("app:/ConfigMap:ns/a"), Value::Null));
        assert_eq!(mark(TrackingMethod::Label, &long), (Value::Null, json!(long)));
        assert_eq!(mark(TrackingMethod::AnnotationAndLabel, &long).1, json!("a".repeat(62)));
    }

    #[test]
    fn definitions_are_never_marked() {
        let mut value = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "a.b"}});
        let before = value.clone();
        let id = TrackingId::of(&meta(&value), "app", "ns");
        Tracking::default().mark(&mut value, &id).expect("markable");
        assert_eq!(value, before);
    }

    #[test]
    fn instance_names_carry_foreign_namespaces() {
        assert_eq!(instance_name("web", "argocd", "argocd"), "web");
        assert_eq!(instance_name("web", "team", "argocd"), "team_web");
        assert_eq!(split_instance_name("team_web", "argocd"), ("web", "team"));
        assert_eq!(split_instance_name("web", "argocd"), ("web", "argocd"));
    }
}
