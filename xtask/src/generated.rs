//! Files made from code: each has a function that gives its text. `gen` writes them, `tidy` refuses stale ones.

use crate::tidy::Layers;
use crate::workspace;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// A generated file: where it lies below the root, and its whole text.
struct Generated {
    path: PathBuf,
    text: String,
}

/// Writes every generated file that is not as it should be.
pub fn write_all() -> Result<()> {
    for file in all()? {
        let path = workspace::root().join(&file.path);
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&*file.text) {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&path, file.text).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// One finding for every generated file that is stale.
pub fn stale() -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for file in all()? {
        if std::fs::read_to_string(workspace::root().join(&file.path)).ok().as_deref() != Some(&*file.text) {
            findings.push(format!("{}: is stale; run `cargo xtask gen`", file.path.display()));
        }
    }
    Ok(findings)
}

fn all() -> Result<Vec<Generated>> {
    let crds = api::crd_files().into_iter();
    let crds = crds.map(|(name, text)| Generated { path: PathBuf::from("crates/api/crds").join(name), text });
    Ok(crds.chain([architecture()?]).collect())
}

/// ARCHITECTURE.md with the picture of the crates drawn anew.
fn architecture() -> Result<Generated> {
    const BEGIN: &str = "<!-- layers: drawn by `cargo xtask gen` from layers.txt -->\n";
    const END: &str = "\n<!-- layers: end -->";
    let path = PathBuf::from("ARCHITECTURE.md");
    let text = std::fs::read_to_string(workspace::root().join(&path)).context("ARCHITECTURE.md")?;
    let Some((before, rest)) = text.split_once(BEGIN) else { bail!("ARCHITECTURE.md: no place for the picture") };
    let Some((_, after)) = rest.split_once(END) else { bail!("ARCHITECTURE.md: the picture has no end") };
    let picture = Layers::read()?.picture(&workspace::crates()?);
    Ok(Generated { path, text: format!("{before}{BEGIN}{picture}{END}{after}") })
}
