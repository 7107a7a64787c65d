//! The port to whatever evaluates Jsonnet. Evaluating cannot be counted from here — no library for it counts its steps
//! — so an adapter does it where it can be stopped.

use bytes::Bytes;
use serde_json::Value;
use tree::TreePath;

/// Evaluates Jsonnet.
pub trait Jsonnet: Send + Sync {
    /// The JSON value that `program` means. Files are had through `imports` and nowhere else.
    ///
    /// # Errors
    /// What is wrong with the program, or the limit it exceeded.
    fn evaluate(&self, program: &Program, imports: &mut dyn Imports) -> Result<Value, JsonnetError>;
}

/// What is to be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The file's path, for messages and `std.thisFile`.
    pub file: TreePath,
    /// Its text.
    pub text: Bytes,
    /// What `std.extVar` knows.
    pub external_variables: Vec<Variable>,
    /// Arguments of the function that the file is.
    pub top_level_arguments: Vec<Variable>,
}

/// A variable handed to a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub value: VariableValue,
}

/// What a variable holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableValue {
    /// This text.
    Text(String),
    /// What this Jsonnet expression means.
    Code(String),
}

/// Files a program may import.
pub trait Imports {
    /// The file that `name` means in `from`: where it lies, and its content.
    ///
    /// # Errors
    /// In words: there is none, it lies outside, or a limit was exceeded.
    fn import(&mut self, from: &TreePath, name: &str) -> Result<(TreePath, Bytes), String>;
}

/// Why a program has no value. Never carries file content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonnetError {
    /// A file is not Jsonnet, or evaluating it ended in an error.
    #[error("{file}:{line}: {message}")]
    Program {
        /// The file.
        file: TreePath,
        /// The line, from 1.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// The same, of no place.
    #[error("{0}")]
    Elsewhere(String),
    /// A limit was exceeded.
    #[error("evaluating Jsonnet took more than {limit}")]
    Limit {
        /// The limit with its value.
        limit: String,
    },
}
