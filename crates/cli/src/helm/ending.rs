//! How a command ends: what it printed goes out as it is, and its exit code becomes ours.

use crate::failure::Failure;
use crate::terminal;
use helm::Output;

/// Writes both outputs. A problem that kept a command from starting is told as Helm tells it.
pub(super) fn end(outcome: Result<Output, String>) -> Result<(), Failure> {
    let output = outcome.unwrap_or_else(|told| Output::failed(&told));
    if !output.stderr.is_empty() {
        terminal::note(output.stderr.trim_end_matches('\n'));
    }
    if !output.stdout.is_empty() {
        terminal::data(output.stdout.as_bytes())?;
    }
    if output.code == 0 { Ok(()) } else { Err(Failure::with_code(output.code, "")) }
}
