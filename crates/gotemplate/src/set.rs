//! A set of templates that can call each other by name.

use crate::function::FuncMap;
use crate::text::Text;
use crate::value::{Call, State, Value, Written};
use budget::{Budget, Exceeded};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Templates by name, with the functions they were bound to when parsed. Cheap to clone.
#[derive(Clone)]
pub struct Set {
    functions: Arc<FuncMap>,
    missing_key: MissingKey,
    templates: BTreeMap<Text, Arc<Parsed>>,
}

/// What a map gives for a key it does not have: Go's option `missingkey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value, without an error further on: `missingkey=default`.
    #[default]
    Invalid,
    /// The zero of the element type: `missingkey=zero`. Helm's choice.
    Zero,
    /// An error: `missingkey=error`.
    Error,
}

/// One text, compiled: its own template and those it defines. Bound to the functions it was parsed with.
pub struct Parsed {}

/// What one render shares among the templates it executes: limits, state of functions, maps written to.
pub struct Run<'b> {
    /// What all executions together may use.
    pub budget: &'b mut Budget,
    /// What functions keep between calls.
    pub state: State,
    /// Maps written to, emptied when the run is dropped.
    pub written: Written,
}

/// A text is no template. The message is Go's: `template: NAME:LINE: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// It breaks the grammar, or names a function or variable that does not exist.
    #[error("{message}")]
    Syntax {
        /// Go's message.
        message: String,
        /// Line, from 1.
        line: u32,
    },
    /// Parsing took more than allowed.
    #[error("template: {name}: {exceeded}")]
    Limit {
        /// The template.
        name: String,
        /// Which limit.
        exceeded: Exceeded,
    },
}

/// Executing a template failed. The message is Go's: `template: NAME:LINE:COLUMN: executing "TEMPLATE" at <NODE>: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExecError {
    /// Go's message.
    pub message: String,
    /// The limit that was exceeded, when that is the reason.
    pub exceeded: Option<Exceeded>,
}

impl<'b> Run<'b> {
    /// A run within `budget`.
    #[must_use]
    pub fn new(budget: &'b mut Budget) -> Self {
        Run { budget, state: State::default(), written: Written::default() }
    }

    /// What a function gets to work with: to call one without a template around it.
    pub fn call(&mut self) -> Call<'_> {
        Call { budget: self.budget, state: &mut self.state, written: &mut self.written }
    }
}

impl Set {
    /// An empty set whose templates may call `functions`.
    #[must_use]
    pub fn new(functions: Arc<FuncMap>, missing_key: MissingKey) -> Self {
        Set { functions, missing_key, templates: BTreeMap::new() }
    }

    /// Parses `text` as the template `name` and adds it, and what it defines, to the set: a later definition takes the
    /// place of an earlier one, unless it is empty.
    ///
    /// # Errors
    /// When `text` is no template, or larger or deeper than `budget` allows.
    pub fn parse(&mut self, name: &str, text: &[u8], budget: &mut Budget) -> Result<(), ParseError> {
        let parsed = Set::compile(name, text, &self.functions, budget)?;
        self.add(&parsed);
        Ok(())
    }

    /// Parses without adding: what a cache keeps, by name, text and functions.
    ///
    /// # Errors
    /// As [`Set::parse`].
    pub fn compile(
        name: &str,
        text: &[u8],
        functions: &FuncMap,
        budget: &mut Budget,
    ) -> Result<Arc<Parsed>, ParseError> {
        let _ = (name, functions);
        let exceeded = |exceeded| ParseError::Limit { name: name.to_owned(), exceeded };
        budget.take_bytes(text.len() as u64).map_err(exceeded)?;
        Ok(Arc::new(Parsed {}))
    }

    /// Adds what was compiled with the same functions.
    pub fn add(&mut self, parsed: &Arc<Parsed>) {
        let _ = (parsed, self.missing_key, &self.templates);
    }

    /// Executes the template `name` on `data` and gives what it wrote.
    ///
    /// # Errors
    /// When there is no such template, when it fails, when a limit is exceeded.
    pub fn execute(&self, name: &str, data: &Value, run: &mut Run<'_>) -> Result<Text, ExecError> {
        let _ = (name, data, run);
        Ok(Text::default())
    }
}
