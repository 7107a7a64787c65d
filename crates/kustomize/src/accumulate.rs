//! The order of events in one kustomization: resources, configuration, generators, components, transformers,
//! validators, vars.

mod generators;
mod plugins;
mod transformers;

use crate::config::{self, Config};
use crate::edits::Edits;
use crate::kustomization::{self, COMPONENT, FILE_NAMES, Kustomization, Var};
use crate::load::{Fetched, Loader, Repository};
use crate::merge_types::MergeTypes;
use crate::options::Options;
use crate::problem::{Problem, ProblemKind, Result};
use crate::provenance::{ORIGIN, Provenance};
use crate::read_resources::resources;
use crate::resmap::ResMap;
use budget::Budget;
use bytes::Bytes;
use std::collections::BTreeMap;

/// What has been gathered so far.
#[derive(Default)]
pub(crate) struct Accumulated {
    pub resources: ResMap,
    pub config: Config,
    pub vars: BTreeMap<String, Var>,
}

/// What one build carries along.
pub(crate) struct Builder<'b, 't> {
    pub budget: &'b mut Budget,
    options: Options<'t>,
    types: MergeTypes,
    types_set: bool,
    fetched: Fetched,
    warnings: Vec<String>,
}

/// One kustomization and what it may load.
pub(crate) struct TargetDirectory<'t> {
    pub kustomization: Kustomization,
    file_name: &'static str,
    /// Its file's text.
    text: Bytes,
    loader: Loader<'t>,
    origin: Option<Provenance>,
    /// The namespace that charts get from a kustomization further out.
    chart_namespace: String,
}

/// What a kustomization costs, in steps: without it, bases that hold nothing could fan out for nothing.
const KUSTOMIZATION_STEPS: u64 = 100;

impl<'t> TargetDirectory<'t> {
    /// Reads the kustomization of a directory.
    ///
    /// # Errors
    /// When there is none, more than one, or it is no good.
    pub fn load(loader: Loader<'t>, builder: &mut Builder<'_, 't>) -> Result<Self> {
        builder.budget.spend(KUSTOMIZATION_STEPS)?;
        let mut found = None;
        for name in FILE_NAMES {
            match loader.load(name) {
                Ok(_) if found.is_some() => {
                    let message = format!("Found multiple kustomization files under: {}\n", loader.shown_directory());
                    return Err(Problem::invalid(message));
                }
                Ok(content) => found = Some((name, content)),
                Err(problem) if problem.kind == ProblemKind::Missing => {}
                Err(problem) => return Err(problem),
            }
        }
        let Some((file_name, content)) = found else {
            let [first, second, third] = FILE_NAMES;
            let message = format!(
                "unable to find one of '{first}', '{second}' or '{third}' in directory '{}'",
                loader.shown_directory()
            );
            return Err(Problem::new(ProblemKind::Missing, message));
        };
        let read = kustomization::read(&content, builder.budget).map_err(|problem| Problem {
            message: problem.message.replace("%ROOT%", &loader.shown_directory()),
            ..problem
        })?;
        builder.warnings.extend(read.warnings.iter().map(|warning| (*warning).to_owned()));
        let kustomization = read.kustomization;
        let chart_namespace = String::new();
        Ok(TargetDirectory { kustomization, file_name, text: content, loader, origin: None, chart_namespace })
    }

    /// Changes the kustomization as an Application asks.
    ///
    /// # Errors
    /// When the edits contradict the kustomization or themselves.
    pub fn edit(&mut self, edits: &Edits) -> Result<()> {
        let loader = &self.loader;
        edits.apply(&mut self.kustomization, &mut |path| loader.exists(path))
    }

    /// Begins to note where things come from, when the kustomization asks for it.
    pub fn track_origin(&mut self) {
        if !self.kustomization.build_metadata.is_empty() {
            self.origin = Some(Provenance::default());
        }
    }

    fn builtin(&self, kind: &str) -> Option<Provenance> {
        self.origin.as_ref().map(|origin| origin.of_builtin(self.file_name, kind))
    }
}

impl<'b, 't> Builder<'b, 't> {
    pub fn new(options: &Options<'t>, budget: &'b mut Budget) -> Self {
        Builder {
            budget,
            options: *options,
            types: MergeTypes::Builtin,
            types_set: false,
            fetched: Fetched::new(),
            warnings: Vec::new(),
        }
    }

    pub fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    pub fn finish(self) -> (Vec<String>, Vec<Repository>) {
        (self.warnings, self.fetched.into_keys().collect())
    }

