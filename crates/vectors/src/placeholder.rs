//! Placeholders: what stands in a recording for a value of the moment, bound as the replay goes on.

use std::collections::BTreeMap;

/// Kinds of placeholders; the rest of a text between angle brackets is taken literally.
const KINDS: [&str; 10] = ["uid", "rv", "time", "name", "clusterIP", "nodePort", "podIP", "node", "continue", "pem"];

/// A piece of a recorded text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'t> {
    Literal(&'t str),
    Placeholder(&'t str),
}

/// What the placeholders of one case stand for.
#[derive(Debug, Default, Clone)]
pub struct Bindings(BTreeMap<String, String>);

impl Bindings {
    /// The text with everything bound filled in.
    pub fn fill(&self, text: &str) -> String {
        let filled = pieces(text).into_iter().map(|piece| match piece {
            Piece::Literal(literal) => literal,
            Piece::Placeholder(name) => self.0.get(name).map_or(name, String::as_str),
        });
        filled.collect()
    }

    /// Whether `actual` is what `expected` stands for; binds what is new.
    pub fn matches(&mut self, expected: &str, actual: &str) -> bool {
        let pieces = pieces(expected);
        let Some(bound) = self.matched(&pieces, actual) else { return false };
        self.0.extend(bound);
        self.revisions_ordered()
    }

    fn matched(&self, pieces: &[Piece<'_>], actual: &str) -> Option<Vec<(String, String)>> {
        let Some((first, rest)) = pieces.split_first() else { return actual.is_empty().then(Vec::new) };
        match first {
            Piece::Literal(literal) => self.matched(rest, actual.strip_prefix(literal)?),
            Piece::Placeholder(name) => {
                let is_free = *name == "<time>" || *name == "<pem>";
                if let Some(known) = self.0.get(*name).filter(|_| !is_free) {
                    return self.matched(rest, actual.strip_prefix(known.as_str())?);
                }
                // A value ends where the literal after it begins; at the end it takes all.
                let ends: Vec<usize> = match rest.first() {
                    None => vec![actual.len()],
                    Some(Piece::Literal(literal)) => actual.match_indices(literal).map(|(at, _)| at).collect(),
                    Some(Piece::Placeholder(_)) => {
                        (0..=actual.len()).filter(|at| actual.is_char_boundary(*at)).collect()
                    }
                };
                ends.into_iter().filter(|end| *end > 0).find_map(|end| {
                    let mut bound = self.matched(rest, &actual[end..])?;
                    bound.push(((*name).to_owned(), actual[..end].to_owned()));
                    Some(bound)
                })
            }
        }
    }

    /// Revisions were ranked by their value: a later rank may not be an earlier revision here.
    fn revisions_ordered(&self) -> bool {
        let rank = |name: &str| name.strip_prefix("<rv:")?.strip_suffix('>')?.parse::<u32>().ok();
        let mut ranked: Vec<(u32, u64)> =
            self.0.iter().filter_map(|(name, value)| Some((rank(name)?, value.parse().ok()?))).collect();
        ranked.sort_unstable();
        ranked.windows(2).all(|pair| pair[0].1 <= pair[1].1)
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut literal = 0;
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|offset| at + offset) {
        let close = text[open..].find('>').map(|offset| open + offset + 1);
        let Some(close) = close.filter(|close| is_placeholder(&text[open..*close])) else {
            at = open + 1;
            continue;
        };
        if literal < open {
            pieces.push(Piece::Literal(&text[literal..open]));
        }
        pieces.push(Piece::Placeholder(&text[open..close]));
        literal = close;
        at = close;
    }
    if literal < text.len() {
        pieces.push(Piece::Literal(&text[literal..]));
    }
    pieces
}

fn is_placeholder(text: &str) -> bool {
    let inner = text.trim_start_matches('<').trim_end_matches('>');
    let kind = inner.split_once(':').map_or(inner, |(kind, _)| kind);
    KINDS.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bound_once_and_must_agree() {
        let mut bindings = Bindings::default();
        assert!(bindings.matches("<uid:1>", "abc"));
        assert!(bindings.matches("in record (<uid:1>), <time>.", "in record (abc), now."));
        assert!(!bindings.matches("<uid:1>", "abd"));
        assert!(bindings.matches("<nil>: x", "<nil>: x"));
        assert_eq!(bindings.fill("/pods/<uid:1>?<rv:9>"), "/pods/abc?<rv:9>");
    }

    #[test]
    fn revisions_keep_their_order() {
        let mut bindings = Bindings::default();
        assert!(bindings.matches("<rv:1>", "5"));
        assert!(bindings.matches("<rv:2>", "5"));
        assert!(!bindings.matches("<rv:3>", "4"));
    }
}
