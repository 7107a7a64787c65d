//! Fields that somebody else owns with another value.

use super::entries::{Manager, Operation};
use crate::fields::{Path, show_path};
use crate::value::quote;
use std::fmt;

/// One field that another manager owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Whose it is.
    pub manager: Manager,
    /// The field.
    pub path: Path,
}

impl Conflict {
    /// The field, as a cause of the answer names it.
    #[must_use]
    pub fn field(&self) -> String {
        show_path(&self.path)
    }

    /// Whose it is, as a cause of the answer says it.
    #[must_use]
    pub fn message(&self) -> String {
        format!("conflict with {}", show_manager(&self.manager))
    }
}

/// All conflicts of an apply, by manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflicts(pub Vec<Conflict>);

impl fmt::Display for Conflicts {
    /// The message of the answer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice() {
            return write!(f, "Apply failed with 1 conflict: {}: {}", only.message(), only.field());
        }
        write!(f, "Apply failed with {} conflicts: ", self.0.len())?;
        let mut last: Option<&Manager> = None;
        for conflict in &self.0 {
            if last != Some(&conflict.manager) {
                let newline = if last.is_some() { "\n" } else { "" };
                write!(f, "{newline}conflicts with {}:", show_manager(&conflict.manager))?;
            }
            write!(f, "\n- {}", conflict.field())?;
            last = Some(&conflict.manager);
        }
        Ok(())
    }
}

fn show_manager(manager: &Manager) -> String {
    let mut out = quote(&manager.name);
    if !manager.subresource.is_empty() {
        out.push_str(&format!(" with subresource {}", quote(&manager.subresource)));
    }
    if manager.operation == Operation::Update {
        out.push_str(&format!(" using {}", manager.api_version));
    }
    out
}
