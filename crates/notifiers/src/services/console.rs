//! The console: for people at a terminal, who see what the command prints. Nothing is delivered anywhere.

use crate::error::SendError;
use notifications::Notification;

pub(crate) fn send(_: &Notification) -> Result<(), SendError> {
    Err("the console is a service of commands only: capstan notifications template notify".into())
}
