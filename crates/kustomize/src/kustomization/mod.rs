//! kustomization.yaml as data: reading it strictly, its deprecated spellings, and what it must be.

mod entries;
mod fields;
mod generators;
mod helm;
mod patches;
mod replacements;
mod rules;
mod vars;

pub(crate) use entries::entry_line;
pub(crate) use fields::{Fields, Reading};
pub(crate) use generators::{GeneratorArgs, GeneratorKind, GeneratorOptions};
pub(crate) use helm::HelmGlobals;
pub use helm::{ChartValues, HelmChart};
pub(crate) use patches::{Patch, PatchOptions, Selector};
pub(crate) use replacements::{FieldOptions, Replacement, ReplacementEntry, Source, Target};
pub(crate) use rules::{FieldSpec, Image, LabelRule, Replica, SortOptions, field_spec};
pub(crate) use vars::Var;

use crate::problem::{Problem, Result};
use budget::Budget;
use serde_json::Value;
use std::collections::BTreeMap;
use yaml::Dialect;

/// The names a kustomization file may have.
pub(crate) const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

pub(crate) const KUSTOMIZATION: &str = "Kustomization";
pub(crate) const COMPONENT: &str = "Component";

/// One kustomization, with its deprecated fields moved to where they belong.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kustomization {
    pub kind: String,
    pub openapi: BTreeMap<String, String>,
    pub name_prefix: String,
    pub name_suffix: String,
    pub namespace: String,
    pub common_labels: BTreeMap<String, String>,
    pub labels: Vec<LabelRule>,
    pub common_annotations: BTreeMap<String, String>,
    pub patches_strategic_merge: Vec<String>,
    pub patches_json6902: Vec<Patch>,
    pub patches: Vec<Patch>,
    pub images: Vec<Image>,
    pub replacements: Vec<ReplacementEntry>,
    pub replicas: Vec<Replica>,
    pub vars: Vec<Var>,
    pub sort_options: Option<SortOptions>,
    pub resources: Vec<String>,
    pub components: Vec<String>,
    pub crds: Vec<String>,
    pub config_map_generator: Vec<GeneratorArgs>,
    pub secret_generator: Vec<GeneratorArgs>,
    pub helm_globals: HelmGlobals,
    pub helm_charts: Vec<HelmChart>,
    pub generator_options: Option<GeneratorOptions>,
    pub configurations: Vec<String>,
    pub generators: Vec<String>,
    pub transformers: Vec<String>,
    pub validators: Vec<String>,
    pub build_metadata: Vec<String>,
}

/// A kustomization and what its author should be told.
pub(crate) struct Read {
    pub kustomization: Kustomization,
    pub warnings: Vec<&'static str>,
}

/// Reads a kustomization file. It is read with YAML 1.1's rules, unlike the resources.
///
/// # Errors
/// When it is no YAML, holds an unknown field or a value of the wrong type, is empty, or of a wrong kind or version.
pub(crate) fn read(content: &[u8], budget: &mut Budget) -> Result<Read> {
    let value = yaml::parse_all(content, Dialect::V2, budget).map_err(|error| yaml_problem(&error))?;
    let value = value.into_iter().next().map_or(Value::Null, |document| document.value);
    let warnings = warnings(&value);
    let empty = is_empty(&value);
    let mut fields = Fields::new(value, "Kustomization", Reading::Strict).map_err(invalid)?;
    let mut kustomization = decode(&mut fields).map_err(invalid)?;
    let api_version = fields.string("apiVersion").map_err(invalid)?;
    fields.finish().map_err(invalid)?;
    if kustomization.kind.is_empty() {
        kustomization.kind = KUSTOMIZATION.to_owned();
    }
    if empty {
        return Err(Problem::invalid("kustomization.yaml is empty"));
    }
    let wrong = enforce(&kustomization.kind, &api_version);
    if !wrong.is_empty() {
        return Err(Problem::invalid(format!("Failed to read kustomization file under %ROOT%:\n{}", wrong.join("\n"))));
    }
    Ok(Read { kustomization, warnings })
}

fn invalid(problem: Problem) -> Problem {
    problem.within("invalid Kustomization")
}

fn yaml_problem(error: &yaml::YamlError) -> Problem {
    let kind = match error {
        yaml::YamlError::Limit { .. } => crate::problem::ProblemKind::Limit,
        _ => crate::problem::ProblemKind::Malformed,
    };
    Problem::new(kind, format!("invalid Kustomization: yaml: {error}"))
}

/// Whether nothing is set but what the file is. A field with the zero of its type counts as not set.
fn is_empty(value: &Value) -> bool {
    let Some(map) = value.as_object() else { return value.is_null() };
    map.iter().all(|(key, value)| {
        key == "kind" || key == "apiVersion" || value.is_null() || value.as_str().is_some_and(str::is_empty)
    })
}

