//! What is wrong with a value of a type. A leaf module.

use std::fmt;

/// One thing wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeError {
    /// Where, such as `.spec.replicas`; empty for the whole.
    pub path: String,
    /// What, in Kubernetes' words.
    pub message: String,
}

/// Everything that is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeErrors(pub Vec<TypeError>);

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl fmt::Display for TypeErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice() {
            return only.fmt(f);
        }
        f.write_str("errors:")?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for TypeErrors {}
