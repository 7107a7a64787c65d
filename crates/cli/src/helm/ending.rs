//! How a command ends: what it printed goes out as it is, and its exit code becomes ours.

use crate::failure::Failure;
use crate::terminal;
use helm::Output;

/// Writes both outputs. A problem that kept a command from starting is told as Helm tells it.
pub(super) fn end(outcome: Result<Output, String>) -> Result<(), Failure> {
    let output = outcome.unwrap_or_else(|told| Output::failed(&told));
    if !output.stderr.is_empty() {
        // Compat: an error that itself ends in a newline leaves an empty line behind.
        terminal::note(output.stderr.strip_suffix('\n').unwrap_or(&output.stderr));
    }
    if !output.stdout.is_empty() {
        terminal::data(output.stdout.as_bytes())?;
    }
    if output.code == 0 { Ok(()) } else { Err(Failure::with_code(output.code, "")) }
}
