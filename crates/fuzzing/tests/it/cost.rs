//! The bad inputs by name: each is refused or stopped by a limit that its message names, and within the memory that the
//! budget of one application lets it have.

mod archives;
mod charts;
mod directories;
mod kustomizations;
mod texts;

use crate::measure::peak;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tree::{MemoryTree, TreePath};

/// What any input may take, itself included.
const MEMORY_MAX: usize = 64 << 20;

/// One test at a time: what another one makes ready would count too.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `work`, and holds what it says and what it takes to what is expected.
fn refused(name: &str, expected: &str, work: impl FnOnce() -> String) {
    let (message, bytes) = peak(work);
    assert!(message.contains(expected), "{name}: {message:.600}");
    assert!(message.len() < 16 << 10, "{name}: a message of {} bytes", message.len());
    assert!(bytes <= MEMORY_MAX, "{name}: {} MiB at its peak", bytes >> 20);
}

/// A tree of these files; links are written `path -> target`.
fn tree(files: &[(&str, &str)]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    for (path, content) in files {
        let parsed = |path: &str| TreePath::parse(path).expect("a path inside");
        match path.split_once(" -> ") {
            Some((path, target)) => tree.insert_link(parsed(path), target),
            None => tree.insert_file(parsed(path), (*content).to_owned()),
        }
    }
    tree
}

/// YAML whose aliases would make 9^`levels` values.
fn aliases(levels: usize) -> String {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..levels {
        let items = vec![format!("*a{}", level - 1); 9].join(",");
        text += &format!("a{level}: &a{level} [{items}]\n");
    }
    text
}
