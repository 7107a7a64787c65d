//! What a service is given to deliver. A leaf module.

use crate::context::Context;
use crate::error::SendError;
use crate::options::Fields;
use notifications::{Destination, Owner};

/// What a service is given to deliver.
pub(crate) struct Sending<'s> {
    pub context: &'s Context,
    /// The service's options.
    pub options: Fields<'s>,
    /// The notification's fields for this type of service.
    pub fields: Option<Fields<'s>>,
    pub none: Fields<'s>,
    /// The notification's message.
    pub message: &'s str,
    pub destination: &'s Destination,
    pub owner: Owner,
}

impl<'s> Sending<'s> {
    /// Whom it is for.
    pub fn recipient(&self) -> &'s str {
        &self.destination.recipient
    }

    /// The notification's fields, those that are missing empty.
    pub fn fields(&self) -> Fields<'s> {
        self.fields.unwrap_or(self.none)
    }

    /// What `option` holds for the recipient: an address, a key.
    pub fn of_recipient(&self, option: &str, what: &str) -> Result<&'s str, SendError> {
        let known = self.options.texts(option);
        known.get(self.recipient()).copied().ok_or_else(|| {
            let names = known.keys().copied().collect::<Vec<_>>().join(", ");
            format!("no {what} configured for recipient {} ({option} has: {names})", self.recipient()).into()
        })
    }
}
