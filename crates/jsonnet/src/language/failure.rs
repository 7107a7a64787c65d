//! The making of failures: bounded, and never with a file's content.

use crate::wire::Failure;

/// The longest text of a program's own `error` that is told: it may hold anything.
const MESSAGE_CHARACTERS_MAX: usize = 1024;

/// A failure at a place, or at none.
pub(super) fn failure(place: Option<(String, u32)>, message: &str) -> Failure {
    let mut characters = message.char_indices();
    let message = match characters.nth(MESSAGE_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}… (shortened)", &message[..end]),
        None => message.to_owned(),
    };
    Failure { place, message }
}
