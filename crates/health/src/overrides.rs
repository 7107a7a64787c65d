//! The seam for rules of the user's own, such as Lua scripts: injected, for engines run nothing themselves.

use crate::outcome::Health;
use object::Object;

/// What a user's rule says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Override {
    /// No rule concerns it: the built-in ones hold.
    None,
    /// A rule concerns it and does not say how well it is; the built-in ones are not asked.
    SaysNothing,
    /// How well it is.
    Says(Health),
}

/// Rules that go before the built-in ones.
pub trait Overrides {
    /// How well the object is.
    ///
    /// # Errors
    /// When a rule concerns it but fails; the text is shown to the user.
    fn health(&self, live: &Object) -> Result<Override, String>;
}

/// No rules but the built-in ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOverrides;

impl Overrides for NoOverrides {
    fn health(&self, _live: &Object) -> Result<Override, String> {
        Ok(Override::None)
    }
}
