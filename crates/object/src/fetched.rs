//! Unknown is not absent.

/// The answer to a read: what could not be read is neither there nor missing, and nothing may be concluded from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched<T> {
    /// It is there, and this is it.
    Known(T),
    /// It is certainly not there.
    Absent,
    /// It could not be read: the cause, in words for the user.
    Unknown(String),
}

impl<T> Fetched<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Fetched::Known(value) => Some(value),
            Fetched::Absent | Fetched::Unknown(_) => None,
        }
    }

    /// The value by move, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Fetched::Known(value) => Some(value),
            Fetched::Absent | Fetched::Unknown(_) => None,
        }
    }

    /// The same answer about a borrowed value.
    pub fn as_ref(&self) -> Fetched<&T> {
        match self {
            Fetched::Known(value) => Fetched::Known(value),
            Fetched::Absent => Fetched::Absent,
            Fetched::Unknown(cause) => Fetched::Unknown(cause.clone()),
        }
    }

    /// The same answer about another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fetched<U> {
        match self {
            Fetched::Known(value) => Fetched::Known(f(value)),
            Fetched::Absent => Fetched::Absent,
            Fetched::Unknown(cause) => Fetched::Unknown(cause),
        }
    }
}
