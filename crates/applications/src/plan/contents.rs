//! What an application's sources come to: desired objects, or why there are none.

use crate::observed::{Gathered, Query, Signed, Whose};
use crate::sources::{Behind, Signatures, SourceFailure, SourceSeen};
use api::ApplicationCondition;
use api::names::CONDITION_COMPARISON_ERROR;
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
    /// What is wrong with the signatures: what is desired is told, and never applied.
    pub distrust: Vec<ApplicationCondition>,
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
    let distrust = match trust(gathered, whose) {
        Ok(distrust) => distrust,
        Err(instead) => return *instead,
    };
    match &gathered.targets {
        Some(targets) => Contents::Ready(Desired {
            distrust,
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

/// What is wrong with the signatures, one condition a source; or what must be known or done first.
fn trust(gathered: &Gathered, whose: Whose) -> Result<Vec<ApplicationCondition>, Box<Contents>> {
    let count = gathered.sources.len();
    let (mut queries, mut conditions) = (Vec::new(), Vec::new());
    for (index, source) in gathered.sources.iter().enumerate() {
        match &source.signed {
            Signed::Undemanded => {}
            Signed::Unclear(why) => return Err(Box::new(Contents::Wrong(why.clone()))),
            Signed::Unknown(_) => match &source.seen {
                SourceSeen::Resolved { revision, .. } | SourceSeen::Lent { revision } => {
                    queries.push(Query::Signatures { of: whose, index, revision: revision.clone() });
                }
                _ => {}
            },
            Signed::Seen(Signatures::Pending) => {
                let url = source.wanted.as_ref().map(|wanted| wanted.origin.shown()).unwrap_or_default();
                return Err(Box::new(Contents::Wait(format!("what is signed in {url}"))));
            }
            Signed::Seen(Signatures::Failed(failure)) => return Err(Box::new(Contents::Unreachable(failure.clone()))),
            Signed::Seen(Signatures::Known(problems)) if problems.is_empty() => {}
            Signed::Seen(Signatures::Known(problems)) => {
                let told = |problem: &String| match (count, problem.strip_prefix("GIT/GPG: ")) {
                    (2.., Some(rest)) => format!("GIT/GPG: source {} of {count}: {rest}", index + 1),
                    _ => problem.clone(),
                };
                let text: Vec<String> = problems.iter().map(told).collect();
                conditions.push(ApplicationCondition::new(CONDITION_COMPARISON_ERROR, text.join("\n")));
            }
        }
    }
    if queries.is_empty() { Ok(conditions) } else { Err(Box::new(Contents::Ask(queries))) }
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
