//! What is told, and of which commit.

use super::account::Account;
use crate::error::SendError;
use reqwest::Method;
use serde_json::Value as Json;

/// The longest description of a status.
const DESCRIPTION_MAX: usize = 140;

/// What is told, and of which commit.
pub(super) struct Told<'s> {
    pub(super) account: Account<'s>,
    /// `/repos/owner/name`.
    pub(super) repository: String,
    pub(super) revision: &'s str,
    pub(super) message: &'s str,
}

/// The beginning of a text that may be no longer.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most - 3).chain("...".chars()).collect()
    }
}

impl Told<'_> {
    pub(super) async fn call(&self, method: Method, path: &str, body: Option<Json>) -> Result<Json, SendError> {
        self.account.call(method, &format!("{}{path}", self.repository), body).await
    }

    pub(super) fn description(&self) -> String {
        shortened(self.message, DESCRIPTION_MAX)
    }
}
