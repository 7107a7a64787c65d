//! Running the transformers of a kustomization in the original's order: the built-in fields, then `transformers`; and the
//! validators, which must change nothing.

use super::{Accumulated, Builder, TargetDirectory};
use crate::config::Config;
use crate::kustomization::{Patch, Replacement, ReplacementEntry};
use crate::notes::note_transformation;
use crate::plugin::Transformer;
use crate::problem::{Problem, ProblemKind, Result};
use crate::provenance::Provenance;
use crate::read_resources::resources;
use crate::resmap::ResMap;
use crate::resource::Resource;
use crate::transform::{self, Affix, LoadedPatch, Means, Namespace, Subjects};
use std::collections::BTreeMap;
use yaml::Dialect;

/// One step, and the kind of built-in it stands for.
type Done<'r> = &'r mut dyn FnMut(&mut ResMap, &str) -> Result<()>;

impl<'t> Builder<'_, 't> {
    pub(super) fn transform(&mut self, target: &mut TargetDirectory<'t>, so_far: &mut Accumulated) -> Result<()> {
        let config = so_far.config.clone();
        let resources = &mut so_far.resources;
        let origin = target.origin.clone();
        let file = target.file_name;
        let mut done = move |resources: &mut ResMap, kind: &str| {
            if let Some(origin) = &origin {
                note_transformation(resources, &origin.of_builtin(file, kind))?;
            }
            resources.drop_gone();
            Ok(())
        };
        self.patches(target, resources, &mut done)?;
        self.names(target, resources, &config, &mut done)?;
        self.marks(target, resources, &config, &mut done)?;
        self.fields(target, resources, &config, &mut done)?;
        let entries = std::mem::take(&mut target.kustomization.transformers);
        for plugin in self.plugin_configs(target, &entries)? {
            self.plugin(target, resources, &plugin)?;
            if let Some(origin) = Provenance::of_plugin(&plugin) {
                note_transformation(resources, &origin)?;
            }
            resources.drop_gone();
        }
        Ok(())
    }

    fn patches(&mut self, target: &TargetDirectory<'t>, resources: &mut ResMap, done: Done<'_>) -> Result<()> {
        let entries = &target.kustomization.patches_strategic_merge;
        if !entries.is_empty() {
            self.strategic(target, resources, entries, "")?;
            done(resources, "PatchStrategicMergeTransformer")?;
        }
        for patch in &target.kustomization.patches {
            self.patch(target, resources, patch)?;
            done(resources, "PatchTransformer")?;
        }
        Ok(())
    }

    fn names(
        &mut self,
        target: &TargetDirectory<'t>,
        resources: &mut ResMap,
        config: &Config,
        done: Done<'_>,
    ) -> Result<()> {
        let kustomization = &target.kustomization;
        if !kustomization.namespace.is_empty() {
            let settings =
                Namespace { name: &kustomization.namespace, unset_only: false, subjects: Subjects::DefaultOnly };
            transform::namespace(resources, &settings, &config.namespace)?;
            done(resources, "NamespaceTransformer")?;
        }
        if !kustomization.name_prefix.is_empty() {
            transform::affix(resources, Affix::Prefix(&kustomization.name_prefix), &config.name_prefix)?;
            done(resources, "PrefixTransformer")?;
        }
        if !kustomization.name_suffix.is_empty() {
            transform::affix(resources, Affix::Suffix(&kustomization.name_suffix), &config.name_suffix)?;
            done(resources, "SuffixTransformer")?;
        }
        Ok(())
    }

    fn marks(
        &mut self,
        target: &TargetDirectory<'t>,
        resources: &mut ResMap,
        config: &Config,
        done: Done<'_>,
    ) -> Result<()> {
        let kustomization = &target.kustomization;
        for rule in &kustomization.labels {
            transform::labels(resources, &rule.pairs, &transform::label_specs(rule, config)?)?;
            done(resources, "LabelTransformer")?;
        }
        if !kustomization.labels.is_empty() || !kustomization.common_labels.is_empty() {
            // Compat: it runs, and is noted, also when there are only `labels`.
            transform::labels(resources, &kustomization.common_labels, &config.common_labels)?;
            done(resources, "LabelTransformer")?;
        }
        if !kustomization.common_annotations.is_empty() {
            transform::annotations(resources, &kustomization.common_annotations, &config.common_annotations)?;
            done(resources, "AnnotationsTransformer")?;
        }
        Ok(())
    }

    fn fields(
        &mut self,
        target: &TargetDirectory<'t>,
        resources: &mut ResMap,
        config: &Config,
        done: Done<'_>,
    ) -> Result<()> {
        let kustomization = &target.kustomization;
        for patch in &kustomization.patches_json6902 {
            self.json6902(target, resources, patch)?;
            done(resources, "PatchJson6902Transformer")?;
        }
        for replica in &kustomization.replicas {
            transform::replicas(resources, replica, &config.replicas)?;
            done(resources, "ReplicaCountTransformer")?;
        }
        for image in &kustomization.images {
            transform::images(resources, image, &config.images)?;
            done(resources, "ImageTagTransformer")?;
        }
        if !kustomization.replacements.is_empty() {
            let all = self.replacements(target, &kustomization.replacements)?;
            transform::replacements(resources, &all, self.budget)?;
            done(resources, "ReplacementTransformer")?;
        }
        Ok(())
    }

    /// Entries of `patchesStrategicMerge`: patches written out, or the files that hold them; and more of them as text.
    fn strategic(
        &mut self,
        target: &TargetDirectory<'t>,
        all: &mut ResMap,
        entries: &[String],
        more: &str,
    ) -> Result<()> {
        let file = target.loader.root().child(target.file_name);
        let mut patches = Vec::new();
        for entry in entries {
            match resources(entry, &file, self.budget) {
                Ok(inline) => patches.extend(inline),
                Err(problem) if problem.kind == ProblemKind::Limit => return Err(problem),
                Err(_) => {
                    let text = target.loader.load_text(entry)?;
                    let read = resources(&text, &target.loader.path_of(entry), self.budget);
                    patches.extend(read.map_err(|problem| problem.within(entry))?);
                }
            }
        }
        if !more.is_empty() {
            patches.extend(resources(more, &file, self.budget)?);
        }
        if patches.is_empty() {
            return Err(Problem::invalid(format!("patch appears to be empty; files=[{}]", entries.join(" "))));
        }
        transform::strategic_merge(all, &patches, &mut Means { types: &self.types, budget: self.budget })
    }

    fn patch(&mut self, target: &TargetDirectory<'t>, resources: &mut ResMap, patch: &Patch) -> Result<()> {
        let inline = patch.patch.trim();
        let (text, source, at) = match (inline.is_empty(), patch.path.is_empty()) {
            (true, true) => return Err(Problem::invalid("must specify one of patch and path in a patch")),
            (false, false) => return Err(Problem::invalid("patch and path can't be set at the same time")),
            (false, true) => {
                let file = target.loader.root().child(target.file_name);
                (inline.to_owned(), format!("[patch of {}]", target.loader.shown(&file)), file)
            }
            (true, false) => {
                let text = target.loader.load_text(&patch.path).map_err(|problem| {
                    problem.within(format!("failed to get the patch file from path({})", patch.path))
                })?;
                (text, format!("[path: {:?}]", patch.path), target.loader.path_of(&patch.path))
            }
        };
        let body = transform::read(&text, &at, &source, patch.options, self.budget)?;
        let loaded = LoadedPatch { body, target: patch.target.as_ref(), source };
        transform::patch(resources, loaded, &mut Means { types: &self.types, budget: self.budget })
    }

    fn json6902(&mut self, target: &TargetDirectory<'t>, resources: &mut ResMap, patch: &Patch) -> Result<()> {
        let Some(selector) = patch.target.as_ref().filter(|selector| !selector.name.is_empty()) else {
            return Err(Problem::invalid("must specify the target name"));
        };
        let text = match (patch.patch.is_empty(), patch.path.is_empty()) {
            (true, true) => return Err(Problem::invalid("empty file path and empty jsonOp")),
            (false, false) => return Err(Problem::invalid("must specify a file path or jsonOp, not both")),
            (false, true) => patch.patch.clone(),
            (true, false) => target.loader.load_text(&patch.path)?,
        };
        if text.is_empty() {
            return Err(Problem::invalid(format!("patch file '{}' empty seems to be empty", patch.path)));
        }
        let operations = transform::operations(&text, self.budget)?;
        if operations.as_array().is_none_or(Vec::is_empty) {
            return Err(Problem::invalid(format!("patch appears to be empty; file={}", patch.path)));
        }
        transform::json6902(resources, &operations, selector)
    }

    fn replacements(&mut self, target: &TargetDirectory<'t>, entries: &[ReplacementEntry]) -> Result<Vec<Replacement>> {
        let mut all = Vec::new();
        for entry in entries {
            if entry.path.is_empty() {
                all.push(entry.replacement.clone());
                continue;
            }
            if entry.replacement.source.is_some() || entry.replacement.targets.is_some() {
                return Err(Problem::invalid("cannot specify both path and inline replacement"));
            }
            let content = target.loader.load(&entry.path)?;
            let value = yaml::parse_one(&content, Dialect::V2, self.budget).map_err(|error| {
                Problem::new(
                    ProblemKind::Malformed,
                    format!("{}: {error}", target.loader.shown(&target.loader.path_of(&entry.path))),
                )
            })?;
            all.extend(crate::plugin::replacements(value)?);
        }
        Ok(all)
    }

    /// Runs one plugin.
    fn plugin(&mut self, target: &TargetDirectory<'t>, resources: &mut ResMap, config: &Resource) -> Result<()> {
        let transformer = Transformer::read(config)?;
        let failed = |problem: Problem| problem.within(format!("plugin {} fails configuration", config.id()));
        match &transformer {
            Transformer::Annotations(texts, specs) => transform::annotations(resources, texts, specs),
            Transformer::Labels(texts, specs) => transform::labels(resources, texts, specs),
            Transformer::Hash => transform::add_hashes(resources),
            Transformer::Image(image, specs) => transform::images(resources, image, specs),
            Transformer::Namespace { name, unset_only, subjects, specs } => {
                let settings = Namespace { name, unset_only: *unset_only, subjects: *subjects };
                transform::namespace(resources, &settings, specs)
            }
            Transformer::Affixes(affixes) => {
                for (is_prefix, text, specs) in affixes {
                    let affix = if *is_prefix { Affix::Prefix(text) } else { Affix::Suffix(text) };
                    transform::affix(resources, affix, specs)?;
                }
                Ok(())
            }
            Transformer::Json6902(patch) => self.json6902(target, resources, patch),
            Transformer::StrategicMerge(paths, text) if paths.is_empty() && text.is_empty() => {
                Err(failed(Problem::invalid("empty file path and empty patch content")))
            }
            Transformer::StrategicMerge(paths, text) => self.strategic(target, resources, paths, text),
            Transformer::Patch(patch) => self.patch(target, resources, patch),
            Transformer::Replicas(replica, specs) => transform::replicas(resources, replica, specs),
            Transformer::Replacements(entries) => {
                let all = self.replacements(target, entries)?;
                transform::replacements(resources, &all, self.budget)
            }
            Transformer::ValueAdd { value, targets, file } => {
                let name = target.loader.root().name();
                let value = if value.is_empty() { name } else { value };
                let mut targets: Vec<_> = targets.iter().collect();
                let more = match file.as_str() {
                    "" => Vec::new(),
                    path => crate::plugin::value_targets(&target.loader.load(path)?, self.budget)?,
                };
                targets.extend(&more);
                if targets.is_empty() {
                    return Err(failed(Problem::invalid("must specify at least one target")));
                }
                transform::value_add(resources, value, &targets)
            }
        }
    }

    /// Runs the validators.
    pub(super) fn validate(&mut self, target: &mut TargetDirectory<'t>, so_far: &mut Accumulated) -> Result<()> {
        let entries = std::mem::take(&mut target.kustomization.validators);
        for plugin in self.plugin_configs(target, &entries)? {
            let before = snapshot(&so_far.resources);
            self.plugin(target, &mut so_far.resources, &plugin)?;
            if snapshot(&so_far.resources) != before {
                let id = plugin.id().to_string();
                return Err(Problem::invalid(format!("validator shouldn't modify the resource map: {id} does")));
            }
        }
        Ok(())
    }
}

/// Every object by its id, without the label that validators may leave.
fn snapshot(resources: &ResMap) -> BTreeMap<String, crate::node::Node> {
    let one = |resource: &Resource| {
        let mut copy = resource.clone();
        let mut labels = copy.texts("labels");
        if labels.remove("validated-by").is_some() {
            copy.set_texts("labels", &labels);
        }
        (resource.id().key(), copy.node)
    };
    resources.iter().map(one).collect()
}
