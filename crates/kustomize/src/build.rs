//! One build from its directory to its output: accumulation, then what happens once at the very end.

use crate::accumulate::{Accumulated, Builder, TargetDirectory};
use crate::load::{Loader, Repository};
use crate::node::{Map, Node, Scalar, into_value};
use crate::options::Options;
use crate::problem::{Problem, Result};
use crate::provenance::{ORIGIN, TRANSFORMATIONS};
use crate::resmap::ResMap;
use crate::resource::{Origin, Resource};
use crate::sort::sort;
use crate::transform::{add_hashes, fix_references, resolve_vars};
use budget::Budget;
use serde_json::Value;
use std::collections::BTreeSet;
use tree::{ReadSet, Recording, Tree, TreePath};

/// What a build gave.
#[derive(Debug, Default)]
pub struct Built {
    /// The objects, in the order of the output. Empty when there is a problem.
    pub resources: Vec<BuiltResource>,
    /// Why there is no output.
    pub problem: Option<Problem>,
    /// What the author should be told, in the original's words.
    pub warnings: Vec<String>,
    /// What was read of the tree, absences included.
    pub reads: ReadSet,
    /// What was fetched from other repositories.
    pub repositories: Vec<Repository>,
}

/// One object of the output.
#[derive(Debug, Clone, PartialEq)]
pub struct BuiltResource {
    /// The object.
    pub value: Value,
    /// Where it was first read.
    pub origin: Origin,
}

/// Largest file that is read, in bytes: far beyond any manifest, small beside what a build may use in all.
const FILE_BYTES_MAX: u64 = 32 << 20;

/// Builds the kustomization in `directory`.
///
/// Guarantees: equal content at everything in [`Built::reads`] and equal answers of the ports give an equal result.
#[must_use]
pub fn build(tree: &dyn Tree, directory: &TreePath, options: &Options<'_>, budget: &mut Budget) -> Built {
    let recording = Recording::new(tree);
    let mut builder = Builder::new(options, budget);
    let result = run(&recording, directory, options, &mut builder);
    let (warnings, repositories) = builder.finish();
    let (resources, problem) = match result {
        Ok(resources) => (resources, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    Built { resources, problem, warnings, reads: recording.into_reads(), repositories }
}

/// The output as `kustomize build` prints it.
#[must_use]
pub fn to_yaml(resources: &[BuiltResource]) -> String {
    yaml::emit_all(resources.iter().map(|resource| &resource.value))
}

fn run<'t>(
    tree: &'t dyn Tree,
    directory: &TreePath,
    options: &Options<'t>,
    builder: &mut Builder<'_, 't>,
) -> Result<Vec<BuiltResource>> {
    let file_bytes_max = builder.budget.bytes_left().min(FILE_BYTES_MAX);
    let loader = Loader::new(tree, directory, options, file_bytes_max)?;
    let mut target = TargetDirectory::load(loader, builder)?;
    if let Some(edits) = options.edits {
        target.edit(edits)?;
    }
    if options.managed_by_label {
        target.kustomization.build_metadata.push("managedByLabel".to_owned());
    }
    builder.use_schema(&target)?;
    target.track_origin();
    let Accumulated { resources: mut all, config, vars } = builder.accumulate(&mut target, Accumulated::default())?;
    add_hashes(&mut all)?;
    fix_references(&mut all, &config.name_references, builder.budget)?;
    let unused = resolve_vars(&mut all, &vars, &config.var_references, builder.budget)?;
    if !unused.is_empty() {
        builder.warn(format!("well-defined vars that were never replaced: {}", unused.join(",")));
    }
    let mut resources = without_local(all)?;
    sort(&mut resources, target.kustomization.sort_options.as_ref(), options.reorder)?;
    resources.into_iter().map(|resource| finish(resource, &target)).collect()
}

/// Without the objects that are marked as being for the author only.
fn without_local(resources: ResMap) -> Result<Vec<Resource>> {
    let mut kept = Vec::with_capacity(resources.len());
    let mut ids = BTreeSet::new();
    for resource in resources.into_items() {
        if resource.is_gone() {
            continue;
        }
        if resource.kind().is_empty() || resource.name().is_empty() && !resource.kind().ends_with("List") {
            let what = if resource.kind().is_empty() { "kind" } else { "metadata.name" };
            return Err(Problem::invalid(format!("missing {what} in object {}", resource.id())));
        }
        let local = resource.annotation("config.kubernetes.io/local-config");
        if local.is_none_or(|text| text == "false") {
            // What was renamed last may have met another.
            if !ids.insert(resource.id().key()) {
                let id = resource.id();
                return Err(Problem::invalid(format!("may not add resource with an already registered id: {id}")));
            }
            kept.push(resource);
        }
    }
    Ok(kept)
}

fn finish(mut resource: Resource, target: &TargetDirectory<'_>) -> Result<BuiltResource> {
    let builds = |note: &str| target.kustomization.builds(note);
    if builds("managedByLabel") {
        let mut labels = resource.texts("labels");
        labels.insert("app.kubernetes.io/managed-by".to_owned(), format!("kustomize-{}", crate::PROFILE));
        resource.set_texts("labels", &labels);
    }
    clean_annotations(&mut resource, builds("originAnnotations"), builds("transformerAnnotations"));
    let id = resource.id().to_string();
    let value = into_value(resource.node).map_err(|problem| problem.within(id))?;
    Ok(BuiltResource { value, origin: (*resource.origin).clone() })
}

/// Annotations the original uses for itself.
const INTERNAL: &str = "internal.config.kubernetes.io/";

/// Those that came before [`INTERNAL`].
const LEGACY: [&str; 3] = ["config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"];

/// The internal annotations that are taken away; others of that prefix are the user's.
const TAKEN: [&str; 16] = [
    "previousKinds",
    "previousNames",
    "prefixes",
    "suffixes",
    "previousNamespaces",
    "allowNameChange",
    "allowKindChange",
    "refBy",
    "generatorBehavior",
    "needsHashSuffix",
    "path",
    "index",
    "seqindent",
    "id",
    "annotations-migration-resource-id",
    "helm-generated",
];

/// Leaves the annotations that are for the reader, all of them as text.
fn clean_annotations(resource: &mut Resource, keep_origin: bool, keep_transformations: bool) {
    let Some(meta) = resource.node.get_mut("metadata").and_then(Node::as_map_mut) else { return };
    let Some(annotations) = meta.get_mut("annotations") else { return };
    let kept = match annotations {
        Node::Map(map) => {
            map.0.retain(|(key, _)| {
                let key = &*key.text;
                let internal = key.strip_prefix(INTERNAL).is_some_and(|name| TAKEN.contains(&name));
                !internal
                    && !LEGACY.contains(&key)
                    && (keep_origin || key != ORIGIN)
                    && (keep_transformations || key != TRANSFORMATIONS)
            });
            as_text(map);
            !map.is_empty()
        }
        _ => false,
    };
    if !kept {
        meta.remove("annotations");
    }
}

fn as_text(map: &mut Map) {
    for (key, value) in &mut map.0 {
        *key = Scalar::key(&key.text);
        if !matches!(value, Node::Scalar(scalar) if scalar.tag == crate::node::Tag::Str) {
            *value = Node::string(value.text());
        }
    }
}
