//! The marks that stand for states, drawn by us: the same everywhere, and never colour alone. A leaf module.

use maud::{Markup, PreEscaped, html};

/// A state as it is shown: its colour's class and its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Class of the colour.
    pub class: &'static str,
    /// Name in [`SPRITE`].
    pub sign: &'static str,
}

/// Well.
pub const OK: Mark = Mark { class: "ok", sign: "ok" };
/// On its way.
pub const RUNNING: Mark = Mark { class: "run", sign: "run" };
/// Standing still on request.
pub const HELD: Mark = Mark { class: "held", sign: "held" };
/// Not well.
pub const BAD: Mark = Mark { class: "bad", sign: "bad" };
/// Worth a look.
pub const WARNING: Mark = Mark { class: "warn", sign: "warn" };
/// Nothing to do.
pub const IDLE: Mark = Mark { class: "idle", sign: "idle" };
/// Not known.
pub const UNKNOWN: Mark = Mark { class: "idle", sign: "unknown" };

/// The mark of a Rollout's phase.
#[must_use]
pub fn of_phase(phase: &str) -> Mark {
    match phase {
        "Healthy" => OK,
        "Progressing" => RUNNING,
        "Paused" => HELD,
        "Degraded" => BAD,
        "Error" | "InvalidSpec" => WARNING,
        "ScaledDown" => IDLE,
        _ => UNKNOWN,
    }
}

/// The mark of a sign that `rolloutview` gives to ReplicaSets, pods and measurements.
#[must_use]
pub fn of_icon(icon: &str) -> Mark {
    match icon {
        "✔" => OK,
        "◌" | "◷" => RUNNING,
        "॥" => HELD,
        "✖" => BAD,
        "⚠" => WARNING,
        "•" => IDLE,
        _ => UNKNOWN,
    }
}

/// A mark with the word that it stands for.
#[must_use]
pub fn mark(mark: Mark, word: &str) -> Markup {
    html! {
        span class=(format!("mark {}", mark.class)) { (sign(mark.sign)) span { (crate::inert::inert(word)) } }
    }
}

/// A mark alone; what it stands for is read out and shown on hover.
#[must_use]
pub fn dot(mark: Mark, title: &str) -> Markup {
    let title = crate::inert::inert(title);
    html! {
        span class=(format!("dot {}", mark.class)) role="img" aria-label=(title) title=(title) { (sign(mark.sign)) }
    }
}

/// A sign of the sprite, for the eye alone.
#[must_use]
pub fn sign(name: &str) -> Markup {
    html! { svg.sign aria-hidden="true" { use href=(format!("#s-{name}")) {} } }
}

/// All signs; stands once in every page.
pub const SPRITE: PreEscaped<&str> = PreEscaped(include_str!("assets/signs.svg"));
