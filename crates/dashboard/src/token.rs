//! A secret that whoever asks must know. A leaf module.

use ring::rand::{SecureRandom, SystemRandom};
use std::fmt;

/// So many random bytes cannot be guessed.
const BYTES: usize = 24;

/// A secret that whoever asks must know.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// One that somebody chose; `None` when it is shorter than could not be guessed.
    #[must_use]
    pub fn chosen(text: &str) -> Option<Self> {
        const SHORTEST: usize = 16;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        (text.len() >= SHORTEST && is_plain).then(|| Token(text.to_owned()))
    }

    /// One that nobody knows yet; `None` when the system gives no random numbers.
    #[must_use]
    pub fn random() -> Option<Self> {
        let mut bytes = [0; BYTES];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Its text, to be told to whom it is for.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether this is it. Takes as long whatever is wrong with it.
    #[must_use]
    pub fn is(&self, told: &str) -> bool {
        let (own, told) = (self.0.as_bytes(), told.as_bytes());
        let differing = own
            .iter()
            .enumerate()
            .fold(0_u8, |sum, (index, byte)| sum | (byte ^ told.get(index).copied().unwrap_or_default()));
        own.len() == told.len() && differing == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_it() {
        let token = Token::random().expect("random numbers");
        assert!(token.is(token.text()));
        assert!(!token.is(""));
        assert!(!token.is(&token.text()[1..]));
        assert!(!token.is(&format!("{}0", token.text())));
        assert_eq!(Token::chosen("short"), None);
        assert_eq!(Token::chosen("sixteen chars; no"), None);
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
