//! Pages that are kept up to date: the pieces that changed, as server-sent events.
//!
//! A stream ends by itself after a while, and the browser comes back with what it then is: so a session that has ended, or
//! a permission that was taken away, is noticed on pages that stay open.

use crate::view::{Told, View};
use crate::world::World;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use clock::Clock;
use futures::stream;
use http::header;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// People see no more than a few changes a second.
const AT_MOST_EVERY: Duration = Duration::from_millis(200);
/// When there was nothing to tell for so long, that is told, so that both sides notice when the other is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long one stream lasts.
const LASTS: Duration = Duration::from_secs(300);

/// What is shown now; `None` when who looks may no longer.
pub type Show = Box<dyn Fn(&World) -> Option<View> + Send>;

struct State {
    show: Show,
    told: Told,
    // Held so that the cluster is followed as long as somebody listens.
    world: World,
    changes: watch::Receiver<u64>,
    is_first: bool,
    clock: Clock,
    ends: Instant,
}

/// The events of a page.
pub fn events(world: &World, clock: &Clock, show: Show) -> Response {
    let (clock, ends) = (clock.clone(), clock.monotonic() + LASTS);
    let state = State {
        show,
        told: Told::default(),
        changes: world.changes(),
        world: world.clone(),
        is_first: true,
        clock,
        ends,
    };
    let body = Body::from_stream(stream::unfold(state, next));
    ([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")], body).into_response()
}

async fn next(mut state: State) -> Option<(Result<Bytes, Infallible>, State)> {
    while state.clock.monotonic() < state.ends {
        if !state.is_first {
            tokio::time::sleep(AT_MOST_EVERY).await;
            if !matches!(tokio::time::timeout(HEARTBEAT, state.changes.changed()).await, Ok(Ok(()))) {
                return Some((Ok(Bytes::from_static(b": \n\n")), state));
            }
        }
        state.is_first = false;
        state.changes.mark_unchanged();
        let view = (state.show)(&state.world)?;
        let text = state.told.tell(view);
        if !text.is_empty() {
            return Some((Ok(text.into()), state));
        }
    }
    None
}
