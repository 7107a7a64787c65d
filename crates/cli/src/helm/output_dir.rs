//! `--output-dir`: what a chart renders to as files, one for each template.

use super::locate::Located;
use budget::Budget;
use helm::{Output, Template};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Component, Path};

/// Writes the files below `folder` and tells of each.
pub(super) fn write_files(
    located: &Located,
    flags: &Template,
    folder: &Path,
    budget: &mut Budget,
) -> Result<Output, String> {
    let documents = match helm::documents(&*located.tree, &located.path, flags, budget) {
        Ok(documents) => documents,
        Err(output) => return Ok(*output),
    };
    let mut output = Output { stderr: documents.stderr, ..Output::default() };
    let mut written = BTreeSet::new();
    for (path, text) in &documents.documents {
        let is_first = written.insert(path.clone());
        write(&folder.join(inside(path)?), path, text, is_first).map_err(|error| format!("{path}: {error}"))?;
        let _ = writeln!(output.stdout, "wrote {}/{path}", folder.display());
    }
    output.stdout.push('\n');
    Ok(output)
}

/// The path, if it leads nowhere but below the folder: it is made of names that a chart's author chose.
fn inside(path: &str) -> Result<&Path, String> {
    let path = Path::new(path);
    if path.components().all(|component| matches!(component, Component::Normal(_))) {
        Ok(path)
    } else {
        Err(format!("{} leads out of the folder", path.display()))
    }
}

fn write(at: &Path, path: &str, text: &str, is_first: bool) -> std::io::Result<()> {
    if let Some(folder) = at.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = if is_first { File::create(at)? } else { OpenOptions::new().append(true).open(at)? };
    write!(file, "---\n# Source: {path}\n{text}\n")
}
