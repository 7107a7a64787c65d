//! Characters up to one that ends a name or a value.

/// A text and how far it has been read.
pub(super) struct Reader {
    characters: Vec<char>,
    at: usize,
}

/// What was read, and what ended it: `None` at the end of the text.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) end: Option<char>,
}

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Reader { characters: text.chars().collect(), at: 0 }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// Up to one of `stops`; a backslash takes away the meaning of the character behind it.
    pub(super) fn until(&mut self, stops: &[char]) -> Piece {
        let mut text = String::new();
        while let Some(next) = self.next() {
            match next {
                stop if stops.contains(&stop) => return Piece { text, end: Some(stop) },
                '\\' => match self.next() {
                    Some(escaped) => text.push(escaped),
                    None => break,
                },
                other => text.push(other),
            }
        }
        Piece { text, end: None }
    }

    /// Up to one of `stops`, with backslashes as they are.
    pub(super) fn until_literal(&mut self, stops: &[char]) -> Piece {
        let mut text = String::new();
        while let Some(next) = self.next() {
            if stops.contains(&next) {
                return Piece { text, end: Some(next) };
            }
            text.push(next);
        }
        Piece { text, end: None }
    }

    /// All that is left.
    pub(super) fn rest(&self) -> String {
        self.characters[self.at..].iter().collect()
    }

    pub(super) fn skip(&mut self, characters: usize) {
        self.at = (self.at + characters).min(self.characters.len());
    }
}
