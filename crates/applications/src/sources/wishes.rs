//! Who wants refs listed anew before anything is said of them, and which listings answer that.
//!
//! Nobody waits here: a pass that finds its wish unanswered ends, and the application is told when the listings have
//! ended. Pure.

use super::need::Need;
use super::seen::Wanted;
use crate::AppKey;
use api::Operation;
use git::Remote;
use std::collections::BTreeMap;

/// A wish: two that are equal but for the version are one, as long as the first is not answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// A refresh that was asked for: how, and when where that was said.
    pub refresh: Option<(String, String)>,
    /// An operation that is to begin.
    pub operation: Option<Operation>,
    /// The sources.
    pub sources: Vec<Wanted>,
}

/// Something that is looked at anew.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "few of them exist at a time")]
pub(super) enum Looked {
    /// The refs of a repository.
    Refs(Remote),
    /// Something of elsewhere.
    Need(Need),
}

/// How far a wish has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The listings are under way.
    Listing,
    /// They have ended, which the application is told for the first time.
    JustListed,
    /// They have ended.
    Listed,
}

/// All wishes.
#[derive(Debug, Default)]
pub(super) struct Wishes(BTreeMap<AppKey, Noted>);

#[derive(Debug)]
struct Noted {
    wish: Wish,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Answered when these listings have ended.
    Asked(Vec<(Looked, u64)>),
    /// Answered for the Application as it was in this version. A later version with the same wish wishes again: the
    /// first may have been granted and taken away in between.
    Answered(Box<str>),
}

impl Wishes {
    /// Whether this is the wish that is noted, so that nothing needs to be asked for it.
    pub fn is_noted(&self, app: &AppKey, wish: &Wish, version: &str) -> bool {
        let is_current = |noted: &Noted| match &noted.state {
            State::Asked(_) => true,
            State::Answered(of) => **of == *version,
        };
        self.0.get(app).is_some_and(|noted| noted.wish == *wish && is_current(noted))
    }

    /// Notes a wish that these listings, by number, will answer.
    pub fn note(&mut self, app: &AppKey, wish: Wish, listings: Vec<(Looked, u64)>) {
        self.0.insert(app.clone(), Noted { wish, state: State::Asked(listings) });
    }

    /// How far the noted wish has come, by the number of the listing that ended last of each repository.
    pub fn freshness(&mut self, app: &AppKey, version: &str, ended: impl Fn(&Looked) -> u64) -> Freshness {
        let Some(noted) = self.0.get_mut(app) else { return Freshness::Listed };
        match &noted.state {
            State::Answered(_) => Freshness::Listed,
            State::Asked(listings) if listings.iter().any(|(looked, number)| ended(looked) < *number) => {
                Freshness::Listing
            }
            State::Asked(_) => {
                noted.state = State::Answered(version.into());
                Freshness::JustListed
            }
        }
    }

    /// The application wishes nothing.
    pub fn forget(&mut self, app: &AppKey) {
        self.0.remove(app);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_answered_once_for_each_time_it_is_made() {
        let app = AppKey::new("argocd", "shop");
        let remote = Remote::parse("https://git.example/shop.git").expect("a URL");
        let wish = Wish { refresh: Some(("normal".into(), String::new())), operation: None, sources: Vec::new() };
        let mut wishes = Wishes::default();
        assert!(!wishes.is_noted(&app, &wish, "1"));
        wishes.note(&app, wish.clone(), vec![(Looked::Refs(remote), 5)]);
        assert!(wishes.is_noted(&app, &wish, "2"), "as long as it is not answered, it is the same wish");
        assert_eq!(wishes.freshness(&app, "2", |_| 4), Freshness::Listing);
        assert_eq!(wishes.freshness(&app, "3", |_| 5), Freshness::JustListed);
        assert_eq!(wishes.freshness(&app, "3", |_| 5), Freshness::Listed);
        assert!(wishes.is_noted(&app, &wish, "3"));
        assert!(!wishes.is_noted(&app, &wish, "4"), "made again");
        let other = Wish { refresh: None, operation: Some(Operation::default()), sources: Vec::new() };
        assert!(!wishes.is_noted(&app, &other, "3"));
    }
}
