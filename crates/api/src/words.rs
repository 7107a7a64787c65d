//! The closed sets of words in statuses. A word nobody knows reads as the set's fallback: a status somebody else wrote
//! must never make an Application unreadable.

use crate::wire::{Shape, Shaped};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! words {
    ($( $(#[doc = $doc:literal])+ pub enum $name:ident, else $fallback:ident {
        $( $(#[doc = $variant_doc:literal])+ $variant:ident ),* $(,)?
    } )*) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[doc = $variant_doc])+ $variant ),* }

        impl $name {
            /// Every word of the set, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( $name::$variant => stringify!($variant) ),* }
            }

            /// The word, if it is one of the set.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                $name::$fallback
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Ok($name::parse(&word).unwrap_or_default())
            }
        }

        impl Shaped for $name {
            fn shape() -> Shape {
                Shape::Text
            }
            fn is_zero(&self) -> bool {
                false
            }
        }
    )* };
}

words! {
    /// Whether the live state is the desired one.
    pub enum SyncStatusCode, else Unknown {
        /// It is.
        Synced,
        /// It is not.
        OutOfSync,
        /// It could not be found out.
        Unknown,
    }

    /// How well something is, from best to worst: the greatest of several is the status of all.
    pub enum HealthStatusCode, else Unknown {
        /// It works.
        Healthy,
        /// It stands still on request.
        Suspended,
        /// It is on its way to work.
        Progressing,
        /// It is not there.
        Missing,
        /// It does not work and will not without help.
        Degraded,
        /// It could not be found out.
        Unknown,
    }

    /// Where an operation, a hook or one resource of a sync stands.
    pub enum OperationPhase, else Error {
        /// It goes on.
        Running,
        /// It was asked to end.
        Terminating,
        /// It ended: something it applied failed.
        Failed,
        /// It ended: it could not be carried out.
        Error,
        /// It ended well.
        Succeeded,
    }

    /// What a sync did to one resource.
    pub enum ResultCode, else SyncFailed {
        /// Applied.
        Synced,
        /// Could not be applied.
        SyncFailed,
        /// Deleted.
        Pruned,
        /// Not deleted, though no longer desired.
        PruneSkipped,
    }

    /// Where a hydration stands.
    pub enum HydratePhase, else Failed {
        /// It goes on.
        Hydrating,
        /// It ended badly.
        Failed,
        /// It ended well.
        Hydrated,
    }
}

impl OperationPhase {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_completed(self) -> bool {
        matches!(self, OperationPhase::Failed | OperationPhase::Error | OperationPhase::Succeeded)
    }

    /// Whether it ended well.
    #[must_use]
    pub fn is_successful(self) -> bool {
        self == OperationPhase::Succeeded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_health_is_the_worst() {
        let words: Vec<_> = HealthStatusCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words, ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"]);
        assert!(HealthStatusCode::Missing > HealthStatusCode::Progressing);
        assert!(HealthStatusCode::Missing < HealthStatusCode::Degraded);
    }

    #[test]
    fn an_unknown_word_reads_as_the_fallback() {
        let read: SyncStatusCode = serde_json::from_str("\"Blue\"").expect("a word");
        assert_eq!(read, SyncStatusCode::Unknown);
    }
}
