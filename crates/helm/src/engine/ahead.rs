//! Templates parsed ahead of a render, several at once. What a render gives and what it counts is the same without.

use crate::profile::Profile;
use budget::Budget;
use bytes::Bytes;
use gotemplate::{Parsed, Set, Text};
use std::sync::Arc;

/// Does pieces of work that know nothing of each other, at once where there are cores to spare. Handed in, for this crate
/// starts no threads: a command that renders one chart has cores to spare, a controller that renders many has none.
pub trait Workers: Send + Sync {
    /// How many pieces work is best cut into.
    fn count(&self) -> usize;

    /// Does all pieces. One that cannot be done may be left out.
    fn run<'p>(&self, pieces: Vec<Piece<'p>>);
}

/// A piece of work.
pub type Piece<'p> = Box<dyn FnOnce() + Send + 'p>;

/// Below so many bytes of templates, parsing takes no longer than starting a thread.
const WORTHWHILE_BYTES: usize = 128 << 10;

/// A text and the name it is parsed under.
pub(super) type Named<'t> = (&'t Text, &'t Bytes);

/// Parses `texts`, as far as they can be parsed: those that cannot are left out. Each piece may use what `budget` has left;
/// nothing is taken from it.
pub(super) fn parse(
    texts: &[Named<'_>],
    profile: Profile,
    workers: &dyn Workers,
    budget: &Budget,
) -> Vec<(Bytes, Arc<Parsed>)> {
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    if bytes < WORTHWHILE_BYTES || workers.count() < 2 {
        return Vec::new();
    }
    let functions = crate::functions::table(profile);
    let parsed = |(name, text): &Named<'_>, budget: &mut Budget| {
        let parsed = Set::compile(&name.to_str_lossy(), text, &functions, budget).ok()?;
        Some(((*text).clone(), parsed))
    };
    let pieces = cut(texts, bytes.div_ceil(workers.count()));
    let mut done: Vec<Vec<_>> = pieces.iter().map(|_| Vec::new()).collect();
    let work = pieces.into_iter().zip(&mut done).map(|(piece, done)| {
        let (parsed, mut budget) = (&parsed, budget.clone());
        Box::new(move || done.extend(piece.iter().filter_map(|text| parsed(text, &mut budget)))) as Piece<'_>
    });
    workers.run(work.collect());
    done.into_iter().flatten().collect()
}

/// Pieces that follow each other, each of about so many bytes.
fn cut<'p, 't>(texts: &'p [Named<'t>], bytes: usize) -> Vec<&'p [Named<'t>]> {
    let mut pieces = Vec::new();
    let (mut begin, mut size) = (0, 0);
    for (at, (_, text)) in texts.iter().enumerate() {
        size += text.len();
        if size >= bytes {
            pieces.push(&texts[begin..=at]);
            (begin, size) = (at + 1, 0);
        }
    }
    if begin < texts.len() {
        pieces.push(&texts[begin..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Does pieces one after the other, the last first.
    struct Backwards;

    impl Workers for Backwards {
        fn count(&self) -> usize {
            3
        }

        fn run<'p>(&self, pieces: Vec<Piece<'p>>) {
            assert!(pieces.len() >= 2, "work is cut");
            pieces.into_iter().rev().for_each(|piece| piece());
        }
    }

    #[test]
    fn what_can_be_parsed_is_in_the_order_of_the_texts() {
        let texts: Vec<(Text, Bytes)> = (0..40)
            .map(|at| {
                let action = if at == 7 { "{{ if }}" } else { "{{ .x }}" };
                (Text::from(format!("t{at}")), Bytes::from(format!("{at} {action}\n").repeat(1000)))
            })
            .collect();
        let named: Vec<Named<'_>> = texts.iter().map(|(name, text)| (name, text)).collect();
        let parsed = parse(&named, Profile::V4_2, &Backwards, &Budget::default());
        let expected: Vec<&Bytes> =
            texts.iter().enumerate().filter(|(at, _)| *at != 7).map(|(_, (_, text))| text).collect();
        assert_eq!(parsed.iter().map(|(text, _)| text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn little_is_left_to_the_render() {
        let text = (Text::from("t"), Bytes::from_static(b"{{ .x }}"));
        assert!(parse(&[(&text.0, &text.1)], Profile::V4_2, &Backwards, &Budget::default()).is_empty());
    }
}
