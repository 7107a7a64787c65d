//! The workspace as the checks see it: its crates, their dependencies, their source files.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// One crate of the workspace.
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its Cargo.toml, as text.
    pub manifest: String,
}

impl Crate {
    /// The names below `[dependencies]`, or another section.
    pub fn dependencies(&self, section: &str) -> Vec<&str> {
        self.section(section).filter_map(|line| line.split(['.', ' ', '=']).next()).collect()
    }

    /// The lines of a section, without comments.
    pub fn section(&self, section: &str) -> impl Iterator<Item = &str> {
        let header = format!("[{section}]");
        let lines = self.manifest.lines().skip_while(move |line| line.trim() != header).skip(1);
        let lines = lines.take_while(|line| !line.trim_start().starts_with('['));
        lines.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    }

    /// All Rust files below `folder`, with their text, by path.
    pub fn sources(&self, folder: &str) -> Result<BTreeMap<PathBuf, String>> {
        let mut files = BTreeMap::new();
        collect(&self.folder.join(folder), &mut files)?;
        Ok(files)
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            files.insert(path, text);
        }
    }
    Ok(())
}

/// All crates, sorted by name.
pub fn crates() -> Result<Vec<Crate>> {
    let root = root();
    let mut folders = vec![root.join("xtask")];
    for entry in std::fs::read_dir(root.join("crates"))? {
        folders.push(entry?.path());
    }
    let mut crates = Vec::new();
    for folder in folders.into_iter().filter(|folder| folder.join("Cargo.toml").is_file()) {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        crates.push(Crate { name, folder, manifest });
    }
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(crates)
}
