//! Ends a process when its time on the clock on the wall is over.

use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Kills a process after a while, unless dropped before.
pub(crate) struct Timer {
    ran_out: Arc<AtomicBool>,
    _until_dropped: Sender<()>,
}

impl Timer {
    /// Starts the clock for `child`. The thread ends with this timer, or when it has killed.
    pub(crate) fn start(child: &Arc<Mutex<Child>>, after: Duration) -> std::io::Result<Self> {
        let (sender, receiver) = channel::<()>();
        let ran_out = Arc::new(AtomicBool::new(false));
        let (child, rings) = (Arc::clone(child), Arc::clone(&ran_out));
        std::thread::Builder::new().name("jsonnet timer".into()).spawn(move || {
            if receiver.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                rings.store(true, Ordering::Relaxed);
                // It may have ended just now.
                let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
            }
        })?;
        Ok(Timer { ran_out, _until_dropped: sender })
    }

    /// Whether the time was over.
    pub(crate) fn ran_out(&self) -> bool {
        self.ran_out.load(Ordering::Relaxed)
    }
}
