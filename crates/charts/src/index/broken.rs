//! That a text is no index.

use crate::problem::Problem;

pub(super) fn bad(why: impl Into<String>) -> Problem {
    Problem::BadIndex { why: why.into() }
}

pub(super) fn unreadable(error: &std::io::Error) -> Problem {
    bad(format!("it cannot be read: {error}"))
}
