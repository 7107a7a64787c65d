//! A directory of plain manifests, as Argo CD reads it.

use crate::manifest;
use crate::{DirectoryOptions, Input, Problem, Rendered};
use budget::Budget;
use globset::{GlobBuilder, GlobMatcher};
use tree::{EntryKind, Tree, TreeError, TreePath, resolve};

/// A file that contains this text is no manifest.
const SKIP_MARKER: &str = "+argocd:skip-file-rendering";

/// The endings that make a file a manifest.
const EXTENSIONS: [&str; 4] = [".yaml", ".yml", ".json", ".jsonnet"];

pub(crate) fn render(
    input: &Input,
    options: &DirectoryOptions,
    tree: &dyn Tree,
    budget: &mut Budget,
    rendered: &mut Rendered,
) {
    let filter = match Filter::new(options) {
        Ok(filter) => filter,
        Err(problem) => return rendered.problems.push(problem),
    };
    let mut walk = Walk { tree, filter, recurse: options.recurse, budget, files: Vec::new() };
    if let Err(problem) = walk.start(&input.path) {
        return rendered.problems.push(problem);
    }
    let files = walk.files;
    let mut bytes_left = input.manifest_bytes_max;
    for file in files {
        match read(&file, tree, budget, bytes_left, input.manifest_bytes_max) {
            Ok(content) => {
                bytes_left = bytes_left.saturating_sub(content.len() as u64);
                manifests(&file, &content, budget, rendered);
            }
            Err(problem) => rendered.problems.push(problem),
        }
    }
}

/// One file of the source: where the user sees it and where its content lies once links are followed.
struct File {
    shown: TreePath,
    real: TreePath,
}

fn read(
    file: &File,
    tree: &dyn Tree,
    budget: &mut Budget,
    bytes_left: u64,
    bytes_max: u64,
) -> Result<bytes::Bytes, Problem> {
    let content = tree.read(&file.real, bytes_left.min(budget.bytes_left())).map_err(|error| match error {
        TreeError::TooLarge { .. } => Problem::TooLarge { path: file.shown.clone(), bytes_max },
        error => error.into(),
    })?;
    budget
        .take_bytes(content.len() as u64)
        .map_err(|exceeded| Problem::Limit { path: file.shown.clone(), exceeded })?;
    Ok(content)
}

fn manifests(file: &File, content: &[u8], budget: &mut Budget, rendered: &mut Rendered) {
    let contains = |text: &str| content.windows(text.len()).any(|window| window == text.as_bytes());
    if contains(SKIP_MARKER) {
        return;
    }
    let name = file.shown.name();
    if name.ends_with(".jsonnet") {
        rendered.problems.push(Problem::Jsonnet(file.shown.clone()));
    } else if name.ends_with(".json") {
        manifest::from_json(&file.shown, content, rendered);
    } else {
        manifest::from_yaml(&file.shown, content, budget, rendered);
    }
}

/// The user's include and exclude patterns and the filter on endings.
struct Filter {
    include: Option<GlobMatcher>,
    exclude: Option<GlobMatcher>,
    any_extension: bool,
}

impl Filter {
    fn new(options: &DirectoryOptions) -> Result<Self, Problem> {
        Ok(Filter {
            include: glob("include", &options.include)?,
            exclude: glob("exclude", &options.exclude)?,
            any_extension: options.disable_extension_filter,
        })
    }

    fn takes(&self, below_source: &str) -> bool {
        let extension_fits = self.any_extension || EXTENSIONS.iter().any(|ending| below_source.ends_with(ending));
        extension_fits
            && !self.exclude.as_ref().is_some_and(|exclude| exclude.is_match(below_source))
            && self.include.as_ref().is_none_or(|include| include.is_match(below_source))
    }
}

/// Compat: upstream's patterns know no separator, so `*` also matches `/`.
fn glob(field: &'static str, pattern: &str) -> Result<Option<GlobMatcher>, Problem> {
    if pattern.is_empty() {
        return Ok(None);
    }
    let glob = GlobBuilder::new(pattern).literal_separator(false).build();
    glob.map(|glob| Some(glob.compile_matcher())).map_err(|_| Problem::Pattern { field, pattern: pattern.to_owned() })
}

/// Collects the files of a source in the order of their paths.
struct Walk<'a> {
    tree: &'a dyn Tree,
    filter: Filter,
    recurse: bool,
    budget: &'a mut Budget,
    files: Vec<File>,
}

impl Walk<'_> {
    fn start(&mut self, path: &TreePath) -> Result<(), Problem> {
        let real = resolve(self.tree, path)?;
        self.directory(path, &real, "")
    }

    fn directory(&mut self, shown: &TreePath, real: &TreePath, below: &str) -> Result<(), Problem> {
        let limit = |exceeded| Problem::Limit { path: shown.clone(), exceeded };
        self.budget.enter().map_err(limit)?;
        for (name, entry) in self.tree.list(real)? {
            self.budget.spend(1).map_err(limit)?;
            let (mut kind, mut content) = (entry.kind, real.child(&name));
            if kind == EntryKind::Symlink {
                content = resolve(self.tree, &content)?;
                match self.tree.entry(&content)? {
                    Some(entry) => kind = entry.kind,
                    None => continue,
                }
            }
            let below_source = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            match kind {
                EntryKind::Directory if self.recurse => {
                    self.directory(&shown.child(&name), &content, &below_source)?;
                }
                EntryKind::File if self.filter.takes(&below_source) => {
                    self.files.push(File { shown: shown.child(&name), real: content });
                }
                _ => {}
            }
        }
        self.budget.leave();
        Ok(())
    }
}
