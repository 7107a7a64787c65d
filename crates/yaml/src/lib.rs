//! YAML as Go reads and writes it: the same scalars, the same merge keys, the same bytes out.
//!
//! Reading follows go-yaml's two dialects (v2 as Kubernetes' `sigs.k8s.io/yaml` uses it, v3 as Kustomize uses it) and
//! gives JSON values; writing follows go-yaml v2's emitter, which Helm's `toYaml`, Kustomize and kubectl share.
//! Everything read is charged to a [`budget::Budget`]: bytes, nodes (aliases count each time they are used), depth.
//!
//! Knows nothing of Kubernetes. Start reading at [`parse_all`] and [`emit`].

mod agreement;
mod compose;
mod decode;
mod document;
mod emit;
mod key_order;
mod lines;
mod number;
mod rule;
mod scalar;
mod timestamp;
mod weight;

pub use compose::{parse_all, parse_document, parse_entries, parse_one, parse_until};
pub use document::{Document, DuplicateKey};
pub use emit::{emit, emit_all, emit_pretty};
pub use number::format_float;
pub use scalar::Dialect;
pub use timestamp::parse_timestamp;

use budget::Exceeded;

/// Why a text is not accepted. The message names the line and the rule, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlError {
    /// The text breaks YAML's grammar.
    #[error("line {line}, column {column}: {rule}")]
    Syntax {
        /// Line, from 1.
        line: u32,
        /// Column, from 1.
        column: u32,
        /// The rule that is broken.
        rule: String,
        /// The line where go-yaml finds it broken, and its words, where either is another.
        for_go: Option<(u32, &'static str)>,
    },
    /// A value JSON has no form for.
    #[error("line {line}: {what} cannot be represented in JSON")]
    NotJson {
        /// Line, from 1.
        line: u32,
        /// What it is.
        what: &'static str,
    },
    /// A limit was exceeded.
    #[error("line {line}: {exceeded}")]
    Limit {
        /// Line, from 1; where reading stopped.
        line: u32,
        /// Which limit.
        exceeded: Exceeded,
    },
    /// The text is in no encoding YAML allows.
    #[error("the text is not valid {0}")]
    Encoding(&'static str),
    /// One document was asked for and the text holds more.
    #[error("line {line}: a second document begins here; only one is expected")]
    SecondDocument {
        /// Line, from 1.
        line: u32,
    },
}

impl YamlError {
    /// The line it happened at, from 1; `None` when the text could not be decoded at all.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        match self {
            YamlError::Syntax { line, .. }
            | YamlError::NotJson { line, .. }
            | YamlError::Limit { line, .. }
            | YamlError::SecondDocument { line } => Some(*line),
            YamlError::Encoding(_) => None,
        }
    }

    /// What go-yaml v2 says: no line for the first one, and the line before for errors of its parser.
    #[must_use]
    pub fn as_go(&self) -> String {
        let YamlError::Syntax { line, rule, for_go, .. } = self else {
            return format!("yaml: {self}");
        };
        let (line, rule) = for_go.unwrap_or((*line, rule));
        let counted = match line {
            0..=1 => 0,
            line => line - u32::from(rule::is_of_parser(rule)),
        };
        if counted == 0 { format!("yaml: {rule}") } else { format!("yaml: line {counted}: {rule}") }
    }
}
