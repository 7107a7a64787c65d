//! What a commit does to one path.

/// One path's new state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Puts a file there.
    File(String),
    /// Puts a symbolic link there.
    Link(String),
    /// Takes away what is there.
    Remove,
}

impl From<&str> for Change {
    fn from(content: &str) -> Self {
        Change::File(content.to_owned())
    }
}

impl From<String> for Change {
    fn from(content: String) -> Self {
        Change::File(content)
    }
}
