//! The CustomResourceDefinitions, drawn from the wire types.
//!
//! Every object keeps fields it does not know. Only Rollouts and ImageUpdaters have a status subresource; of the other
//! kinds one write may change spec and status at once, as with upstream's definitions.

use crate::application::Application;
use crate::image_updater;
use crate::names::{APP_PROJECT, APPLICATION, GROUP, VERSION};
use crate::project::AppProject;
use crate::rollouts;
use crate::wire::{Field, Object, Shape, Shaped};
use serde_json::{Map, Value, json};

/// Limits of single fields, by type and field.
const CONSTRAINTS: &[(&str, &str, Constraint)] = &[
    ("AppProjectSpec", "description", Constraint::LengthMax(255)),
    ("SyncSource", "path", Constraint::LengthMin(1)),
    // Compat: never the root of the repository.
    ("SyncSource", "path", Constraint::Pattern("^.{2,}|[^./]$")),
    ("HydrateOperation", "phase", Constraint::OneOf(&["Hydrating", "Failed", "Hydrated"])),
    ("RolloutSpec", "selector", Constraint::Immutable(".spec.selector is immutable")),
    ("DatadogMetric", "apiVersion", Constraint::OneOf(&["v1", "v2"])),
    (
        "DatadogMetric",
        "aggregator",
        Constraint::OneOf(&["avg", "min", "max", "sum", "last", "percentile", "mean", "l2norm", "area"]),
    ),
    ("ReplicaProgressThreshold", "type", Constraint::OneOf(&["Percent", "Pods"])),
    ("WriteBackConfig", "method", Constraint::Pattern("^(argocd|git|git:[a-zA-Z0-9][a-zA-Z0-9-._/:]*)$")),
    ("ImageConfig", "alias", Constraint::Pattern("^[a-zA-Z0-9][a-zA-Z0-9-._]*$")),
];

enum Constraint {
    /// Cannot be changed; the message says so.
    Immutable(&'static str),
    LengthMax(u64),
    LengthMin(u64),
    Pattern(&'static str),
    OneOf(&'static [&'static str]),
}

/// A column of `kubectl get`.
struct Column {
    name: &'static str,
    json_path: &'static str,
    kind: &'static str,
    /// Shown only with `-o wide` above 0.
    priority: u64,
}

impl Column {
    const fn new(name: &'static str, kind: &'static str, json_path: &'static str) -> Self {
        Column { name, json_path, kind, priority: 0 }
    }
}

/// How long an object has existed.
const AGE: Column = Column::new("Age", "date", ".metadata.creationTimestamp");

struct Definition {
    group: &'static str,
    kind: &'static str,
    singular: &'static str,
    plural: &'static str,
    short_names: &'static [&'static str],
    columns: &'static [Column],
    part_of: &'static str,
    scope: &'static str,
    subresources: fn() -> Option<Value>,
    shape: fn() -> Shape,
}

fn none() -> Option<Value> {
    None
}

fn only_status() -> Option<Value> {
    Some(json!({"status": {}}))
}

fn status_and_scale() -> Option<Value> {
    Some(json!({
        "status": {},
        "scale": {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.HPAReplicas",
            "labelSelectorPath": ".status.selector",
        },
    }))
}

const DEFINITIONS: [Definition; 8] = [
    Definition {
        group: GROUP,
        kind: APPLICATION,
        singular: "application",
        plural: "applications",
        short_names: &["app", "apps"],
        columns: &[
            Column::new("Sync Status", "string", ".status.sync.status"),
            Column::new("Health Status", "string", ".status.health.status"),
            Column { priority: 10, ..Column::new("Revision", "string", ".status.sync.revision") },
            Column { priority: 10, ..Column::new("Project", "string", ".spec.project") },
        ],
        part_of: "argocd",
        scope: "Namespaced",
        subresources: none,
        shape: Application::shape,
    },
    Definition {
        group: GROUP,
        kind: APP_PROJECT,
        singular: "appproject",
        plural: "appprojects",
        short_names: &["appproj", "appprojs"],
        columns: &[],
        part_of: "argocd",
        scope: "Namespaced",
        subresources: none,
        shape: AppProject::shape,
    },
    Definition {
        group: GROUP,
        kind: rollouts::ROLLOUT,
        singular: "rollout",
        plural: "rollouts",
        short_names: &["ro"],
        columns: &[
            Column::new("Desired", "integer", ".spec.replicas"),
            Column::new("Current", "integer", ".status.replicas"),
            Column::new("Up-to-date", "integer", ".status.updatedReplicas"),
            Column::new("Available", "integer", ".status.availableReplicas"),
            AGE,
        ],
        part_of: "argo-rollouts",
        scope: "Namespaced",
        subresources: status_and_scale,
        shape: rollouts::Rollout::shape,
    },
    Definition {
        group: GROUP,
        kind: rollouts::ANALYSIS_RUN,
        singular: "analysisrun",
        plural: "analysisruns",
        short_names: &["ar"],
        columns: &[Column::new("Status", "string", ".status.phase"), AGE],
        part_of: "argo-rollouts",
        scope: "Namespaced",
        subresources: none,
        shape: rollouts::AnalysisRun::shape,
    },
    Definition {
        group: GROUP,
        kind: rollouts::ANALYSIS_TEMPLATE,
        singular: "analysistemplate",
        plural: "analysistemplates",
        short_names: &["at"],
        columns: &[AGE],
        part_of: "argo-rollouts",
        scope: "Namespaced",
        subresources: none,
        shape: rollouts::AnalysisTemplate::shape,
    },
    Definition {
        group: GROUP,
        kind: rollouts::CLUSTER_ANALYSIS_TEMPLATE,
        singular: "clusteranalysistemplate",
        plural: "clusteranalysistemplates",
        short_names: &["cat"],
        columns: &[AGE],
        part_of: "argo-rollouts",
        scope: "Cluster",
        subresources: none,
        shape: rollouts::ClusterAnalysisTemplate::shape,
    },
    Definition {
        group: GROUP,
        kind: rollouts::EXPERIMENT,
        singular: "experiment",
        plural: "experiments",
        short_names: &["exp"],
        columns: &[Column::new("Status", "string", ".status.phase"), AGE],
        part_of: "argo-rollouts",
        scope: "Namespaced",
        subresources: none,
        shape: rollouts::Experiment::shape,
    },
    Definition {
        group: image_updater::GROUP,
        kind: image_updater::IMAGE_UPDATER,
        singular: "imageupdater",
        plural: "imageupdaters",
        short_names: &["iu"],
        columns: &[
            Column::new("Apps", "integer", ".status.applicationsMatched"),
            Column::new("Images", "integer", ".status.imagesManaged"),
            Column::new("Last Checked", "date", ".status.lastCheckedAt"),
            Column::new("Ready", "string", ".status.conditions[?(@.type==\"Ready\")].status"),
            AGE,
        ],
        part_of: "argocd-image-updater",
        scope: "Namespaced",
        subresources: only_status,
        shape: image_updater::ImageUpdater::shape,
    },
];

