//! Files as one kustomization may see them: below its own directory, others' directories as bases, never in a circle.

mod repository;
mod restrictions;

pub use repository::Repository;
pub use restrictions::LoadRestrictions;

use crate::options::Options;
use crate::port::Remotes;
use crate::problem::{Problem, ProblemKind, Result};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use tree::{EntryKind, Tree, TreeError, TreePath, resolve};

/// A tree that is lent or shared.
#[derive(Clone)]
pub(crate) enum Files<'t> {
    Lent(&'t dyn Tree),
    Fetched(Arc<dyn Tree>),
}

impl Files<'_> {
    pub fn tree(&self) -> &dyn Tree {
        match self {
            Files::Lent(tree) => *tree,
            Files::Fetched(tree) => &**tree,
        }
    }
}

/// Loads for one kustomization.
#[derive(Clone)]
pub(crate) struct Loader<'t> {
    files: Files<'t>,
    /// The kustomization's directory, links followed.
    root: TreePath,
    restrictions: LoadRestrictions,
    remotes: Option<&'t dyn Remotes>,
    /// The repository this one was fetched from.
    repository: Option<Repository>,
    /// Directories of the kustomizations that led here, with the repository each is in.
    visited: Vec<(Option<String>, TreePath)>,
    file_bytes_max: u64,
    /// What paths begin with in messages.
    shown_root: Arc<str>,
}

/// What fetched trees a build has by the text that named them: each is fetched once.
pub(crate) type Fetched = BTreeMap<Repository, Arc<dyn Tree>>;

impl<'t> Loader<'t> {
    /// A loader for the kustomization in `directory`.
    ///
    /// # Errors
    /// When there is no directory.
    pub fn new(tree: &'t dyn Tree, directory: &TreePath, options: &Options<'t>, file_bytes_max: u64) -> Result<Self> {
        let mut loader = Loader {
            files: Files::Lent(tree),
            root: TreePath::root(),
            restrictions: options.load_restrictions,
            remotes: options.remotes,
            repository: None,
            visited: Vec::new(),
            file_bytes_max,
            shown_root: options.shown_root.into(),
        };
        loader.root = loader.confirm_directory(directory)?;
        Ok(loader)
    }

    /// A path as messages show it.
    pub fn shown(&self, path: &TreePath) -> String {
        match (&*self.shown_root, path.as_str()) {
            ("", "") => ".".to_owned(),
            (root, path) => format!("{root}{path}"),
        }
    }

    /// The kustomization's directory as messages show it.
    pub fn shown_directory(&self) -> String {
        self.shown(&self.root)
    }

    /// What the original says of a file that is not there.
    pub fn missing(&self, at: &TreePath) -> Problem {
        let at = self.shown(at);
        let rule = format!("evalsymlink failure on '{at}' : lstat {at}: no such file or directory");
        Problem::new(ProblemKind::Missing, rule)
    }

    fn refused_link(&self, at: &TreePath, error: TreeError) -> Problem {
        match error {
            TreeError::Absent(_) | TreeError::WrongKind { .. } => self.missing(at),
            error => error.into(),
        }
    }

    fn confirm_directory(&self, at: &TreePath) -> Result<TreePath> {
        let within = |problem: Problem| problem.within("not a valid directory").within("must build at directory");
        let real = resolve(self.tree(), at).map_err(|error| within(self.refused_link(at, error)))?;
        match self.tree().entry(&real)? {
            None => Err(within(self.missing(at))),
            Some(entry) if entry.kind == EntryKind::Directory => Ok(real),
            Some(_) => {
                let message = format!("must build at directory: '{}': file is not directory", self.shown(at));
                Err(Problem::new(ProblemKind::Missing, message))
            }
        }
    }

    pub fn root(&self) -> &TreePath {
        &self.root
    }

    pub fn tree(&self) -> &dyn Tree {
        self.files.tree()
    }

    /// Where `path` leads, for messages and origins; in another repository below its host and name.
    pub fn path_of(&self, path: &str) -> TreePath {
        if is_url(path) {
            return below_host(path, "");
        }
        let within = TreePath::resolve(&self.root, path).unwrap_or_else(|_| self.root.clone());
        match &self.repository {
            Some(repository) => below_host(&repository.clone_url(), within.as_str()),
            None => within,
        }
    }

    /// The content of a file, named from the kustomization's directory, or of an address.
    ///
    /// # Errors
    /// When it is not there, or may not be loaded.
    pub fn load(&self, path: &str) -> Result<Bytes> {
        if is_url(path) {
            let remotes = self.remotes.ok_or_else(|| no_remotes(path))?;
            if Repository::is_marked(path) {
                return Err(Problem::new(ProblemKind::Missing, "URL is a git repository"));
            }
            // What is no file may still be a repository.
            let kind = if Repository::parse(path).is_some() { ProblemKind::Missing } else { ProblemKind::Store };
            let file = remotes.file(path, self.file_bytes_max);
            return file.map_err(|cause| Problem::new(kind, format!("{path}: {cause}")));
        }
        let at = TreePath::resolve(&self.root, path)
            .map_err(|error| Problem::new(ProblemKind::Refused, format!("security; {error}")))?;
        let real = resolve(self.tree(), &at).map_err(|error| self.refused_link(&at, error))?;
        match self.tree().entry(&real)? {
            None => return Err(self.missing(&at)),
            Some(entry) if entry.kind == EntryKind::File => {}
            Some(_) => {
                return Err(Problem::new(
                    ProblemKind::Missing,
                    format!("'{}' must resolve to a file", self.shown(&at)),
                ));
            }
        }
        let below = real.parent().is_some_and(|parent| parent.relative_to(&self.root).is_some());
        if !below && (self.restrictions == LoadRestrictions::RootOnly || self.repository.is_some()) {
            let rule = format!("security; file '{}' is not in or below '{}'", self.shown(&at), self.shown_directory());
            return Err(Problem::new(ProblemKind::Refused, rule));
        }
        self.tree().read(&real, self.file_bytes_max).map_err(|error| match error {
            TreeError::Absent(_) => self.missing(&at),
            error => error.into(),
        })
    }

