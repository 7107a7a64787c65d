//! Which values files a chart is given, in which order.

use super::glob::{expand, is_pattern};
use super::place::Place;
use crate::work::{Work, read};
use crate::{ChartProblem, Problem};
use bytes::Bytes;
use helm::Source;
use std::collections::BTreeSet;
use tree::{EntryKind, Tree, TreeError};

/// The largest file that is fetched: far beyond any values file.
const FETCHED_BYTES_MAX: u64 = 16 << 20;

/// The files that `written` names; each is there once, at its first place.
///
/// Compat: one that is named itself stands where it is named, not where a pattern that matches it stands.
pub(super) fn places(work: &mut Work<'_>, written: &[String], ignore_missing: bool) -> Result<Vec<Place>, Problem> {
    let resolved: Vec<Result<Place, Problem>> = written.iter().map(|one| Place::resolve(work, one)).collect();
    let is_named = |place: &&Place| !pattern(place);
    let named: BTreeSet<Place> = resolved.iter().flatten().filter(is_named).cloned().collect();
    let mut places: Vec<Place> = Vec::new();
    let mut seen = BTreeSet::new();
    for (place, written) in resolved.into_iter().zip(written) {
        let place = place?;
        if pattern(&place) {
            let matches = matches(work, &place)?;
            if matches.is_empty() && !ignore_missing {
                return Err(at(work, ChartProblem::NoMatch(written.clone())));
            }
            let new = matches.into_iter().filter(|found| !named.contains(found));
            places.extend(new.filter(|found| seen.insert(found.clone())));
        } else if (!ignore_missing || place.exists(work)?) && seen.insert(place.clone()) {
            places.push(place);
        }
    }
    Ok(places)
}

/// Their contents, as Helm is given them.
pub(super) fn sources(work: &mut Work<'_>, places: Vec<Place>) -> Result<Vec<Source>, Problem> {
    let read = |place: Place| Ok(Source::File { path: place.to_string(), content: content(work, &place)? });
    places.into_iter().map(read).collect()
}

/// The content of one file.
pub(super) fn content(work: &mut Work<'_>, place: &Place) -> Result<Bytes, Problem> {
    if let Place::Url(url) = place {
        return fetched(work, url, place);
    }
    let (tree, path) = place.files(work).ok_or_else(|| at(work, ChartProblem::NoFile(place.to_string())))?;
    let entry = tree.entry(&tree::resolve(tree, path)?)?;
    match entry.map(|entry| entry.kind) {
        None => Err(at(work, ChartProblem::NoFile(place.to_string()))),
        Some(EntryKind::File) => read(tree, path, work.budget),
        Some(EntryKind::Directory) => Err(at(work, ChartProblem::IsDirectory(place.to_string()))),
        Some(found) => Err(TreeError::WrongKind { path: path.clone(), found, expected: EntryKind::File }.into()),
    }
}

fn fetched(work: &mut Work<'_>, url: &str, place: &Place) -> Result<Bytes, Problem> {
    let bytes_max = work.budget.bytes_left().min(FETCHED_BYTES_MAX);
    let had = work.around.elsewhere.url(url, bytes_max);
    let content = had.map_err(|cause| at(work, ChartProblem::NotFetched { url: place.to_string(), cause }))?;
    let limit = |exceeded| Problem::Limit { path: work.path.clone(), exceeded };
    work.budget.take_bytes(content.len() as u64).map_err(limit)?;
    Ok(content)
}

fn pattern(place: &Place) -> bool {
    match place {
        Place::Own(path) | Place::Referred(_, path) => is_pattern(path),
        Place::Url(_) => false,
    }
}

fn matches(work: &mut Work<'_>, place: &Place) -> Result<Vec<Place>, Problem> {
    let Some((tree, path)) = place.files(work) else { return Ok(Vec::new()) };
    let found = expand(tree, path, work.budget)?;
    Ok(found.into_iter().map(|path| place.with(path)).collect())
}

fn at(work: &Work<'_>, error: ChartProblem) -> Problem {
    Problem::Chart { path: work.path.clone(), error }
}
