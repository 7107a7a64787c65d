//! Writing into a chart's folder: charts/ and Chart.lock. Files appear whole; links are never written through.

use super::globals::Globals;
use super::locate::on_disk;
use ::helm::Profile;
use charts::{Dependency, LockedDependency, Placed, digest_of};
use clock::Clock;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The folder charts/ of a chart.
pub(super) struct ChartsFolder {
    path: PathBuf,
}

impl ChartsFolder {
    /// Makes it where it is not there.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        if path.exists() && !path.is_dir() {
            return Err(format!("{:?} is not a directory", path.display().to_string()));
        }
        std::fs::create_dir_all(path).map_err(|error| format!("mkdir {}: {error}", path.display()))?;
        Ok(ChartsFolder { path: path.to_owned() })
    }

    /// Puts `brought` into it and takes away archives of other charts; those named in `kept` stay. Gives what to tell.
    pub(super) fn put(&self, brought: &[Placed], kept: &BTreeSet<String>, profile: Profile) -> Result<String, String> {
        let failed = |error: &std::io::Error| format!("{}: {error}", self.path.display());
        let before = self.files().map_err(|error| failed(&error))?;
        for one in brought {
            write(&self.path.join(&one.file), &one.archive).map_err(|error| failed(&error))?;
        }
        let mut told = String::new();
        for name in before.into_iter().filter(|name| !brought.iter().any(|one| one.file == *name)) {
            let path = self.path.join(&name);
            let shown = path.display().to_string();
            let located = on_disk(&shown)?;
            match ::helm::load(&*located.tree, &located.path, profile, &mut Globals::budget()) {
                Err(error) => told.push_str(&format!("Could not verify {shown} for deletion: {error} (Skipping)\n")),
                Ok(loaded) if kept.contains(loaded.chart.name()) => {}
                Ok(_) => {
                    if let Err(error) = std::fs::remove_file(&path) {
                        told.push_str(&format!("Could not delete {shown}: {error} (Skipping)"));
                    }
                }
            }
        }
        Ok(told)
    }

    fn files(&self) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                names.extend(entry.file_name().into_string().ok());
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

/// Writes a lock. One that is a link is refused: whoever wrote the chart could lead it anywhere.
pub(super) fn write_lock(
    path: &Path,
    declared: &[Dependency],
    locked: &[LockedDependency],
    clock: &Clock,
) -> Result<(), String> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if path.is_symlink() {
        let target = std::fs::read_link(path).unwrap_or_default();
        return Err(format!("the {name} file is a symlink to {:?}", target.display().to_string()));
    }
    let entry =
        |one: &LockedDependency| json!({"name": one.name, "version": one.version, "repository": one.repository});
    let lock = json!({
        "dependencies": locked.iter().map(entry).collect::<Vec<_>>(),
        "digest": digest_of(declared, locked),
        "generated": clock.now().to_string(),
    });
    write(path, yaml::emit(&lock).as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
}

/// Everything or nothing; a link that stands there is replaced, not followed.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    set_readable(file.as_file())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are for their owner alone; a chart is for everybody who may see its folder.
fn set_readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}
