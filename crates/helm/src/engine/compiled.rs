//! Templates that have been parsed already, kept between renders.

use crate::profile::Profile;
use budget::Budget;
use bytes::Bytes;
use gotemplate::{ParseError, Parsed, Set};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parsed templates by profile and path, each valid for one text. Give the same one to renders of the same chart, and
/// they parse only what has changed.
#[derive(Default)]
pub struct Compiled(BTreeMap<(Profile, String), (Bytes, Arc<Parsed>)>);

impl Compiled {
    /// Nothing parsed yet.
    #[must_use]
    pub fn new() -> Self {
        Compiled::default()
    }

    pub(super) fn get_or_parse(
        &mut self,
        path: &str,
        text: &Bytes,
        profile: Profile,
        budget: &mut Budget,
    ) -> Result<Arc<Parsed>, ParseError> {
        let key = (profile, path.to_owned());
        if let Some((known, parsed)) = self.0.get(&key) {
            let same = known.as_ptr() == text.as_ptr() && known.len() == text.len() || known == text;
            if same {
                return Ok(parsed.clone());
            }
        }
        let parsed = Set::compile(path, text, &crate::functions::table(profile), budget)?;
        self.0.insert(key, (text.clone(), parsed.clone()));
        Ok(parsed)
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Compiled({} templates)", self.0.len())
    }
}
