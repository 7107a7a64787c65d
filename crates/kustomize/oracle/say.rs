//! Lines on standard output, seen at once: a comparison takes minutes.

use anyhow::Result;
use std::io::Write;

/// One line.
pub fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
