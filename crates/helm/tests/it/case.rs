//! A case: a chart, files beside it and flags. Run here, or handed to a real Helm as arguments.

use budget::{Budget, Limits};
use helm::{
    Chance, KubeVersion, Lint, LintPath, LintShown, Options, Output, Printed, Profile, Release, Source, Template,
    UserValues, lint, template,
};
use serde::Deserialize;
use std::path::Path;
use tree::{MemoryTree, Tree, TreePath};

/// What case.toml says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Flags {
    pub release: Option<String>,
    pub namespace: Option<String>,
    pub is_upgrade: bool,
    pub kube_version: Option<String>,
    pub api_versions: Vec<String>,
    pub values: Vec<String>,
    pub set: Vec<String>,
    pub set_string: Vec<String>,
    pub set_json: Vec<String>,
    pub set_file: Vec<String>,
    pub set_literal: Vec<String>,
    pub show_only: Vec<String>,
    pub include_crds: bool,
    pub skip_tests: bool,
    pub no_hooks: bool,
    pub skip_schema_validation: bool,
    /// `helm lint` instead of `helm template`, with its own flags.
    pub lint: bool,
    pub strict: bool,
    pub quiet: bool,
    /// Standard error is compared as far as its first 200 characters: the rest repeats itself thousands of times.
    pub stderr_begins: bool,
}

impl Flags {
    /// The command, for this program.
    pub fn template(&self, files: &MemoryTree, profile: Profile) -> Result<Template, String> {
        let read = |path: &str| {
            let at = TreePath::parse(path).map_err(|error| error.to_string())?;
            files.read(&at, u64::MAX).map_err(|_| format!("open {path}: no such file or directory"))
        };
        let mut sources = Vec::new();
        for path in &self.values {
            sources.push(Source::File { path: path.clone(), content: read(path)? });
        }
        sources.extend(self.set.iter().cloned().map(Source::Set));
        sources.extend(self.set_string.iter().cloned().map(Source::SetString));
        sources.extend(self.set_json.iter().cloned().map(Source::Json));
        sources.extend(self.set_literal.iter().cloned().map(Source::SetLiteral));
        for text in &self.set_file {
            let mut named = Vec::new();
            for path in helm::files_named(text).unwrap_or_default() {
                if let Ok(content) = read(&path) {
                    named.push((path, String::from_utf8_lossy(&content).into_owned()));
                }
            }
            sources.push(Source::SetFile(text.clone(), named));
        }
        let release = Release::default();
        Ok(Template {
            release: Release {
                name: self.release.clone().unwrap_or(release.name),
                namespace: self.namespace.clone().unwrap_or(release.namespace),
                is_upgrade: self.is_upgrade,
            },
            sources,
            kube_version: self.kube_version.clone(),
            api_versions: self.api_versions.clone(),
            show_only: self.show_only.clone(),
            options: Options {
                include_crds: self.include_crds,
                skip_schema_validation: self.skip_schema_validation,
                ..Options::default()
            },
            printed: Printed { without_hooks: self.no_hooks, without_tests: self.skip_tests },
            profile,
            chance: Chance::default(),
            explain: false,
        })
    }
}

/// Files below `folder`, as a tree.
pub fn read_folder(folder: &Path) -> std::io::Result<MemoryTree> {
    let mut tree = MemoryTree::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            let shown = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            let Ok(at) = TreePath::parse(&shown) else { continue };
            if path.is_symlink() {
                tree.insert_link(at, &std::fs::read_link(&path)?.to_string_lossy());
            } else if path.is_dir() {
                pending.push(path);
            } else {
                tree.insert_file(at, std::fs::read(&path)?);
            }
        }
    }
    Ok(tree)
}

/// Room for the largest public charts.
pub const LIMITS: Limits = Limits { fuel: 2_000_000_000, bytes: 4 << 30, depth: 10_000 };

/// Runs this program on the chart in the folder `chart` of `files`.
pub fn run(files: &MemoryTree, flags: &Flags, profile: Profile) -> Output {
    let path = TreePath::parse("chart").expect("a path");
    if flags.lint {
        return run_lint(files, flags, profile);
    }
    match flags.template(files, profile) {
        Ok(command) => template(files, &path, &command, &mut Budget::new(LIMITS)),
        Err(error) => Output::failed(&error),
    }
}

fn run_lint(files: &MemoryTree, flags: &Flags, profile: Profile) -> Output {
    let command = match flags.template(files, profile) {
        Ok(command) => command,
        Err(error) => return Output::failed(&error),
    };
    let budget = &mut Budget::new(LIMITS);
    let values = match UserValues::merge(&command.sources, profile, budget) {
        Ok(values) => values,
        Err(error) => return Output::failed(&error),
    };
    let how = Lint {
        namespace: command.release.namespace,
        kube_version: flags.kube_version.as_ref().and_then(|text| KubeVersion::parse(text, profile).ok()),
        skip_schema_validation: flags.skip_schema_validation,
        profile,
        chance: Chance::default(),
    };
    let path = TreePath::parse("chart").expect("a path");
    let chart = LintPath { tree: files, path, named: "chart".to_owned(), absolute: "chart".to_owned() };
    let shown = LintShown { strict: flags.strict, quiet: flags.quiet };
    lint(&[chart], &values, &how, shown, budget)
}

/// What is compared: exit code, standard error with its lines sorted (Go walks maps in any order), standard output.
pub fn shown(output: &Output, flags: &Flags) -> String {
    let mut lines: Vec<&str> = output.stderr.lines().collect();
    let joined;
    if flags.stderr_begins {
        joined = lines.join("\n").chars().take(200).collect::<String>();
        lines = vec![&joined];
    } else {
        // The error itself may have several lines, whose order counts.
        let told = lines.iter().position(|line| line.starts_with("Error:")).unwrap_or(lines.len());
        lines[..told].sort_unstable();
        // So do schemas: Go walks their properties in any order.
        if lines.get(told).is_some_and(|line| line.contains("the specifications of the schema")) {
            let complaint = |line: &&str| line.trim_start().starts_with("- ");
            lines[told + 1..].chunk_by_mut(|a, b| complaint(a) && complaint(b)).for_each(<[&str]>::sort_unstable);
        }
    }
    format!("exit {}\n--- stderr\n{}\n--- stdout\n{}", output.code, lines.join("\n"), output.stdout)
}