fn enforce(kind: &str, api_version: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if kind != KUSTOMIZATION && kind != COMPONENT {
        wrong.push(format!("kind should be {KUSTOMIZATION} or {COMPONENT}"));
    }
    let version = if kind == COMPONENT { "v1alpha1" } else { "v1beta1" };
    let required = format!("kustomize.config.k8s.io/{version}");
    if !api_version.is_empty() && api_version != required {
        wrong.push(format!("apiVersion for {kind} should be {required}"));
    }
    wrong
}

/// The deprecated fields, with what to do instead, in the order in which the original warns.
const DEPRECATED: [(&str, &str); 6] = [
    (
        "bases",
        "# Warning: 'bases' is deprecated. Please use 'resources' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
    ),
    (
        "commonLabels",
        "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
    ),
    (
        "imageTags",
        "# Warning: 'imageTags' is deprecated. Please use 'images' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
    ),
    (
        "patchesJson6902",
        "# Warning: 'patchesJson6902' is deprecated. Please use 'patches' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
    ),
    (
        "patchesStrategicMerge",
        "# Warning: 'patchesStrategicMerge' is deprecated. Please use 'patches' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
    ),
    (
        "vars",
        "# Warning: 'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL] Run 'kustomize edit fix' to update your Kustomization automatically.",
    ),
];

fn warnings(value: &Value) -> Vec<&'static str> {
    let is_set = |field: &str| value.get(field).is_some_and(|value| !value.is_null());
    DEPRECATED.iter().filter(|(field, _)| is_set(field)).map(|(_, warning)| *warning).collect()
}

fn decode(fields: &mut Fields) -> Result<Kustomization> {
    let mut resources = fields.strings("resources")?;
    resources.extend(fields.strings("bases")?);
    let mut images = fields.list("images", rules::image)?;
    images.extend(fields.list("imageTags", rules::image)?);
    let (old_charts, old_globals) = helm::old_charts(fields)?;
    let helm_globals = fields.object("helmGlobals", helm::globals)?.unwrap_or(old_globals);
    let mut helm_charts = fields.list("helmCharts", helm::chart)?;
    helm_charts.extend(old_charts);
    // Accepted wherever objects are, and without effect.
    fields.object("metadata", object_meta)?;
    Ok(Kustomization {
        kind: fields.string("kind")?,
        openapi: fields.texts("openapi")?,
        name_prefix: fields.string("namePrefix")?,
        name_suffix: fields.string("nameSuffix")?,
        namespace: fields.string("namespace")?,
        common_labels: fields.texts("commonLabels")?,
        labels: fields.list("labels", rules::label)?,
        common_annotations: fields.texts("commonAnnotations")?,
        patches_strategic_merge: fields.strings("patchesStrategicMerge")?,
        patches_json6902: fields.list("patchesJson6902", patches::patch)?,
        patches: fields.list("patches", patches::patch)?,
        images,
        replacements: fields.list("replacements", replacements::entry)?,
        replicas: fields.list("replicas", rules::replica)?,
        vars: fields.list("vars", vars::var)?,
        sort_options: fields.object("sortOptions", rules::sort_options)?,
        resources,
        components: fields.strings("components")?,
        crds: fields.strings("crds")?,
        config_map_generator: fields.list("configMapGenerator", generators::config_map)?,
        secret_generator: fields.list("secretGenerator", generators::secret)?,
        helm_globals,
        helm_charts,
        generator_options: fields.object("generatorOptions", generators::options)?,
        configurations: fields.strings("configurations")?,
        generators: fields.strings("generators")?,
        transformers: fields.strings("transformers")?,
        validators: fields.strings("validators")?,
        build_metadata: fields.strings("buildMetadata")?,
    })
}

fn object_meta(fields: &mut Fields) -> Result<()> {
    fields.string("name")?;
    fields.string("namespace")?;
    fields.texts("labels")?;
    fields.texts("annotations")?;
    Ok(())
}

impl Kustomization {
    /// Whether the output is to carry this kind of note about its making.
    pub fn builds(&self, note: &str) -> bool {
        self.build_metadata.iter().any(|wanted| wanted == note)
    }
}

/// Reads one configuration of a built-in plugin, in which unknown fields are no problem.
pub(crate) fn read_plugin<T>(value: Value, kind: &'static str, read: fn(&mut Fields) -> Result<T>) -> Result<T> {
    read(&mut Fields::new(value, kind, Reading::Lenient)?)
}

/// The readers of parts of a kustomization that plugins and other files hold too.
pub(crate) mod part {
    pub(crate) use super::generators::{config_map, secret};
    pub(crate) use super::helm::{chart, globals};
    pub(crate) use super::patches::{patch_options, selector};
    pub(crate) use super::replacements::{entry, replacement};
    pub(crate) use super::rules::{image, replica};
}
