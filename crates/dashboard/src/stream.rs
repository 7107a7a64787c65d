//! Answers that go on: what changed, whenever something changed.

use crate::board::Board;
use crate::snapshot::Snapshot;
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What one who follows is told.
pub trait Follower: Send + 'static {
    /// What is to be told of this moment; empty when nothing.
    fn tell(&mut self, snapshot: &Snapshot) -> Told;
}

/// What is told of one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The text; empty when there is nothing to tell.
    pub text: String,
    /// Whether nothing will follow.
    pub is_last: bool,
}

/// How a stream goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Changes within this time are told together.
    pub at_most_every: Duration,
    /// What is sent when there was nothing to tell for a while, so that both sides notice when the other is gone.
    pub heartbeat: Option<(Duration, &'static str)>,
}

struct State<F> {
    follower: F,
    // Held so that the cluster is followed as long as somebody listens.
    board: Board,
    changes: watch::Receiver<u64>,
    pace: Pace,
    is_first: bool,
    is_over: bool,
}

/// The body that tells `follower`'s story.
pub fn body<F: Follower>(board: &Board, follower: F, pace: Pace) -> Body {
    let changes = board.changes();
    let state = State { follower, board: board.clone(), changes, pace, is_first: true, is_over: false };
    Body::from_stream(stream::unfold(state, next))
}

async fn next<F: Follower>(mut state: State<F>) -> Option<(Result<Bytes, Infallible>, State<F>)> {
    while !state.is_over {
        if !state.is_first && !state.wait().await {
            let (_, text) = state.pace.heartbeat?;
            return Some((Ok(Bytes::from_static(text.as_bytes())), state));
        }
        state.is_first = false;
        state.changes.mark_unchanged();
        let snapshot: Arc<Snapshot> = state.board.now();
        let told = state.follower.tell(&snapshot);
        state.is_over = told.is_last;
        if !told.text.is_empty() {
            return Some((Ok(told.text.into()), state));
        }
    }
    None
}

impl<F> State<F> {
    /// Waits for a change; says whether there was one.
    async fn wait(&mut self) -> bool {
        tokio::time::sleep(self.pace.at_most_every).await;
        match self.pace.heartbeat {
            None => self.changes.changed().await.is_ok(),
            Some((after, _)) => matches!(tokio::time::timeout(after, self.changes.changed()).await, Ok(Ok(()))),
        }
    }
}
