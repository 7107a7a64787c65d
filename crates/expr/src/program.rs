//! An expression that was read and checked.

use crate::ast::{NodeId, Tree};
use crate::builtin::Call;
use crate::check::check;
use crate::environment::Environment;
use crate::error::Error;
use crate::evaluate::evaluate;
use crate::optimize::optimize;
use crate::parser::parse;
use crate::value::Value;
use budget::Budget;
use jiff::Timestamp;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Program {
    source: String,
    tree: Tree,
    root: NodeId,
}

impl Program {
    /// Reads and checks `source` for names such as those of `environment`.
    ///
    /// # Errors
    /// What is wrong with it, in the original's words; or the limit it exceeds.
    pub fn compile(source: &str, environment: &Environment, budget: &mut Budget) -> Result<Self, Error> {
        let is_overridden = |name: &str| environment.get(name).is_some();
        let compiled = parse(source, &is_overridden, budget).and_then(|(mut tree, root)| {
            check(&mut tree, root, environment)?;
            optimize(&mut tree)?;
            Ok((tree, root))
        });
        let (tree, root) = compiled.map_err(|wrong| wrong.in_source(source))?;
        Ok(Program { source: source.to_owned(), tree, root })
    }

    /// What it comes to, at `now`, for the values of `environment`.
    ///
    /// # Errors
    /// What went wrong, in the original's words; or the limit it exceeds.
    pub fn run(&self, environment: &Environment, now: Timestamp, budget: &mut Budget) -> Result<Value, Error> {
        let call = Call::new(now, budget);
        evaluate(&self.tree, self.root, environment, call).map_err(|wrong| wrong.in_source(&self.source))
    }
}
