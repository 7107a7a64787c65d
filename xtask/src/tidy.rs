//! What the compiler does not check. Every finding names a file; `tests` run the same checks, so that a plain
//! `cargo test` tells as much.

mod documentation;
mod layers;
mod manifests;
mod modules;
mod purity;

pub use layers::Layers;

use crate::{generated, workspace};
use anyhow::{Result, bail};

/// Runs every check and prints what it finds.
pub fn run() -> Result<()> {
    let findings = findings()?;
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{} finding(s):\n{}", findings.len(), findings.join("\n"))
}

fn findings() -> Result<Vec<String>> {
    let crates = workspace::crates()?;
    let layers = Layers::read()?;
    let mut findings = layers.check(&crates);
    for one in &crates {
        findings.extend(manifests::check(one));
        findings.extend(documentation::check(one)?);
        findings.extend(modules::check(one)?);
        if layers.is_pure(&one.name) {
            findings.extend(purity::check(one)?);
        }
    }
    findings.extend(generated::stale()?);
    Ok(findings)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_workspace_is_tidy() {
        let findings = super::findings().expect("the workspace can be read");
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }
}
