//! A set of lines, ready to be asked: rules by subject, memberships by member.

use crate::line::{BadLine, Line, Membership, Origin, Place, Rule, read};
use crate::pattern::MatchMode;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longest policy that is read, per source of lines: ConfigMaps end at 1 MiB anyway.
const LINES_MAX: usize = 50_000;

/// Lines that were read, by whom they concern.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    pub(crate) rules: BTreeMap<Arc<str>, Vec<Rule>>,
    pub(crate) memberships: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// A line that may have meant to deny but cannot be read.
    pub(crate) sealed_by: Option<Arc<Place>>,
}

impl Policy {
    /// Adds the lines of `text`; what cannot be read goes to `bad`.
    pub(crate) fn add(&mut self, origin: &Origin, text: &str, mode: MatchMode, bad: &mut Vec<BadLine>) {
        for (index, line) in text.split('\n').enumerate() {
            let place = Place { origin: origin.clone(), number: index + 1, text: line.trim().into() };
            if index >= LINES_MAX {
                self.sealed_by.get_or_insert_with(|| Arc::new(place.clone()));
                bad.push(BadLine { place, problem: format!("a policy may have {LINES_MAX} lines") });
                return;
            }
            self.add_line(place, mode, bad);
        }
    }

    /// Adds one line.
    pub(crate) fn add_line(&mut self, place: Place, mode: MatchMode, bad: &mut Vec<BadLine>) {
        match read(place, mode) {
            None => {}
            Some(Err(line)) => self.refuse(line, bad),
            Some(Ok((Line::Membership(membership), _))) => self.add_membership(membership),
            Some(Ok((Line::Rule(rule), problem))) => {
                bad.extend(problem);
                self.rules.entry(Arc::clone(&rule.subject)).or_default().push(rule);
            }
        }
    }

    pub(crate) fn add_membership(&mut self, membership: Membership) {
        self.memberships.entry(membership.member).or_default().push(membership.role);
    }

    /// A line that cannot be read takes effect as little as possible, but one that seems to deny must not be lost.
    pub(crate) fn refuse(&mut self, line: BadLine, bad: &mut Vec<BadLine>) {
        if line.place.text.to_ascii_lowercase().contains("deny") {
            self.sealed_by.get_or_insert_with(|| Arc::new(line.place.clone()));
        }
        bad.push(line);
    }
}
