//! Threads for one render: a command has the machine for itself.

use helm::{Piece, Workers};
use std::thread;

/// More threads than these gain nothing: the largest charts are parsed in a few hundredths of a second by one.
const THREADS_MAX: usize = 4;

/// A thread for each piece of work, the calling one among them.
pub(super) struct Threads;

impl Workers for Threads {
    fn count(&self) -> usize {
        thread::available_parallelism().map_or(1, |cores| cores.get().min(THREADS_MAX))
    }

    fn run<'p>(&self, pieces: Vec<Piece<'p>>) {
        thread::scope(|scope| {
            let mut pieces = pieces.into_iter();
            let own = pieces.next();
            for piece in pieces {
                // What no thread can be had for is left out, and the render does it itself.
                drop(thread::Builder::new().spawn_scoped(scope, piece));
            }
            if let Some(own) = own {
                own();
            }
        });
    }
}
