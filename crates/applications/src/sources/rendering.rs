//! One render: on another thread, inside limits of work and of time, and never in the way of others.

use super::around::Around;
use super::content::{Content, Pace};
use budget::{Budget, Exceeded, Limits, Stop};
use clock::{Clock, Offload};
use render::{Input, Problem, Reads, Rendered};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tree::TreePath;

/// How long one render may take: upstream's limit for its tools.
const TIME_MAX: Duration = Duration::from_secs(90);

/// A render that takes longer waits next time until no other such render runs, so that slow sources together never take
/// all threads.
const SLOW: Duration = Duration::from_secs(1);

/// Where renders run.
pub(super) struct Renderer {
    pub offload: Offload,
    clock: Clock,
    /// The one place for slow sources.
    slow: Semaphore,
}

/// What came of a source.
pub(super) enum Outcome {
    /// What was known still holds.
    Same(Arc<Content>),
    /// This, and whether it took long.
    New(Box<Rendered>, Pace),
}

impl Outcome {
    /// Whether it came to problems.
    pub fn is_wrong(&self) -> bool {
        match self {
            Outcome::Same(content) => !content.rendered.problems.is_empty(),
            Outcome::New(rendered, _) => !rendered.problems.is_empty(),
        }
    }
}

impl Renderer {
    pub fn new(offload: Offload, clock: Clock) -> Self {
        Renderer { offload, clock, slow: Semaphore::new(1) }
    }

    /// Whether what was read still says the same.
    pub async fn holds(&self, content: Arc<Content>, around: Around) -> bool {
        self.offload.run(move || content.rendered.reads.hold_in(&around.surroundings()).unwrap_or(false)).await
    }

    /// Finds the content among `former` that still holds, else renders. Dropping the future stops the work.
    pub async fn render(&self, input: Input, around: Around, former: Vec<Arc<Content>>) -> Outcome {
        let is_slow = former.first().is_some_and(|content| content.pace == Pace::Slow);
        let _turn = if is_slow { self.slow.acquire().await.ok() } else { None };
        let stop = StopWhenDropped(Stop::default());
        let (revision, flag, clock) = (around.revision.clone(), stop.0.clone(), self.clock.clone());
        let path = TreePath::parse(&input.source.path).unwrap_or_default();
        let job = move || {
            let began = clock.monotonic();
            let surroundings = around.surroundings();
            let same = former.into_iter().find(|known| known.rendered.reads.hold_in(&surroundings).unwrap_or(false));
            if let Some(same) = same {
                return Outcome::Same(same);
            }
            let mut budget = Budget::with_stop(Limits::default(), flag);
            let rendered = render::render_in(&input, &surroundings, &mut budget);
            let pace = if clock.monotonic() - began > SLOW { Pace::Slow } else { Pace::Quick };
            Outcome::New(Box::new(rendered), pace)
        };
        let ended = timeout(TIME_MAX, self.offload.run(job)).await;
        ended.unwrap_or_else(|_| Outcome::New(Box::new(took_too_long(path, revision)), Pace::Slow))
    }
}

/// What is left of a render that did not end. It says so for this commit only.
fn took_too_long(path: TreePath, revision: String) -> Rendered {
    Rendered {
        problems: vec![Problem::Limit { path, exceeded: Exceeded::Stopped }],
        reads: Reads { revision: Some(revision), ..Reads::default() },
        ..Rendered::default()
    }
}

/// Ends the work of a render that nobody waits for any more.
struct StopWhenDropped(Stop);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.set();
    }
}
