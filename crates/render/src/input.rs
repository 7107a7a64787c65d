//! What a render is told.

use tree::TreePath;

/// One source of one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The application's directory in the repository.
    pub path: TreePath,
    /// The tool, where the application names one; `None` means to look at the files.
    pub tool: Option<Tool>,
    /// Bytes that all manifests of a directory may have together; upstream's default is
    /// [`Input::MANIFEST_BYTES_MAX`].
    pub manifest_bytes_max: u64,
}

impl Input {
    /// Upstream's `reposerver.max.combined.directory.manifests.size`: `10M`.
    pub const MANIFEST_BYTES_MAX: u64 = 10_000_000;

    /// The source at `path`, its tool detected, with upstream's limit.
    #[must_use]
    pub fn new(path: TreePath) -> Self {
        Input { path, tool: None, manifest_bytes_max: Input::MANIFEST_BYTES_MAX }
    }
}

/// A tool with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tool {
    /// Plain manifests.
    Directory(DirectoryOptions),
    /// A tool that is known but not built in yet.
    Unsupported(SourceType),
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

impl std::fmt::Display for SourceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SourceType::Helm => "Helm",
            SourceType::Kustomize => "Kustomize",
            SourceType::Directory => "Directory",
            SourceType::Plugin => "Plugin",
        })
    }
}

/// `spec.source.directory`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DirectoryOptions {
    /// Whether directories below are read too.
    pub recurse: bool,
    /// Only files whose path below the source matches; empty means all.
    pub include: String,
    /// No files whose path below the source matches; wins over `include`.
    pub exclude: String,
    /// Whether files of any name are manifests.
    pub disable_extension_filter: bool,
}
