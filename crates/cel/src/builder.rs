//! Makes nodes of the tree: numbered, and never nested too deeply.

use crate::issue::Issue;
use crate::syntax::{Call, DEPTH_MAX, Expr, Kind, Literal};

/// Gives every node its number.
#[derive(Default)]
pub(crate) struct Builder {
    nodes: usize,
}

impl Builder {
    /// How many nodes there are.
    pub fn count(&self) -> usize {
        self.nodes
    }

    /// A node.
    pub fn node(&mut self, at: usize, kind: Kind) -> Result<Expr, Issue> {
        let below = match &kind {
            Kind::Literal(_) | Kind::Ident(_) => 0,
            Kind::Select(select) => select.operand.depth,
            Kind::Call(call) => call.operands().map(|operand| operand.depth).max().unwrap_or_default(),
            Kind::List(elements) => elements.iter().map(|element| element.value.depth).max().unwrap_or_default(),
            Kind::Map(entries) => {
                entries.iter().map(|entry| entry.key.depth.max(entry.value.depth)).max().unwrap_or_default()
            }
            Kind::Comprehension(fold) => fold.range.depth.max(fold.step.depth).max(fold.result.depth),
        };
        if below >= DEPTH_MAX {
            return Err(Issue { at, message: format!("expression recursion limit exceeded: {DEPTH_MAX}") });
        }
        let id = self.nodes;
        self.nodes += 1;
        Ok(Expr { id, at, depth: below + 1, kind })
    }

    /// A name.
    pub fn ident(&mut self, at: usize, name: &str) -> Result<Expr, Issue> {
        self.node(at, Kind::Ident(name.to_owned()))
    }

    /// A constant.
    pub fn literal(&mut self, at: usize, literal: Literal) -> Result<Expr, Issue> {
        self.node(at, Kind::Literal(literal))
    }

    /// An operator or a function without a target.
    pub fn call(&mut self, at: usize, function: &str, args: Vec<Expr>) -> Result<Expr, Issue> {
        self.node(at, Kind::Call(Call { function: function.to_owned(), target: None, args }))
    }

    /// A function on a target.
    pub fn member(&mut self, at: usize, target: Expr, function: &str, args: Vec<Expr>) -> Result<Expr, Issue> {
        self.node(at, Kind::Call(Call { function: function.to_owned(), target: Some(Box::new(target)), args }))
    }
}
