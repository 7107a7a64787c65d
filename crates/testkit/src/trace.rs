//! What happened, line by line: the same seed must give the same lines.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many lines are kept. A simulation that needs more runs away.
const LINES_MAX: usize = 200_000;

/// The requests of all processes, in the order they were made. Cheap to clone; clones are one trace.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    all: Vec<String>,
    /// Which of them are the controllers' own writes, made or refused.
    writes: Vec<usize>,
}

impl Trace {
    /// Adds what `who` did at a time since the start.
    pub fn add(&self, at: Duration, who: &str, what: &str) {
        let mut lines = self.lines_mut();
        if lines.all.len() < LINES_MAX {
            lines.all.push(format!("{:>10.3} {who} {what}", at.as_secs_f64()));
        }
    }

    /// Adds a write of a controller.
    pub(crate) fn add_write(&self, at: Duration, who: &str, what: &str) {
        self.add(at, who, what);
        let mut lines = self.lines_mut();
        let last = lines.all.len() - 1;
        lines.writes.push(last);
    }

    /// The controllers' own writes, made or refused; without leases and events.
    #[must_use]
    pub fn writes(&self) -> Vec<String> {
        let lines = self.lines_mut();
        lines.writes.iter().map(|at| lines.all[*at].clone()).collect()
    }

    /// All lines.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines_mut().all.clone()
    }

    /// The last lines.
    #[must_use]
    pub fn tail(&self, lines: usize) -> Vec<String> {
        let all = &self.lines_mut().all;
        all[all.len().saturating_sub(lines)..].to_vec()
    }

    fn lines_mut(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where two traces part: the number of the line and both lines; `None` when they are the same.
#[must_use]
pub fn parting(one: &[String], other: &[String]) -> Option<(usize, String, String)> {
    let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_else(|| "(the end)".to_owned());
    (0..one.len().max(other.len()))
        .find(|at| one.get(*at) != other.get(*at))
        .map(|at| (at, line(one, at), line(other, at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_part_where_they_first_differ() {
        let lines = |text: &str| text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
        assert_eq!(parting(&lines("a b"), &lines("a b")), None);
        assert_eq!(parting(&lines("a b"), &lines("a c")), Some((1, "b".to_owned(), "c".to_owned())));
        assert_eq!(parting(&lines("a"), &lines("a b")).map(|(at, _, _)| at), Some(1));
    }
}
