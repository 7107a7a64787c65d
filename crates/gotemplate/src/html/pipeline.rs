//! A pipeline and its escapers put together: where it already ends with an escaper of Go's own, that takes the place of
//! the one that does the same.

use super::escapers as names;
use crate::outline::{Commands, Predefined, Printed};

/// What becomes of a pipeline.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) last: Last,
    /// What is put behind it.
    pub(super) behind: Vec<&'static str>,
}

/// What becomes of the pipeline's last command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Kept,
    Dropped,
    /// It gives its arguments as one text, for what is behind it to escape.
    OnlyArguments,
}

/// What becomes of the pipeline of `action`, which needs `escapers`.
pub(super) fn plan(action: &Printed, mut escapers: Vec<&'static str>) -> Plan {
    let Some(predefined) = action.last else {
        return Plan { last: Last::Kept, behind: without_redundant(escapers) };
    };
    let same = |name: &&'static str| equivalent(name) == Some(predefined);
    let replaces = escapers.iter().any(same);
    escapers.iter_mut().filter(|name| same(name)).for_each(|name| *name = predefined.name());
    let last = match (action.shape, replaces) {
        (Commands::OneWithArguments, _) => Last::OnlyArguments,
        (_, true) => Last::Dropped,
        (_, false) => Last::Kept,
    };
    if last == Last::OnlyArguments && !replaces {
        escapers.insert(0, predefined.name());
    }
    Plan { last, behind: without_redundant(escapers) }
}

/// The escaper of Go's own that does what `name` does, or what is as safe.
fn equivalent(name: &str) -> Option<Predefined> {
    match name {
        names::ATTR | names::HTML | names::RC_DATA => Some(Predefined::Html),
        names::URL | names::URL_NORMAL => Some(Predefined::UrlQuery),
        _ => None,
    }
}

/// Leaves out what has nothing to do behind the one before.
fn without_redundant(escapers: Vec<&'static str>) -> Vec<&'static str> {
    let (mut kept, mut before) = (Vec::new(), None);
    for name in escapers {
        let redundant = match before {
            Some(names::COMMENT) => matches!(name, names::ATTR | names::HTML),
            Some(names::CSS | names::JS_REGEXP | names::JS_STR | names::JS_TEMPLATE) => name == names::ATTR,
            Some(names::URL) => name == names::URL_NORMAL,
            _ => false,
        };
        if !redundant {
            kept.push(name);
            before = Some(name);
        }
    }
    kept
}
