//! A kustomization as Argo CD has Kustomize build it: the application's options become edits of the outermost one.

use crate::chart::{Inflater, chance};
use crate::work::Work;
use crate::{BuildOptions, KustomizationProblem, Manifest, Origin, Problem, Settings};
use api::{ApplicationSourceKustomize, IntOrString, KustomizePatch, KustomizeReplica, KustomizeSelector};
use kustomize::{AnnotationEdit, Edits, ImageEdit, LabelEdit, Options, PatchEdit, ReplicaEdit, Target};
use object::Object;
use std::collections::BTreeMap;

/// Builds the kustomization in the source's directory.
pub(crate) fn render(work: &mut Work<'_>) -> Result<(), Problem> {
    let path = work.path.clone();
    let at = |error: KustomizationProblem| Problem::Kustomization { path: path.clone(), error };
    let declared = work.source.kustomize.clone().unwrap_or_default();
    let edits = edits(work, &declared).map_err(at)?;
    let build_options = build_options(&work.input.settings, &declared.version).map_err(at)?;
    let elsewhere = &work.around.elsewhere;
    let charts = Inflater::new(&work.source, work.around, chance::of(work));
    let options = Options {
        load_restrictions: build_options.load_restrictions,
        reorder: build_options.reorder,
        remotes: elsewhere.is_open().then_some(elsewhere),
        charts: Some(&charts),
        edits: Some(&edits),
        managed_by_label: build_options.managed_by_label,
        ..Options::default()
    };
    let built = kustomize::build(work.tree, &path, &options, work.budget);
    work.rendered.warnings.extend(built.warnings);
    if let Some(problem) = built.problem {
        return Err(at(problem.into()));
    }
    for resource in &built.resources {
        let origin = Origin { path: resource.origin.path.clone(), line: resource.origin.line.max(1) };
        match Object::from_value(&resource.value) {
            Ok(object) => work.rendered.objects.push(Manifest { object, origin }),
            Err(error) => work.problem(Problem::NotAnObject { origin, error }),
        }
    }
    Ok(())
}

/// The options of the version that a source names, else those for all.
fn build_options(settings: &Settings, version: &str) -> Result<BuildOptions, KustomizationProblem> {
    if version.is_empty() {
        let options = settings.build_options.clone();
        return options.map_err(|why| KustomizationProblem::BuildOption(format!("kustomize.buildOptions: {why}")));
    }
    let options = settings.build_options_of.get(version).cloned();
    let options = options.ok_or_else(|| KustomizationProblem::Version(version.to_owned()))?;
    options.map_err(KustomizationProblem::BuildOption)
}

/// The application's options. Build variables are replaced in images and labels always, in annotations where asked.
fn edits(work: &Work<'_>, declared: &ApplicationSourceKustomize) -> Result<Edits, KustomizationProblem> {
    let substitute = |text: &String| work.environment.substitute(text);
    let substituted = |pairs: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| (name.clone(), substitute(value))).collect()
    };
    let annotations = if declared.common_annotations_envsubst {
        substituted(&declared.common_annotations)
    } else {
        declared.common_annotations.clone()
    };
    Ok(Edits {
        name_prefix: declared.name_prefix.clone(),
        name_suffix: declared.name_suffix.clone(),
        namespace: declared.namespace.clone(),
        images: declared.images.iter().map(|image| ImageEdit::parse(&substitute(image))).collect::<Result<_, _>>()?,
        replicas: declared.replicas.iter().map(replicas).collect::<Result<_, _>>()?,
        labels: LabelEdit {
            pairs: substituted(&declared.common_labels),
            force: declared.force_common_labels,
            without_selectors: declared.label_without_selector,
            include_templates: declared.label_include_templates,
        },
        annotations: AnnotationEdit { pairs: annotations, force: declared.force_common_annotations },
        patches: declared.patches.iter().map(patch).collect(),
        components: declared.components.clone(),
        ignore_missing_components: declared.ignore_missing_components,
    })
}

fn replicas(declared: &KustomizeReplica) -> Result<ReplicaEdit, KustomizationProblem> {
    let count = match &declared.count {
        IntOrString::Int(count) => Ok(*count),
        IntOrString::String(text) => text.parse().map_err(|_| text.clone()),
    };
    let name = declared.name.clone();
    match count {
        Ok(count) => Ok(ReplicaEdit { name, count }),
        Err(count) => Err(KustomizationProblem::Replicas { name, count }),
    }
}

fn patch(declared: &KustomizePatch) -> PatchEdit {
    let is_on = |option: &str| declared.options.get(option).copied().unwrap_or_default();
    PatchEdit {
        path: declared.path.clone(),
        patch: declared.patch.clone(),
        target: declared.target.as_ref().map(target),
        allow_name_change: is_on("allowNameChange"),
        allow_kind_change: is_on("allowKindChange"),
    }
}

fn target(declared: &KustomizeSelector) -> Target {
    Target {
        group: declared.group.clone(),
        version: declared.version.clone(),
        kind: declared.kind.clone(),
        name: declared.name.clone(),
        namespace: declared.namespace.clone(),
        label_selector: declared.label_selector.clone(),
        annotation_selector: declared.annotation_selector.clone(),
    }
}
