//! Bodies into values: only the fields asked for are kept, lists end at a limit, and problems name a place but no content.

use crate::delivery::Sender;
use crate::refusal::Refusal;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// Reads a body. Unknown fields are skipped without being kept; nesting ends at 128 levels.
pub(crate) fn read<T: DeserializeOwned>(sender: Sender, body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        // The library's own text quotes the body, which may hold anything.
        let kind = match error.classify() {
            serde_json::error::Category::Data => "a field has another type than the sender's documentation gives it",
            serde_json::error::Category::Eof => "the body ends too early",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "the body is no JSON",
        };
        let problem = format!("{kind} (line {}, column {})", error.line(), error.column());
        Refusal::Body { sender, problem }
    })
}

/// A refusal for a field that is missing.
pub(crate) fn missing(sender: Sender, field: &str) -> Refusal {
    Refusal::Body { sender, problem: format!("{field} is missing") }
}

/// A list of which at most so many items are kept. A missing one and `null` are empty.
#[derive(Debug, Clone)]
pub(crate) struct Capped<T, const MAX: usize> {
    pub(crate) items: Vec<T>,
    /// There were more.
    pub(crate) is_cut: bool,
}

impl<T, const MAX: usize> Default for Capped<T, MAX> {
    fn default() -> Self {
        Capped { items: Vec::new(), is_cut: false }
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Capped<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CappedVisitor(PhantomData))
    }
}

struct CappedVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for CappedVisitor<T, MAX> {
    type Value = Capped<T, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Capped::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while items.len() < MAX {
            match list.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(Capped { items, is_cut: false }),
            }
        }
        let mut is_cut = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            is_cut = true;
        }
        Ok(Capped { items, is_cut })
    }
}
