//! Gives up, for the rest of this process, all that evaluating does not need.

use crate::limits::Confinement;
use rlimit::Resource;

/// Bounds memory and processor time; no file can be opened, no process started, no file written, no memory image left.
///
/// Assumption: what is open stays open — the three pipes — and nothing else is.
pub(crate) fn confine(to: Confinement) -> std::io::Result<()> {
    memory().set(to.memory_bytes, to.memory_bytes)?;
    // The kernel says so at the first and kills at the second.
    Resource::CPU.set(to.processor_seconds, to.processor_seconds.saturating_add(1))?;
    Resource::CORE.set(0, 0)?;
    Resource::FSIZE.set(0, 0)?;
    Resource::NPROC.set(0, 0)?;
    Resource::NOFILE.set(0, 0)
}

/// On Linux what was allocated counts, wherever; elsewhere the address space is the nearest that can be bounded.
fn memory() -> Resource {
    if cfg!(target_os = "linux") { Resource::DATA } else { Resource::AS }
}
