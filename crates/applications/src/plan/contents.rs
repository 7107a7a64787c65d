//! What an application's sources come to: desired objects, or why there are none.

use crate::observed::{Gathered, Query, Whose};
use crate::sources::{Behind, SourceFailure, SourceSeen};
use compare::Targets;
use std::sync::Arc;

/// How many problems of a source are told; the rest is counted.
const PROBLEMS_MAX: usize = 3;

/// What the sources come to.
#[derive(Debug, Clone)]
pub enum Contents {
    /// The desired objects.
    Ready(Desired),
    /// Nothing yet: what is waited for.
    Wait(String),
    /// Nothing yet: what must be asked.
    Ask(Vec<Query>),
    /// Nothing: the repository cannot be read, which may pass.
    Unreachable(SourceFailure),
    /// Nothing: something is wrong with the source, until somebody changes it.
    Wrong(String),
}

/// The desired objects and where they come from.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The objects, made ready.
    pub targets: Arc<Targets>,
    /// The commits, one a source.
    pub revisions: Vec<String>,
    /// The tools that made them, one a source.
    pub source_types: Vec<String>,
    /// Numbers that are equal for equal contents, one a source.
    pub numbers: Vec<u64>,
    /// A repository that cannot be read at the moment; what was read last is what is desired.
    pub stale: Option<SourceFailure>,
    /// A newer commit that is on its way here.
    pub awaited: Option<String>,
}

/// What these sources come to.
#[must_use]
pub fn contents(gathered: &Gathered, whose: Whose) -> Contents {
    let mut queries = Vec::new();
    let mut revisions = Vec::new();
    let (mut stale, mut awaited) = (None, None);
    for (index, source) in gathered.sources.iter().enumerate() {
        let url = || source.wanted.as_ref().map(|wanted| wanted.origin.shown()).unwrap_or_default();
        match &source.seen {
            SourceSeen::Unread => return Contents::Wait(format!("the refs of {}", url())),
            SourceSeen::Fetching { what } => return Contents::Wait(what.clone()),
            SourceSeen::Failed(failure) if failure.since.is_some() => return Contents::Unreachable(failure.clone()),
            SourceSeen::Failed(failure) => return Contents::Wrong(failure.message.clone()),
            SourceSeen::Resolved { revision, content: None, .. } => {
                queries.push(Query::Render { of: whose, index, revision: revision.clone() });
            }
            SourceSeen::Resolved { revision, content: Some(_), behind } => {
                revisions.push(revision.revision());
                match behind {
                    Some(Behind::Failing(failure)) => stale = stale.or_else(|| Some(failure.clone())),
                    Some(Behind::Fetching(newer)) => awaited = Some(newer.clone()),
                    None => {}
                }
            }
            SourceSeen::Lent { revision } => revisions.push(revision.revision()),
        }
    }
    if !queries.is_empty() {
        return Contents::Ask(queries);
    }
    if let Some(problems) = problems(gathered) {
        return Contents::Wrong(problems);
    }
    match &gathered.targets {
        Some(targets) => Contents::Ready(Desired {
            targets: Arc::clone(targets),
            revisions,
            source_types: source_types(gathered),
            numbers: gathered.numbers(),
            stale,
            awaited,
        }),
        None => Contents::Wait("the kinds the cluster serves".to_owned()),
    }
}

/// What is wrong with the manifests, naming file and line.
fn problems(gathered: &Gathered) -> Option<String> {
    let of = |source: &crate::observed::Source| source.content().map(|content| content.rendered.problems.clone());
    let all: Vec<String> =
        gathered.sources.iter().filter_map(of).flatten().map(|problem| problem.to_string()).collect();
    if all.is_empty() {
        return None;
    }
    let more = match all.len().saturating_sub(PROBLEMS_MAX) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(format!("Manifest generation error: {}{more}", all[..all.len().min(PROBLEMS_MAX)].join("; ")))
}

fn source_types(gathered: &Gathered) -> Vec<String> {
    let kind = |source: &crate::observed::Source| {
        let tool = source.content().and_then(|content| content.rendered.source_type);
        tool.map(|tool| tool.to_string()).unwrap_or_default()
    };
    gathered.sources.iter().map(kind).collect()
}
