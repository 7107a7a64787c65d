//! The committed cases, built with both.

use crate::case;
use crate::peer::{Outcome, Peer};
use crate::verdict::{Tally, ours};
use anyhow::Result;
use std::fs;
use std::path::Path;

/// Compares all cases; or writes what the original gives for them.
pub fn compare(peer: &Peer, record: bool) -> Result<()> {
    let mut tally = Tally::default();
    for case in case::all() {
        let name = case.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let overlay = case.join("overlay");
        let directory = if overlay.is_dir() { &overlay } else { &case };
        let theirs = peer.build(directory, &case::flags(&case))?;
        if record {
            write(&case, &theirs)?;
        }
        tally.note(&name, &ours(&case::build(&case)), &theirs)?;
    }
    tally.finish()
}

fn write(case: &Path, theirs: &Outcome) -> Result<()> {
    let (expected, message) = (case.join("expected.yaml"), case.join("peer-error.txt"));
    if let Some(output) = &theirs.output {
        for stale in [&message, &case.join("error.txt")] {
            if stale.exists() {
                fs::remove_file(stale)?;
            }
        }
        return Ok(fs::write(expected, output)?);
    }
    if expected.exists() {
        fs::remove_file(&expected)?;
    }
    let told = neutral(&theirs.told, case);
    if fs::read_to_string(case.join("error.txt")).is_ok_and(|ours| ours == told) {
        if message.exists() {
            fs::remove_file(&message)?;
        }
        return Ok(());
    }
    Ok(fs::write(message, told)?)
}

/// A message without what is other on every machine and every run.
fn neutral(told: &str, case: &Path) -> String {
    let case = case.display().to_string();
    let lines: Vec<&str> = told.lines().filter(|line| !line.starts_with("# Warning")).collect();
    let text = lines.join("\n") + "\n";
    // A panic's trace says nothing about the kustomization.
    let text = text.split("goroutine ").next().unwrap_or_default().trim_end().to_owned() + "\n";
    let text = text.replace(&format!("{case}/"), "").replace(&case, ".");
    let passing =
        [(r"0x[0-9a-f]{6,}", "0xADDRESS"), (r"/[^ =]*/kustomize-helm-\d+", "TMP"), (r"/[^ '=]*/helm[-v0-9.]*", "helm")];
    passing.iter().fold(text, |text, (pattern, with)| match regex::Regex::new(pattern) {
        Ok(pattern) => pattern.replace_all(&text, *with).into_owned(),
        Err(_) => text,
    })
}
