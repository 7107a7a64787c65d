//! Changes to one project: one field of its spec at a time, so that nothing else of it is touched.

use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use crate::terminal;
use object::Object;
use serde_json::{Value, json};

/// What became of a field.
pub(super) enum Edited {
    /// It has this value from now on; and what is said of that.
    To(Value, String),
    /// It stays; and why.
    Stays(String),
}

/// One project.
pub(super) async fn find(control_plane: &ControlPlane, name: &str) -> Result<Object, Failure> {
    control_plane.project(name).await?.ok_or_else(|| {
        Failure::new(format!("appprojects.argoproj.io \"{name}\" not found; `capstan proj list` shows those there are"))
    })
}

/// Changes one list of a project's spec, and says what came of it.
pub(super) async fn edit(
    control_plane: &ControlPlane,
    project: &str,
    field: &str,
    change: impl FnOnce(Vec<Value>) -> Result<Edited, Failure>,
) -> Result<(), Failure> {
    let found = find(control_plane, project).await?;
    let known = found.get(&format!("/spec/{field}")).and_then(|value| value.as_array().cloned()).unwrap_or_default();
    let said = match change(known)? {
        Edited::To(value, said) => {
            control_plane.patch(&found, json!({"spec": {field: value}})).await?;
            said
        }
        Edited::Stays(said) => said,
    };
    if said.is_empty() { Ok(()) } else { terminal::print(&format!("{said}\n")) }
}
