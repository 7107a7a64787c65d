//! Rollouts on an embedded cluster in this process, on a paused clock.

mod stage;

mod canary;
