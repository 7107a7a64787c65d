//! A canary's pause: how long it lasts, and when it is over.

use crate::pass::{Pass, after};
use api::rollouts::Pause;
use api::rollouts::names::PAUSE_CANARY_STEP;
use api::{GoDuration, IntOrString};

/// How many seconds a pause lasts; `None` until somebody goes on, -1 when the text is no duration.
#[must_use]
pub fn seconds(pause: &Pause) -> Option<i64> {
    Some(match pause.duration.as_ref()? {
        IntOrString::Int(seconds) => *seconds,
        IntOrString::String(text) => text
            .parse::<i32>()
            .map(i64::from)
            .or_else(|_| GoDuration::parse_go(text).map(|it| it.nanoseconds() / 1_000_000_000))
            .unwrap_or(-1),
    })
}

/// Whether it is over: somebody went on, or its time has passed.
pub fn is_over(pass: &Pass<'_>, pause: &Pause) -> bool {
    match (pass.before().pause(PAUSE_CANARY_STEP), seconds(pause)) {
        (None, _) => pass.before().controller_pause,
        (Some(paused), Some(seconds)) => pass.now > after(paused.start_time.timestamp(), seconds),
        (Some(_), None) => false,
    }
}
