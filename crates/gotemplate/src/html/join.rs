//! One place of two: where the branches of an `if`, `with` or `range` meet again.

use super::context::{Context, Slash, State, UrlPart};
use super::problem::{ErrorCode, Problem};

/// The place that is left when one of two branches, which end in `one` and `other`, was gone through; a failure when what
/// follows could not be read in one way. `place` and `keyword` are those of the branching action.
pub(super) fn join(one: &Context, other: &Context, keyword: &str, place: &dyn Fn() -> String) -> Context {
    if one.is_failed() || other.state == State::Dead {
        return one.clone();
    }
    if other.is_failed() || one.state == State::Dead {
        return other.clone();
    }
    if let Some(joined) = compatible(one, other) {
        return joined;
    }
    // `<p title={{if .C}}{{.}}{{end}}`: one is where a value could begin, the other in a value.
    let (nudged, other_nudged) = (one.nudged(), other.nudged());
    if !(nudged.same(one) && other_nudged.same(other)) {
        let joined = join(&nudged, &other_nudged, keyword, place);
        if !joined.is_failed() {
            return joined;
        }
    }
    let description = format!("{{{{{keyword}}}}} branches end in different contexts: {one}, {other}");
    Context::failed(Problem::new(ErrorCode::BranchEnd, Some(place()), description))
}

/// Two places that differ in nothing but how far a URL has come, or in what a slash would be.
fn compatible(one: &Context, other: &Context) -> Option<Context> {
    if one.same(other) {
        return Some(one.clone());
    }
    if (Context { url: other.url, ..one.clone() }).same(other) {
        return Some(Context { url: UrlPart::Unknown, ..one.clone() });
    }
    if (Context { slash: other.slash, ..one.clone() }).same(other) {
        return Some(Context { slash: Slash::Unknown, ..one.clone() });
    }
    None
}
