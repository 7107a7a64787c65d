//! The Common Expression Language with Kubernetes' libraries: what `x-kubernetes-validations` of custom resources are
//! written in. Expressions are compiled once against the type of their data, their cost is bounded before they see
//! any, and counted while they run.
//!
//! Knows nothing of schemas, requests or storage. Start reading at [`Program::compile`], then `check` and `eval`.

mod builder;
mod check;
mod declare;
mod error;
mod estimate;
mod eval;
mod functions;
mod issue;
mod library;
mod macros;
mod numbers;
mod parse;
mod size;
mod syntax;
mod things;
mod token;
mod ty;
mod value;

pub use declare::{Declared, REQUEST_BYTES_MAX, Shape, escaped};
pub use error::EvalError;
pub use eval::Bindings;
pub use issue::{Issue, Issues};
pub use library::parse_duration;
pub use things::{Cidr, Format, Ip, Quantity, Semver, Url};
pub use ty::Type;
pub use value::{Identity, Key, Library, List, Value};

use check::Checked;
use std::collections::BTreeMap;
use syntax::Expr;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Program {
    root: Expr,
    checked: Checked,
    cost_max: u64,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The value, or why there is none.
    pub outcome: Result<Value, EvalError>,
    /// What it cost.
    pub cost: u64,
}

impl Program {
    /// Compiles an expression that may name these variables; `data` is the type of `self` and of what else is measured
    /// like it.
    ///
    /// # Errors
    /// With everything that is wrong with the text, shown as upstream's compiler shows it.
    pub fn compile(source: &str, variables: &BTreeMap<String, Type>, data: &Declared) -> Result<Self, Issues> {
        let refused = |issues| Issues::new(source, issues);
        let mut parsed = parse::parse(source).map_err(refused)?;
        let checked = check::check(&mut parsed.root, parsed.nodes, variables, data).map_err(refused)?;
        let cost_max = estimate::estimate(&parsed.root, &checked, data);
        Ok(Program { root: parsed.root, checked, cost_max })
    }

    /// The type of its value.
    #[must_use]
    pub fn ty(&self) -> &Type {
        &self.checked.types[self.root.id]
    }

    /// Whether it names a variable.
    #[must_use]
    pub fn uses(&self, variable: &str) -> bool {
        self.checked.used.contains(variable)
    }

    /// What it costs at most with the largest data its type allows.
    #[must_use]
    pub fn cost_max(&self) -> u64 {
        self.cost_max
    }

    /// Its value for these values of its variables. Gives up when it has cost more than `limit`.
    #[must_use]
    pub fn run(&self, bindings: &Bindings, limit: u64) -> Run {
        let (outcome, cost) = eval::evaluate(&self.root, &self.checked, bindings, limit);
        Run { outcome, cost }
    }
}