    /// The content of a file as text.
    ///
    /// # Errors
    /// As [`Loader::load`], and when it is not UTF-8.
    pub fn load_text(&self, path: &str) -> Result<String> {
        String::from_utf8(self.load(path)?.to_vec()).map_err(|_| {
            Problem::new(ProblemKind::Malformed, format!("{}: the text is not UTF-8", self.shown(&self.path_of(path))))
        })
    }

    /// Whether anything stands at a path inside the tree.
    ///
    /// # Errors
    /// When the store behind the tree fails.
    pub fn exists(&self, path: &str) -> Result<bool> {
        let Ok(at) = TreePath::resolve(&self.root, path) else { return Ok(false) };
        match resolve(self.tree(), &at) {
            Ok(real) => Ok(self.tree().entry(&real)?.is_some()),
            Err(TreeError::Store { path, cause }) => Err(TreeError::Store { path, cause }.into()),
            Err(_) => Ok(false),
        }
    }

    /// A loader for the kustomization at `path`: a directory, or a place in another repository.
    ///
    /// # Errors
    /// When there is none, or it would lead in a circle.
    pub fn enter(&self, path: &str, fetched: &mut Fetched) -> Result<Self> {
        if path.is_empty() {
            return Err(Problem::invalid("new root cannot be empty"));
        }
        if let Some(repository) = Repository::parse(path) {
            return self.enter_repository(path, repository, fetched);
        }
        if path.starts_with('/') {
            return Err(Problem::new(ProblemKind::Refused, format!("new root '{path}' cannot be absolute")));
        }
        let at = TreePath::resolve(&self.root, path).map_err(|error| match &self.repository {
            Some(repository) => {
                let place = repository.clone_url();
                let rule = "security; bases in kustomizations found in cloned git repos must be within the repo";
                Problem::new(ProblemKind::Refused, format!("{rule}, but base '{path}' is outside '{place}'"))
            }
            None => Problem::new(ProblemKind::Refused, error.to_string()),
        })?;
        let root = self.confirm_directory(&at)?;
        let mut visited = self.visited.clone();
        visited.push((self.repository.as_ref().map(Repository::clone_url), self.root.clone()));
        let here = self.repository.as_ref().map(Repository::clone_url);
        for (place, seen) in visited.iter().rev() {
            if *place == here && seen.relative_to(&root).is_some() {
                let (root, seen) = (self.shown(&root), self.shown(seen));
                let message = format!("cycle detected: candidate root '{root}' contains visited root '{seen}'");
                return Err(Problem::invalid(message));
            }
        }
        Ok(Loader { root, visited, ..self.clone() })
    }

    fn enter_repository(&self, text: &str, repository: Repository, fetched: &mut Fetched) -> Result<Self> {
        let url = repository.clone_url();
        if let Some(seen) = self
            .visited
            .iter()
            .filter_map(|(place, _)| place.as_ref())
            .chain(self.repository.as_ref().map(Repository::clone_url).as_ref())
            .find(|seen| **seen == url)
        {
            return Err(Problem::invalid(format!("cycle detected: URI '{text}' referenced by previous URI '{seen}'")));
        }
        let remotes = self.remotes.ok_or_else(|| no_remotes(text))?;
        let tree = match fetched.get(&repository) {
            Some(tree) => Arc::clone(tree),
            None => {
                let tree = remotes
                    .repository(&repository)
                    .map_err(|cause| Problem::new(ProblemKind::Store, format!("{text}: {cause}")))?;
                fetched.insert(repository.clone(), Arc::clone(&tree));
                tree
            }
        };
        let directory = TreePath::parse(&repository.path)
            .map_err(|error| Problem::new(ProblemKind::Refused, format!("{text}: {error}")))?;
        let mut visited = self.visited.clone();
        visited.push((self.repository.as_ref().map(Repository::clone_url), self.root.clone()));
        let shown_root = format!("{}//", repository.clone_url()).into();
        let files = Files::Fetched(tree);
        let mut loader = Loader { files, repository: Some(repository), visited, shown_root, ..self.clone() };
        loader.root = loader.confirm_directory(&directory)?;
        Ok(loader)
    }
}

/// Whether a path is an address.
pub(crate) fn is_url(path: &str) -> bool {
    let scheme = path.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

/// A path that begins with an address, without what could be secret in it.
fn below_host(address: &str, path: &str) -> TreePath {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let address = address.split_once('@').map_or(address, |(_, rest)| rest).replace(':', "/");
    TreePath::resolve(&TreePath::root(), &format!("{address}/{path}")).unwrap_or_default()
}

fn no_remotes(path: &str) -> Problem {
    let message = format!("{path}: files and bases of other repositories cannot be fetched here");
    Problem::new(ProblemKind::Refused, message)
}
