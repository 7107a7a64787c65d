//! Which roles a subject has, through which others.

use crate::policy::Policy;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Links from a subject to a role at most: casbin's own bound, which also ends circles.
const LINKS_MAX: usize = 10;

/// A role that a subject has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reached {
    pub(crate) name: Arc<str>,
    /// What lies between: the subject first, the role itself last.
    pub(crate) path: Vec<Arc<str>>,
}

/// The subject itself and every role it has in these policies together, nearest first.
pub(crate) fn reached(subject: &str, policies: &[&Policy]) -> Vec<Reached> {
    let subject: Arc<str> = subject.into();
    let mut seen = BTreeSet::from([Arc::clone(&subject)]);
    let mut all = vec![Reached { name: Arc::clone(&subject), path: vec![subject] }];
    let mut level = 0..1;
    for _ in 0..LINKS_MAX {
        let start = all.len();
        for index in level {
            let from = all[index].clone();
            let roles = policies.iter().filter_map(|policy| policy.memberships.get(&from.name)).flatten();
            for role in roles {
                if seen.insert(Arc::clone(role)) {
                    let path = from.path.iter().chain([role]).cloned().collect();
                    all.push(Reached { name: Arc::clone(role), path });
                }
            }
        }
        level = start..all.len();
    }
    all
}
