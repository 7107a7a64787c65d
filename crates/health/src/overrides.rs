//! The seam for rules of the user's own, such as Lua scripts: injected, for engines run nothing themselves.

use crate::outcome::Health;
use object::Object;

/// Rules that go before the built-in ones.
pub trait Overrides {
    /// How well the object is, `None` when no rule of the user's concerns it or the rule says nothing.
    ///
    /// # Errors
    /// When a rule concerns it but fails; the text is shown to the user.
    fn health(&self, live: &Object) -> Result<Option<Health>, String>;
}

/// No rules but the built-in ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOverrides;

impl Overrides for NoOverrides {
    fn health(&self, _live: &Object) -> Result<Option<Health>, String> {
        Ok(None)
    }
}
