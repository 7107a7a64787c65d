//! Plain words for what a Rollout waits for.

use crate::objects::{Objects, now};
use rolloutview::explain;
use strategy::{Action, Plan, Waiting};

fn explained(case: &str, plan: &Plan) -> String {
    explain(&Objects::of(case).seen(), plan).to_text(now())
}

#[test]
fn a_pause_says_since_when_and_who_ends_it() {
    let plan = Plan {
        waiting: vec![Waiting {
            for_what: "the end of the pause CanaryPauseStep".to_owned(),
            since: Some("2026-01-01T11:50:00Z".parse().expect("a time")),
            unblocked_by: "kubectl argo rollouts promote web".to_owned(),
        }],
        ..Plan::default()
    };
    assert_eq!(
        explained("paused_canary", &plan),
        "Rollout shop/web is Paused: CanaryPauseStep
It is at step 2 of 4: pause

It waits for the end of the pause CanaryPauseStep
  since         2026-01-01T11:50:00Z (10m ago)
  unblocked by  kubectl argo rollouts promote web
"
    );
}

#[test]
fn pods_that_cannot_start_are_named_with_their_state() {
    assert_eq!(
        explained("degraded_canary", &Plan::default()),
        "Rollout shop/web is Degraded: ProgressDeadlineExceeded: ReplicaSet \"web-b2\" has timed out progressing.
It is at step 1 of 2: setWeight: 20

It waits for 1 of 1 pods of ReplicaSet web-b2 (canary) to become available
  since         2026-01-01T11:59:00Z (60s ago)
  unblocked by  pod web-b2-0 is ImagePullBackOff: repair the cause, or change the template back
"
    );
}

#[test]
fn nothing_is_said_as_such() {
    assert_eq!(explained("healthy_canary", &Plan::default()), "Rollout shop/web is Healthy\nIt waits for nothing.\n");
}

#[test]
fn what_a_controller_would_do_is_told_apart_from_waiting() {
    let plan = Plan {
        actions: vec![Action::EndRun("web-1".to_owned())],
        wake: Some("2026-01-01T12:00:20Z".parse().expect("a time")),
        ..Plan::default()
    };
    assert_eq!(
        explained("healthy_canary", &plan),
        "Rollout shop/web is Healthy

Its controller does this next; if it stays so, no controller is running:
  end analysisrun web-1

It is looked at again in 20s at the latest, at 2026-01-01T12:00:20Z.
"
    );
}