/// The definitions as objects, in the order they are to be created in.
#[must_use]
pub fn crds() -> Vec<Value> {
    DEFINITIONS.iter().map(definition).collect()
}

/// The definitions as YAML, with the names of their files under `crates/api/crds`.
#[must_use]
pub fn crd_files() -> Vec<(String, String)> {
    let file = |definition: &Definition| {
        let name = format!("{}-crd.yaml", definition.singular);
        (name, yaml::emit(&self::definition(definition)))
    };
    DEFINITIONS.iter().map(file).collect()
}

fn definition(definition: &Definition) -> Value {
    let name = format!("{}.{}", definition.plural, definition.group);
    let mut version = json!({
        "name": VERSION,
        "served": true,
        "storage": true,
        "schema": {"openAPIV3Schema": root(&(definition.shape)())},
    });
    if !definition.columns.is_empty() {
        version["additionalPrinterColumns"] = definition.columns.iter().map(column).collect();
    }
    if let Some(subresources) = (definition.subresources)() {
        version["subresources"] = subresources;
    }
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": definition.part_of},
        },
        "spec": {
            "group": definition.group,
            "names": {
                "kind": definition.kind,
                "listKind": format!("{}List", definition.kind),
                "plural": definition.plural,
                "singular": definition.singular,
                "shortNames": definition.short_names,
            },
            "scope": definition.scope,
            "versions": [version],
        },
    })
}

fn column(column: &Column) -> Value {
    let mut value = json!({"name": column.name, "type": column.kind, "jsonPath": column.json_path});
    if column.priority > 0 {
        value["priority"] = json!(column.priority);
    }
    value
}

/// The schema of a whole object: its metadata is the API server's own business.
fn root(shape: &Shape) -> Value {
    let mut root = schema(shape);
    root["properties"]["metadata"] = json!({"type": "object"});
    root
}

fn schema(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({"type": "string"}),
        Shape::Time => json!({"type": "string", "format": "date-time"}),
        Shape::Integer => json!({"type": "integer", "format": "int64"}),
        Shape::Integer32 => json!({"type": "integer", "format": "int32"}),
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::IntegerOrText => {
            json!({"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true})
        }
        Shape::Anything => json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        Shape::Map(values) => json!({"type": "object", "additionalProperties": schema(values)}),
        Shape::List(items) => json!({"type": "array", "items": schema(items)}),
        Shape::Object(object) => object_schema(object),
    }
}

fn object_schema(object: &Object) -> Value {
    let properties: Map<String, Value> =
        object.fields.iter().map(|field| (field.name.to_owned(), field_schema(object, field))).collect();
    let required: Vec<&str> = object.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({
        "type": "object",
        "description": object.doc,
        "properties": properties,
        "x-kubernetes-preserve-unknown-fields": true,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn field_schema(object: &Object, field: &Field) -> Value {
    let mut schema = schema(&field.shape);
    schema["description"] = json!(field.doc);
    for (_, _, constraint) in CONSTRAINTS.iter().filter(|(of, name, _)| *of == object.name && *name == field.name) {
        match constraint {
            Constraint::Immutable(message) => {
                schema["x-kubernetes-validations"] = json!([{"rule": "self == oldSelf", "message": message}]);
            }
            Constraint::LengthMax(length) => schema["maxLength"] = json!(length),
            Constraint::LengthMin(length) => schema["minLength"] = json!(length),
            Constraint::Pattern(pattern) => schema["pattern"] = json!(pattern),
            Constraint::OneOf(words) => schema["enum"] = json!(words),
        }
    }
    schema
}
