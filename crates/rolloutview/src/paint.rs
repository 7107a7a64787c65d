//! Colours of signs and words. A leaf module.

use crate::icon;

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// It is not.
    Plain,
    /// By the codes that terminals know.
    Ansi,
}

const RED: u8 = 31;
const GREEN: u8 = 32;
const YELLOW: u8 = 33;
const BRIGHT_BLUE: u8 = 94;

fn colour(word: &str) -> u8 {
    match word {
        icon::WAITING | icon::UNKNOWN | "canary" => YELLOW,
        icon::PROGRESSING | "preview" | "ping" | "pong" | "Pending" | "Running" => BRIGHT_BLUE,
        icon::WARNING | icon::BAD => RED,
        icon::OK | "stable" | "active" => GREEN,
        _ => 0,
    }
}

impl Paint {
    /// A sign or a word in its colour.
    #[must_use]
    pub fn word(self, word: &str) -> String {
        self.like(word, word)
    }

    /// Text in the colour of a word.
    // Compat: text whose word has no colour is wrapped too, so that every row is as long as the others.
    #[must_use]
    pub fn like(self, text: &str, word: &str) -> String {
        match self {
            Paint::Plain => text.to_owned(),
            Paint::Ansi => format!("\x1b[{}m{text}\x1b[0m", colour(word)),
        }
    }
}

/// How many places text takes on a terminal, colours left out.
pub fn width(text: &str) -> usize {
    let mut is_code = false;
    let mut width = 0;
    for character in text.chars() {
        match character {
            '\x1b' => is_code = true,
            'm' if is_code => is_code = false,
            _ if is_code => {}
            _ => width += 1,
        }
    }
    width
}
