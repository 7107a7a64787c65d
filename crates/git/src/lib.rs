//! Git repositories read as data: refs, commits, trees; no working copy, no git process.
