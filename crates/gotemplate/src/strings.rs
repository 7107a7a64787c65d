//! Literal texts that stand in a template more than once, held once.

use crate::quote::unquote;
use crate::text::Text;

/// How many literals are remembered: few texts hold more that differ and come again.
const REMEMBERED: usize = 64;

/// The literals read last, each in a place that follows from its letters.
#[derive(Debug, Default)]
pub(crate) struct Strings<'t> {
    places: Vec<Option<(&'t [u8], Text)>>,
}

impl<'t> Strings<'t> {
    /// What a literal stands for, given with its quotes; `None` when it is malformed.
    pub(crate) fn unquoted(&mut self, quoted: &'t [u8]) -> Option<Text> {
        if self.places.is_empty() {
            self.places.resize_with(REMEMBERED, Default::default);
        }
        let place = &mut self.places[place(quoted)];
        match place {
            Some((remembered, text)) if *remembered == quoted => Some(text.clone()),
            _ => {
                let text = Text::from_bytes(unquote(quoted)?);
                *place = Some((quoted, text.clone()));
                Some(text)
            }
        }
    }
}

fn place(quoted: &[u8]) -> usize {
    let letter = |at: usize| usize::from(quoted.get(at).copied().unwrap_or_default());
    let len = quoted.len();
    (len.wrapping_mul(31) + letter(1) + letter(len / 2).wrapping_mul(7) + letter(len.wrapping_sub(2)).wrapping_mul(3))
        % REMEMBERED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_that_comes_again_is_the_same_text() {
        let mut strings = Strings::default();
        let first = strings.unquoted(b"\"a\\tb\"").expect("a literal");
        let again = strings.unquoted(b"\"a\\tb\"").expect("a literal");
        assert_eq!(first, "a\tb");
        assert!(first.same(&again));
    }

    #[test]
    fn literals_that_share_a_place_stay_apart() {
        let mut strings = Strings::default();
        for round in 0..3 {
            for at in 0..500 {
                let quoted: &'static [u8] = Vec::leak(format!("`{at}`").into_bytes());
                assert_eq!(strings.unquoted(quoted).expect("a literal"), at.to_string().as_str(), "round {round}");
            }
        }
        assert_eq!(strings.unquoted(b"\"\\z\""), None);
    }
}
