//! What a render is told. Everything here decides the result, so that equal inputs may share it.

use crate::BuildOptions;
use api::ApplicationSource;
use std::collections::BTreeMap;

/// One source of one application.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Input {
    /// The source as the application declares it. Its `targetRevision` only shows in build variables: which commit is
    /// read is the caller's choice.
    pub source: ApplicationSource,
    /// Whose source it is.
    pub application: ApplicationFacts,
    /// Whether the application has several sources: then `$name/…` means a file of one of them.
    pub is_one_of_several: bool,
    /// What the control plane allows.
    pub settings: Settings,
}

/// What build variables, release names and overrides take from the application.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApplicationFacts {
    /// Its name, for one outside of the control plane's namespace as `namespace_name`.
    pub instance_name: String,
    /// The namespace of its destination.
    pub namespace: String,
    /// Its project.
    pub project: String,
}

/// What the control plane's ConfigMaps say about rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Bytes that all manifests of a directory may have together: `reposerver.max.combined.directory.manifests.size`.
    pub manifest_bytes_max: u64,
    /// Tools that are switched off (`helm.enable`, `kustomize.enable`, `jsonnet.enable`): their sources are plain
    /// directories.
    pub disabled: Vec<SourceType>,
    /// How kustomizations are built (`kustomize.buildOptions`), or what is wrong with that option.
    pub build_options: Result<BuildOptions, String>,
    /// The same for kustomizations whose source names a version (`kustomize.buildOptions.<version>`), by its name; what
    /// is wrong is said with the key.
    pub build_options_of: BTreeMap<String, Result<BuildOptions, String>>,
    /// The schemes that addresses of values files may have: `helm.valuesFileSchemes`.
    pub value_file_schemes: Vec<String>,
}

impl Default for Settings {
    /// Upstream's defaults.
    fn default() -> Self {
        Settings {
            manifest_bytes_max: 10_000_000,
            disabled: Vec::new(),
            build_options: Ok(BuildOptions::default()),
            build_options_of: BTreeMap::new(),
            value_file_schemes: vec!["https".to_owned(), "http".to_owned()],
        }
    }
}

impl Input {
    /// The source alone, of an application without a name.
    #[must_use]
    pub fn new(source: ApplicationSource) -> Self {
        Input { source, ..Input::default() }
    }

    /// A directory of a repository, its tool found by looking.
    #[must_use]
    pub fn at(path: &str) -> Self {
        Input::new(ApplicationSource { path: path.to_owned(), ..ApplicationSource::default() })
    }
}

/// The kinds of source, as `status.sourceType` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceType {
    /// A Helm chart.
    Helm,
    /// A kustomization.
    Kustomize,
    /// A directory of manifests.
    Directory,
    /// A config management plugin.
    Plugin,
}

impl SourceType {
    /// The type with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [SourceType::Helm, SourceType::Kustomize, SourceType::Directory, SourceType::Plugin]
            .into_iter()
            .find(|source_type| source_type.name() == name)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SourceType::Helm => "Helm",
            SourceType::Kustomize => "Kustomize",
            SourceType::Directory => "Directory",
            SourceType::Plugin => "Plugin",
        }
    }
}

impl std::fmt::Display for SourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
