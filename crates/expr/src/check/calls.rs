//! Whether functions are given what they take.

use super::Checker;
use crate::ast::{Node, NodeId};
use crate::error::{Outcome, Wrong};
use crate::types::{Signature, Type};
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn call(&mut self, id: NodeId, callee: NodeId, arguments: &[NodeId]) -> Outcome<Type> {
        let name = match self.tree.node(callee) {
            Node::Identifier(name) if &**name == "$env" => {
                return Err(self.wrong(id, "map[string]interface {} is not callable"));
            }
            Node::Identifier(name) => name.to_string(),
            Node::Member { property, .. } => {
                self.tree.text(*property).map_or_else(|| "function".to_owned(), ToString::to_string)
            }
            _ => "function".to_owned(),
        };
        match self.visit(callee)? {
            ty if ty.is_unknown() => Ok(Type::Unknown),
            Type::Nil => Err(self.wrong(id, format!("{name} is nil; cannot call nil as function"))),
            Type::Function(signature) => self.arguments(id, &name, &signature, arguments),
            ty => Err(self.wrong(id, format!("{ty} is not callable"))),
        }
    }

    /// Whether `arguments` fit; gives what the function gives.
    pub(super) fn arguments(
        &mut self,
        id: NodeId,
        name: &str,
        signature: &Signature,
        arguments: &[NodeId],
    ) -> Outcome<Type> {
        let wanted = signature.parameters.len();
        let fixed = wanted - usize::from(signature.is_variadic);
        let wrong_count = if arguments.len() < fixed {
            Some("not enough")
        } else if arguments.len() > fixed && !signature.is_variadic {
            Some("too many")
        } else {
            None
        };
        if let Some(wrong_count) = wrong_count {
            for argument in arguments {
                self.visit(*argument)?;
            }
            return Err(self.wrong(id, format!("{wrong_count} arguments to call {name}")));
        }
        for (at, argument) in arguments.iter().enumerate() {
            self.argument(name, &signature.parameters[at.min(wanted - 1)], *argument)?;
        }
        Ok(signature.returns.clone())
    }

    fn argument(&mut self, name: &str, wanted: &Type, argument: NodeId) -> Outcome<()> {
        let ty = self.visit(argument)?;
        if *wanted == Type::Float && ty.is_integer() {
            // Integers that are written out become floats; others pass, and fail when they are computed.
            self.become_floats(argument);
            return Ok(());
        }
        if wanted.is_integer() && ty.is_integer() && *wanted != ty {
            return Ok(());
        }
        let at = self.tree.at(argument);
        if ty == Type::Nil {
            if *wanted == Type::Any || *wanted == Type::Zone {
                return Ok(());
            }
            return Err(Wrong::at(at, format!("cannot use nil as argument (type {wanted}) to call {name}")));
        }
        if !ty.is_assignable_to(wanted) && !ty.is_unknown() {
            return Err(Wrong::at(at, format!("cannot use {ty} as argument (type {wanted}) to call {name} ")));
        }
        Ok(())
    }

    fn become_floats(&mut self, id: NodeId) {
        use crate::ast::Binary::{Add, Multiply, Subtract};
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            match self.tree.node(id).clone() {
                Node::Constant(Value::Int(integer)) => {
                    self.tree.replace(id, Node::Constant(Value::Float(integer.value as f64)));
                    self.tree.set_ty(id, Type::Float);
                }
                Node::Unary { operand, .. } => left.push(operand),
                Node::Binary { operator: Add | Subtract | Multiply, left: one, right: other } => {
                    left.extend([one, other]);
                }
                _ => {}
            }
        }
    }
}
