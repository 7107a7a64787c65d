//! Calls: of builtins, of those with a predicate, of functions.

use super::{Overrides, Parser};
use crate::ast::{Builtin, Node, NodeId};
use crate::builtin;
use crate::error::Outcome;
use crate::token::Token;

/// What a builtin with a predicate is given.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    Expression,
    Predicate,
    OptionalExpression,
    OptionalPredicate,
}

fn wanted(name: &str) -> Option<&'static [Wanted]> {
    use Wanted::{Expression, OptionalExpression, OptionalPredicate, Predicate};
    Some(match name {
        "all" | "none" | "any" | "one" | "filter" | "map" | "find" | "findIndex" | "findLast" | "findLastIndex"
        | "groupBy" => &[Expression, Predicate],
        "count" | "sum" => &[Expression, OptionalPredicate],
        "sortBy" | "reduce" => &[Expression, Predicate, OptionalExpression],
        _ => return None,
    })
}

impl Parser<'_, '_> {
    /// The call of `name`, with what a pipe hands in before what stands in brackets.
    pub(super) fn call(&mut self, name: &Token, piped: Vec<NodeId>, overrides: Overrides) -> Outcome<NodeId> {
        let is_overridden = overrides == Overrides::Seen && (self.is_overridden)(name.text());
        let found = builtin::name(name.text()).filter(|_| !is_overridden);
        let node = match (found, wanted(name.text())) {
            (Some(found), Some(wanted)) => Node::Builtin(Builtin::new(found, self.with_predicate(piped, wanted)?)),
            (Some(found), None) => Node::Builtin(Builtin::new(found, self.arguments(piped)?)),
            (None, _) => {
                let callee = self.add(Node::Identifier(name.text().into()), name.at)?;
                let arguments = self.arguments(piped)?;
                Node::Call { callee, arguments }
            }
        };
        self.add(node, name.at)
    }

    fn with_predicate(&mut self, piped: Vec<NodeId>, wanted: &[Wanted]) -> Outcome<Vec<NodeId>> {
        self.expect_bracket("(")?;
        let left = &wanted[piped.len().min(wanted.len())..];
        let mut arguments = piped;
        for (at, wanted) in left.iter().enumerate() {
            let is_optional = matches!(wanted, Wanted::OptionalExpression | Wanted::OptionalPredicate);
            if self.current.is_bracket(")") {
                if is_optional {
                    break;
                }
                return Err(self.wrong(format!("expected at least {} arguments", left.len())));
            }
            if at > 0 {
                self.expect_operator(",")?;
            }
            arguments.push(match wanted {
                Wanted::Expression | Wanted::OptionalExpression => self.expression(0)?,
                Wanted::Predicate | Wanted::OptionalPredicate => self.predicate()?,
            });
        }
        if self.current.is_operator(",") {
            self.next()?;
        }
        self.expect_bracket(")")?;
        Ok(arguments)
    }

    fn predicate(&mut self) -> Outcome<NodeId> {
        let at = self.current.at;
        let is_braced = self.current.is_bracket("{");
        if is_braced {
            self.next()?;
        }
        self.predicates += 1;
        let inner = if is_braced { self.sequence()? } else { self.expression(0)? };
        self.predicates -= 1;
        if is_braced {
            self.expect_bracket("}")?;
        } else if self.current.is_operator(";") {
            return Err(self.wrong("wrap predicate with brackets { and }"));
        }
        self.add(Node::Predicate(inner), at)
    }

    pub(super) fn arguments(&mut self, piped: Vec<NodeId>) -> Outcome<Vec<NodeId>> {
        let offset = piped.len();
        let mut arguments = piped;
        self.expect_bracket("(")?;
        while !self.current.is_bracket(")") {
            if arguments.len() > offset {
                self.expect_operator(",")?;
            }
            if self.current.is_bracket(")") {
                break;
            }
            arguments.push(self.expression(0)?);
        }
        self.expect_bracket(")")?;
        Ok(arguments)
    }
}
