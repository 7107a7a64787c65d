//! Kubernetes' union of an integer and a string.

use crate::wire::{Shape, Shaped};
use serde::{Deserialize, Serialize};

/// An integer or a string, such as a count or a percentage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IntOrString {
    /// An integer.
    Int(i64),
    /// A string.
    String(String),
}

impl Default for IntOrString {
    fn default() -> Self {
        IntOrString::Int(0)
    }
}

impl Shaped for IntOrString {
    fn shape() -> Shape {
        Shape::IntegerOrText
    }
    fn is_zero(&self) -> bool {
        *self == IntOrString::default()
    }
}
