//! Where a pod's containers stand at a moment: a pure function of when they started and how they behave.

use super::behaviour::{Behaviour, End, Pull, Readiness, Restart};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The first pause before a container is started again; it doubles with every restart.
const BACKOFF_FIRST: Duration = Duration::from_secs(10);
/// The longest such pause.
const BACKOFF_MAX: Duration = Duration::from_secs(300);
/// How long the first failure to pull an image is told as such before the pause is.
const PULL_ERROR: Duration = Duration::from_secs(1);

/// A moment in a pod's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub stage: Stage,
    pub restarts: i64,
    /// The run before this one, if there was one.
    pub last: Option<Run>,
    /// When the stage may change by itself.
    pub next: Option<Timestamp>,
}

/// What the containers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// They are being made.
    Creating,
    /// Their image cannot be pulled; the word says which try this is.
    Pulling(&'static str),
    /// They run.
    Running { since: Timestamp, ready: bool },
    /// They crashed and wait to be started again.
    BackingOff,
    /// They ended for good.
    Ended(Run),
}

/// A run that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub from: Timestamp,
    pub to: Timestamp,
    pub code: i64,
}

/// The moment `now` of a pod that its node took at `seen`.
pub(super) fn moment(behaviour: &Behaviour, seen: Timestamp, now: Timestamp) -> Moment {
    let begun = plus(seen, behaviour.start);
    let at = |stage, next| Moment { stage, restarts: 0, last: None, next };
    if now < begun {
        return at(Stage::Creating, Some(begun));
    }
    if behaviour.pull == Pull::Fails {
        let told = plus(begun, PULL_ERROR);
        return if now < told {
            at(Stage::Pulling("ErrImagePull"), Some(told))
        } else {
            at(Stage::Pulling("ImagePullBackOff"), None)
        };
    }
    match behaviour.end {
        None => running(behaviour, begun, now),
        Some(end) => restarted(behaviour, end, begun, now),
    }
}

fn running(behaviour: &Behaviour, since: Timestamp, now: Timestamp) -> Moment {
    let (ready, next) = match behaviour.ready {
        Readiness::Never => (false, None),
        Readiness::After(delay) => {
            let time = plus(since, delay);
            (time <= now, (time > now).then_some(time))
        }
    };
    Moment { stage: Stage::Running { since, ready }, restarts: 0, last: None, next }
}

fn restarted(behaviour: &Behaviour, end: End, begun: Timestamp, now: Timestamp) -> Moment {
    let mut from = begun;
    let mut last = None;
    let mut restarts = 0;
    let mut pause = BACKOFF_FIRST;
    loop {
        let to = plus(from, end.after);
        if now < to {
            let moment = running(behaviour, from, now);
            let next = moment.next.map_or(to, |next| next.min(to));
            return Moment { restarts, last, next: Some(next), ..moment };
        }
        let run = Run { from, to, code: end.code };
        let over = match behaviour.restart {
            Restart::Always => false,
            Restart::OnFailure => end.code == 0,
            Restart::Never => true,
        };
        if over {
            return Moment { stage: Stage::Ended(run), restarts, last, next: None };
        }
        // The first restart comes at once, as upstream's; from then on each waits longer.
        let wait = if restarts == 0 { Duration::ZERO } else { pause };
        let again = plus(to, wait);
        if now < again {
            return Moment { stage: Stage::BackingOff, restarts, last: Some(run), next: Some(again) };
        }
        if restarts > 0 {
            pause = (pause * 2).min(BACKOFF_MAX);
        }
        last = Some(run);
        restarts += 1;
        // A run without length would never let time pass.
        from = again.max(plus(run.from, Duration::from_millis(1)));
    }
}

fn plus(time: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(behaviour: &Behaviour, seconds: &[i64]) -> Vec<String> {
        let start = Timestamp::UNIX_EPOCH;
        let at = |second: &i64| moment(behaviour, start, plus(start, Duration::from_secs(second.unsigned_abs())));
        let text = |moment: Moment| match moment.stage {
            Stage::Creating => "creating".to_owned(),
            Stage::Pulling(word) => word.to_owned(),
            Stage::Running { ready, .. } => format!("running ready={ready} restarts={}", moment.restarts),
            Stage::BackingOff => format!("backing off restarts={}", moment.restarts),
            Stage::Ended(run) => format!("ended {}", run.code),
        };
        seconds.iter().map(|second| text(at(second))).collect()
    }

    fn behaviour(end: Option<End>, restart: Restart) -> Behaviour {
        Behaviour {
            start: Duration::from_secs(2),
            stop: Duration::ZERO,
            pull: Pull::Works,
            ready: Readiness::After(Duration::from_secs(3)),
            end,
            restart,
        }
    }

    #[test]
    fn a_server_starts_and_becomes_ready() {
        let told = story(&behaviour(None, Restart::Always), &[0, 2, 4, 5]);
        let running = |ready| format!("running ready={ready} restarts=0");
        assert_eq!(told, ["creating".to_owned(), running(false), running(false), running(true)]);
    }

    #[test]
    fn a_crash_is_restarted_at_once_and_then_ever_later() {
        let end = End { after: Duration::from_secs(1), code: 1 };
        let told = story(&behaviour(Some(end), Restart::Always), &[2, 3, 4, 13, 14, 15, 34, 35]);
        let running = |restarts| format!("running ready=false restarts={restarts}");
        let waiting = |restarts| format!("backing off restarts={restarts}");
        assert_eq!(
            told,
            [running(0), running(1), waiting(1), waiting(1), running(2), waiting(2), waiting(2), running(3)]
        );
    }

    #[test]
    fn a_job_ends_once_or_is_tried_again_by_its_policy() {
        let end = |code| Some(End { after: Duration::from_secs(1), code });
        assert_eq!(story(&behaviour(end(7), Restart::Never), &[3, 300]), ["ended 7", "ended 7"]);
        assert_eq!(story(&behaviour(end(0), Restart::OnFailure), &[3]), ["ended 0"]);
        assert_eq!(story(&behaviour(end(7), Restart::OnFailure), &[3]), ["running ready=false restarts=1"]);
    }

    #[test]
    fn a_missing_image_is_an_error_and_then_a_pause() {
        let missing = Behaviour { pull: Pull::Fails, ..behaviour(None, Restart::Always) };
        assert_eq!(
            story(&missing, &[1, 2, 3, 900]),
            ["creating", "ErrImagePull", "ImagePullBackOff", "ImagePullBackOff"]
        );
    }
}
