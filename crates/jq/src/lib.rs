//! jq over JSON values, within counted limits: filters that pick, test and compare, and the paths they pick by, so that
//! what a filter picks can be deleted.
//!
//! Not all of jq: assignments, definitions, `reduce`, `foreach`, labels, and whatever reads the environment, files or
//! clocks are refused by name when a filter is parsed. Start reading at [`Filter`].

mod builtin;
mod compare;
mod delete;
mod error;
mod eval;
mod item;
mod lexer;
mod parser;
mod strings;
mod syntax;

pub use error::{ParseError, RunError};

use budget::Budget;
use item::Item;
use serde_json::Value;

/// A filter, parsed once and run on any number of values.
#[derive(Debug, Clone)]
pub struct Filter(syntax::Expr);

impl Filter {
    /// Parses a filter.
    ///
    /// # Errors
    /// Names what is wrong, or what of jq is not understood here, and where it stands.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parser::parse(text).map(Filter)
    }

    /// Everything the filter gives for `input`, in order.
    ///
    /// # Errors
    /// What jq itself would raise, and limits that are exceeded.
    pub fn run(&self, input: &Value, budget: &mut Budget) -> Result<Vec<Value>, RunError> {
        let items = eval::Machine::new(budget, builtin::call).eval(&self.0, Item::root(input))?;
        Ok(items.into_iter().map(|item| item.value.into_owned()).collect())
    }

    /// Takes everything out of `value` that the filter picks, as `del(…)` does. On an error the value stays as it was.
    ///
    /// # Errors
    /// As [`Filter::run`], and where the filter gives something that is no place in the value.
    pub fn delete_from(&self, value: &mut Value, budget: &mut Budget) -> Result<(), RunError> {
        let items = eval::Machine::new(budget, builtin::call).eval(&self.0, Item::root(value))?;
        let mut paths = Vec::with_capacity(items.len());
        for item in items {
            paths.push(item.path.ok_or(RunError::NoPath)?);
        }
        delete::delete(value, paths)
    }
}
