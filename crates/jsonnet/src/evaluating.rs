//! One evaluating process, from its start to its end, as the parent sees it.

use crate::ending::Ending;
use crate::limits::Limits;
use crate::timer::Timer;
use crate::wire::{ToChild, ToParent, WireError, receive, send};
use std::ffi::OsString;
use std::io::{BufWriter, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// Of what a process writes to standard error, this much is looked at.
const LAST_WORDS_MAX: u64 = 4 << 10;

/// A running process; dropping it ends it.
pub(crate) struct Evaluating {
    child: Arc<Mutex<Child>>,
    timer: Timer,
    input: BufWriter<ChildStdin>,
    output: ChildStdout,
    errors: ChildStderr,
}

impl Evaluating {
    /// Starts `program` without environment or working directory of ours.
    pub(crate) fn start(program: &Path, arguments: &[OsString], limits: &Limits) -> std::io::Result<Self> {
        let confinement = limits.confinement;
        let mut child = Command::new(program)
            .args(arguments)
            .args([confinement.memory_bytes.to_string(), confinement.processor_seconds.to_string()])
            .env_clear()
            // The allocator must ask the system for what it hands out, or it could not be bounded by the system.
            .env("MIMALLOC_ARENA_RESERVE", "0")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = pipes else {
            unreachable!("all three were asked for as pipes");
        };
        let child = Arc::new(Mutex::new(child));
        let timer = Timer::start(&child, limits.wall);
        let timer = timer.inspect_err(|_| end(&child))?;
        Ok(Evaluating { child, timer, input: BufWriter::new(input), output, errors })
    }

    pub(crate) fn tell(&mut self, head: &ToChild, body: &[u8]) -> Result<(), WireError> {
        send(&mut self.input, head, body)
    }

    pub(crate) fn hear(&mut self, body_max: u32) -> Result<(ToParent, Vec<u8>), WireError> {
        receive(&mut self.output, body_max)
    }

    /// How the process ended, once its pipe broke.
    pub(crate) fn ending(mut self) -> Ending {
        end(&self.child);
        let mut last_words = Vec::new();
        // What cannot be read is not looked at.
        let _ = self.errors.by_ref().take(LAST_WORDS_MAX).read_to_end(&mut last_words);
        let status = self.child.lock().unwrap_or_else(PoisonError::into_inner).wait().ok();
        let last_words = String::from_utf8_lossy(&last_words).into_owned();
        Ending { status, last_words, timed_out: self.timer.ran_out() }
    }
}

impl Drop for Evaluating {
    fn drop(&mut self) {
        end(&self.child);
    }
}

/// Ends a process and takes note of it, so that none is left over. One that has ended already keeps its own status.
fn end(child: &Mutex<Child>) {
    let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = child.kill();
    let _ = child.wait();
}