    /// Takes the types that a kustomization names; those of the outermost count.
    pub fn use_schema(&mut self, target: &TargetDirectory<'t>) -> Result<()> {
        let openapi = &target.kustomization.openapi;
        let content = openapi.get("path").map(|path| target.loader.load(path)).transpose()?;
        if self.types_set {
            return Ok(());
        }
        let version = openapi.get("version").filter(|version| !version.is_empty());
        match (content, version) {
            (Some(_), Some(_)) => {
                return Err(Problem::invalid("builtin version and custom schema provided, cannot use both"));
            }
            (Some(content), None) => {
                self.types = MergeTypes::read(&content, self.budget)?;
                self.types_set = true;
            }
            (None, Some(version)) if version != "v1.21.2" => {
                return Err(Problem::invalid("the specified OpenAPI version is not built in"));
            }
            (None, Some(_)) => self.types_set = true,
            (None, None) => {}
        }
        Ok(())
    }

    /// Everything one kustomization does, on top of what a component is handed.
    pub fn accumulate(&mut self, target: &mut TargetDirectory<'t>, mut so_far: Accumulated) -> Result<Accumulated> {
        let paths = std::mem::take(&mut target.kustomization.resources);
        self.add_resources(target, &mut so_far, &paths).map_err(|problem| problem.within("accumulating resources"))?;
        self.configure(target, &mut so_far)?;
        self.generate(target, &mut so_far)?;
        let paths = std::mem::take(&mut target.kustomization.components);
        for path in &paths {
            so_far = self
                .add_component(target, so_far, path)
                .map_err(|problem| problem.within("accumulating components"))?;
        }
        self.transform(target, &mut so_far)?;
        self.validate(target, &mut so_far)?;
        add_vars(&mut so_far, &target.kustomization.vars)?;
        Ok(so_far)
    }

    fn configure(&mut self, target: &TargetDirectory<'t>, so_far: &mut Accumulated) -> Result<()> {
        let mut config = Config::defaults();
        let mut own = Config::default();
        for path in &target.kustomization.configurations {
            let content = target.loader.load(path)?;
            own = own.merge(&config::read(&content, self.budget)?)?;
        }
        config = config.merge(&own)?;
        so_far.config = so_far.config.merge(&config).map_err(|problem| problem.within("merging config"))?;
        for path in &target.kustomization.crds {
            let content = target.loader.load(path)?;
            let crds = config::from_crds(path, &content, self.budget)
                .map_err(|problem| problem.within(format!("loading CRDs [{path}]")))?;
            so_far.config = so_far.config.merge(&crds).map_err(|problem| problem.within("merging CRDs"))?;
        }
        Ok(())
    }

    fn add_resources(
        &mut self,
        target: &mut TargetDirectory<'t>,
        so_far: &mut Accumulated,
        paths: &[String],
    ) -> Result<()> {
        for path in paths {
            let Err(as_file) = self.add_file(target, so_far, path) else { continue };
            if matches!(as_file.kind, ProblemKind::Limit | ProblemKind::Store) {
                return Err(as_file);
            }
            let loader = match target.loader.enter(path, &mut self.fetched) {
                Ok(loader) => loader,
                Err(_) if as_file.kind == ProblemKind::Malformed => return Err(as_file),
                Err(problem) => {
                    return Err(problem.within(format!("accumulation err='{as_file}'")));
                }
            };
            self.add_directory(target, so_far, loader, path)
                .map_err(|problem| problem.within(format!("accumulation err='{as_file}'")))?;
        }
        Ok(())
    }

    fn add_file(&mut self, target: &TargetDirectory<'t>, so_far: &mut Accumulated, path: &str) -> Result<()> {
        let within = |problem: Problem| {
            let problem = match problem.kind {
                ProblemKind::Malformed => {
                    Problem { message: format!("{} in File: {path}", problem.message), ..problem }
                }
                _ => problem,
            };
            problem.within(format!("accumulating resources from '{path}'"))
        };
        let text = target.loader.load_text(path).map_err(within)?;
        let mut read = resources(&text, &target.loader.path_of(path), self.budget).map_err(within)?;
        if let Some(origin) = &target.origin {
            let text = origin.append(path).text();
            read.iter_mut().for_each(|resource| resource.set_annotation(ORIGIN, &text));
        }
        so_far.resources.append_all(read).map_err(|problem| problem.within(format!("merging resources from '{path}'")))
    }

