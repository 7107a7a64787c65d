//! `notifications`: refused by name until there is something to notify with.

use super::ending::failed;
use crate::failure::Failure;
use clap::Args;

/// Whatever stands behind `notifications`.
#[derive(Debug, Args)]
pub(super) struct Notifications {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    rest: Vec<String>,
}

impl Notifications {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let what = self.rest.join(" ");
        let what = if what.is_empty() { "notifications".to_owned() } else { format!("notifications {what}") };
        Err(failed(format!("`{what}` is not implemented yet: Capstan sends no notifications; nothing was done")))
    }
}
