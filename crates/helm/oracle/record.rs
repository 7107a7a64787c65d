//! Expected files of the cases, from real binaries.

use crate::case::{Flags, shown};
use crate::peer::Peer;
use anyhow::{Context, Result, ensure};
use helm::Profile;
use std::path::Path;

/// Runs every case with each release.
pub fn record(peers: &[Peer], only: Option<&str>) -> Result<()> {
    for profile in Profile::ALL {
        ensure!(peers.iter().any(|peer| peer.profile == profile), "no --helm is Helm {profile}; all three are needed");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(folder)? {
        let case = entry?.path();
        if only.is_some_and(|only| !case.to_string_lossy().contains(only)) {
            continue;
        }
        let flags: Flags = match std::fs::read_to_string(case.join("case.toml")) {
            Ok(text) => toml::from_str(&text).with_context(|| case.display().to_string())?,
            Err(_) => Flags::default(),
        };
        let mut given = Vec::new();
        for peer in peers {
            given.push((peer.profile, shown(&peer.run(&case, &flags)?, &flags)));
        }
        write(&case, &given)?;
        // A home that Helm made for itself.
        let _ = std::fs::remove_dir_all(case.join(".helm-home"));
    }
    Ok(())
}

/// One file where all agree, else one for each.
fn write(case: &Path, given: &[(Profile, String)]) -> Result<()> {
    let folder = case.join("expected");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    if given.windows(2).all(|pair| pair[0].1 == pair[1].1) {
        std::fs::write(folder.join("all.txt"), &given[0].1)?;
        return Ok(());
    }
    for (profile, text) in given {
        std::fs::write(folder.join(format!("{profile}.txt")), text)?;
    }
    Ok(())
}
