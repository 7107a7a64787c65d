//! Where a list in pages goes on: upstream's own token, opaque to clients.

use crate::error::ApiError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

const VERSION: &str = "meta.k8s.io/v1";

/// Longest token that is decoded: a key and a few fields.
const TOKEN_BYTES_MAX: usize = 4096;

#[derive(Debug, Serialize, Deserialize)]
struct Wire {
    #[serde(default)]
    v: String,
    #[serde(default)]
    rv: i64,
    #[serde(default)]
    start: String,
}

/// Where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContinueToken {
    /// The revision the list is of; `None` for the newest, after the first one had expired.
    pub revision: Option<u64>,
    /// The last key that was given.
    pub after: String,
}

impl ContinueToken {
    /// The text of the token.
    pub fn encode(&self) -> String {
        let rv = self.revision.map_or(-1, |revision| i64::try_from(revision).unwrap_or(i64::MAX));
        let wire = Wire { v: VERSION.to_owned(), rv, start: format!("{}\0", self.after) };
        let json = serde_json::to_vec(&wire).expect("invariant: three plain fields always serialise");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// Reads a token, which anybody may have forged.
    pub fn decode(text: &str) -> Result<Self, ApiError> {
        let refused = |cause: String| {
            ApiError::bad_request(format!("invalid continue token: continue key is not valid: {cause}"))
        };
        if text.len() > TOKEN_BYTES_MAX {
            return Err(refused(format!("longer than {TOKEN_BYTES_MAX} bytes")));
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|error| {
            let at = match error {
                base64::DecodeError::InvalidByte(at, _) => at,
                _ => text.len() - text.len() % 4,
            };
            refused(format!("illegal base64 data at input byte {at}"))
        })?;
        let wire: Wire = serde_json::from_slice(&json).map_err(|error| refused(error.to_string()))?;
        if wire.v != VERSION {
            return Err(refused(format!("server does not recognize this encoded version {}", wire.v)));
        }
        if wire.rv == 0 {
            return Err(refused(format!("incorrect encoded start resourceVersion (version {VERSION})")));
        }
        if wire.start.is_empty() {
            return Err(refused(format!("encoded start key empty (version {VERSION})")));
        }
        let after = wire.start.strip_suffix('\0').unwrap_or(&wire.start).to_owned();
        Ok(ContinueToken { revision: u64::try_from(wire.rv).ok(), after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_and_forged_ones_are_refused() {
        let token = ContinueToken { revision: Some(7), after: "ns/name".to_owned() };
        assert_eq!(ContinueToken::decode(&token.encode()), Ok(token));
        let refusal = |text: &str| ContinueToken::decode(text).map_err(|error| error.message().to_owned());
        assert_eq!(
            refusal("bogus"),
            Err("invalid continue token: continue key is not valid: illegal base64 data at input byte 4".to_owned())
        );
        assert!(refusal(&"A".repeat(10_000)).is_err());
    }
}