    /// The kustomization in another directory, read for a place in this one.
    fn sub_target(
        &mut self,
        target: &TargetDirectory<'t>,
        loader: Loader<'t>,
        path: &str,
    ) -> Result<TargetDirectory<'t>> {
        let root = loader.shown_directory();
        let mut sub = TargetDirectory::load(loader, self)
            .map_err(|problem| problem.within(format!("couldn't make target for path '{root}'")))?;
        sub.kustomization.build_metadata.clone_from(&target.kustomization.build_metadata);
        sub.origin = target.origin.as_ref().map(|origin| origin.append(path));
        sub.chart_namespace = if target.kustomization.namespace.is_empty() {
            target.chart_namespace.clone()
        } else {
            target.kustomization.namespace.clone()
        };
        self.use_schema(&sub)?;
        Ok(sub)
    }

    fn add_directory(
        &mut self,
        target: &TargetDirectory<'t>,
        so_far: &mut Accumulated,
        loader: Loader<'t>,
        path: &str,
    ) -> Result<()> {
        let mut sub = self.sub_target(target, loader, path)?;
        let root = sub.loader.shown_directory();
        if sub.kustomization.kind == COMPONENT {
            return Err(Problem::invalid(format!("expected kind != '{COMPONENT}' for path '{root}'")));
        }
        self.budget.enter()?;
        let built = self
            .accumulate(&mut sub, Accumulated::default())
            .map_err(|problem| problem.within(format!("recursed accumulation of path '{root}'")))?;
        self.budget.leave();
        join(so_far, built).map_err(|problem| problem.within(format!("recursed merging from path '{root}'")))
    }

    fn add_component(&mut self, target: &TargetDirectory<'t>, so_far: Accumulated, path: &str) -> Result<Accumulated> {
        let quote =
            |what: &str, problem: Problem| Problem { message: format!("{what}{:?}", problem.message), ..problem };
        let loader = target.loader.enter(path, &mut self.fetched).map_err(|problem| quote("loader.New ", problem))?;
        let directory = |builder: &mut Self| {
            let mut sub = builder.sub_target(target, loader, path)?;
            let root = sub.loader.shown_directory();
            let kind = &sub.kustomization.kind;
            if kind != COMPONENT {
                let message = format!("expected kind '{COMPONENT}' for path '{root}' but got '{kind}'");
                return Err(Problem::invalid(message));
            }
            builder.budget.enter()?;
            let built = builder
                .accumulate(&mut sub, so_far)
                .map_err(|problem| problem.within(format!("recursed accumulation of path '{root}'")))?;
            builder.budget.leave();
            let mut joined = Accumulated::default();
            join(&mut joined, built)
                .map_err(|problem| problem.within(format!("recursed merging from path '{root}'")))?;
            Ok(joined)
        };
        directory(self).map_err(|problem| quote("accumulateDirectory: ", problem))
    }
}

/// Adds what a base gave.
fn join(so_far: &mut Accumulated, built: Accumulated) -> Result<()> {
    so_far.resources.append_all(built.resources.into_items())?;
    so_far.config = so_far.config.merge(&built.config)?;
    built.vars.into_values().try_for_each(|var| add_var(&mut so_far.vars, var))
}

fn add_var(vars: &mut BTreeMap<String, Var>, var: Var) -> Result<()> {
    if vars.contains_key(&var.name) {
        return Err(Problem::invalid(format!("var '{}' already encountered", var.name)));
    }
    vars.insert(var.name.clone(), var);
    Ok(())
}

fn add_vars(so_far: &mut Accumulated, vars: &[Var]) -> Result<()> {
    for var in vars {
        let object = &var.object;
        let id = crate::id::Id {
            group: &object.gvk.group,
            version: &object.gvk.version,
            kind: &object.gvk.kind,
            name: &object.name,
            namespace: &object.namespace,
        };
        let mut found = so_far.resources.named(&object.name);
        found.retain(|at| {
            let resource = so_far.resources.get(*at);
            let same = |other: crate::id::Id<'_>| {
                id.same_type_and_name(&other) && (object.namespace.is_empty() || id.same_namespace(&other))
            };
            !resource.is_gone() && resource.any_ids().any(same)
        });
        match found.as_slice() {
            [] => {}
            [at] => so_far.resources.get_mut(*at).vars.push(var.name.as_str().into()),
            many => {
                let count = many.len();
                return Err(Problem::invalid(format!(
                    "merging vars: found {count} resId matches for var {} (unable to disambiguate)",
                    var.name
                )));
            }
        }
    }
    for var in vars {
        add_var(&mut so_far.vars, var.clone()).map_err(|problem| problem.within("merging vars"))?;
    }
    Ok(())
}
