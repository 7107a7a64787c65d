//! What the types of an expression's parts are, and whether they fit together, before anything is computed: most of what
//! users see of their mistakes is said here. Operators are in `operators`, calls in `calls`, builtins in `builtins`.

mod builtins;
mod calls;
mod members;
mod operators;

use crate::ast::{Node, NodeId, Tree};
use crate::builtin;
use crate::environment::Environment;
use crate::error::{Outcome, Wrong};
use crate::types::{IntKind, ListType, MapType, Type};
use std::sync::Arc;

/// Finds the type of every node, or what is wrong.
pub(crate) fn check(tree: &mut Tree, root: NodeId, environment: &Environment) -> Outcome<Type> {
    let mut checker = Checker { tree, environment, variables: Vec::new(), predicates: Vec::new() };
    checker.visit(root)
}

struct Checker<'t> {
    tree: &'t mut Tree,
    environment: &'t Environment,
    variables: Vec<(Arc<str>, Type)>,
    predicates: Vec<Scope>,
}

/// What a predicate may name.
struct Scope {
    collection: Type,
    named: &'static [&'static str],
}

impl Checker<'_> {
    /// The type of a node. Operators that stand one behind the other are worked off in a loop.
    fn visit(&mut self, id: NodeId) -> Outcome<Type> {
        let mut spine = vec![id];
        let mut lowest = id;
        while let Node::Binary { left, .. } = self.tree.node(lowest) {
            lowest = *left;
            spine.push(lowest);
        }
        spine.pop();
        let mut ty = self.visit_one(lowest)?;
        self.tree.set_ty(lowest, ty.clone());
        while let Some(binary) = spine.pop() {
            ty = self.binary(binary, ty)?;
            self.tree.set_ty(binary, ty.clone());
        }
        Ok(ty)
    }

    fn wrong(&self, id: NodeId, message: impl Into<String>) -> Wrong {
        Wrong::at(self.tree.at(id), message)
    }

    fn visit_one(&mut self, id: NodeId) -> Outcome<Type> {
        match self.tree.node(id).clone() {
            Node::Nil => Ok(Type::Nil),
            Node::Identifier(name) => self.identifier(id, &name),
            Node::Constant(value) => Ok(value.ty()),
            Node::Unary { operator, operand } => self.unary(id, operator, operand),
            // `visit` has come down to the first operand.
            Node::Binary { .. } => Ok(Type::Unknown),
            Node::Chain(inner) => self.visit(inner),
            Node::Member { base, property, is_optional, is_method } => {
                self.member(id, base, property, Asked { is_optional, is_method })
            }
            Node::Slice { base, from, to } => self.slice(id, base, from, to),
            Node::Call { callee, arguments } => self.call(id, callee, &arguments),
            Node::Builtin(builtin) => self.builtin(id, &builtin),
            Node::Predicate(inner) => self.visit(inner),
            Node::Pointer(name) => self.pointer(id, &name),
            Node::Let { name, value, body } => self.declaration(id, &name, value, body),
            Node::Sequence(nodes) | Node::SumOf(nodes) => {
                let mut last = Type::Unknown;
                for node in nodes {
                    last = self.visit(node)?;
                }
                Ok(last)
            }
            Node::Conditional { condition, then, otherwise } => self.conditional(condition, then, otherwise),
            Node::Array(nodes) => self.array(&nodes),
            Node::Map(pairs) => {
                for (key, value) in pairs {
                    self.visit(key)?;
                    self.visit(value)?;
                }
                Ok(Type::Map(MapType::Any))
            }
        }
    }

    fn identifier(&mut self, id: NodeId, name: &str) -> Outcome<Type> {
        if let Some((_, ty)) = self.variables.iter().rev().find(|(known, _)| &**known == name) {
            return Ok(ty.clone());
        }
        if name == "$env" {
            return Ok(Type::Unknown);
        }
        self.name(id, name, Known::WithBuiltins)
    }

    /// What the environment says of `name`.
    fn name(&self, id: NodeId, name: &str, known: Known) -> Outcome<Type> {
        if let Some(value) = self.environment.get(name) {
            return Ok(value.ty());
        }
        if known == Known::WithBuiltins && builtin::name(name).is_some() {
            return Ok(Type::Unknown);
        }
        if self.environment.is_strict() && known != Known::OrNothing {
            return Err(self.wrong(id, format!("unknown name {name}")));
        }
        Ok(Type::Unknown)
    }

    fn pointer(&self, id: NodeId, name: &str) -> Outcome<Type> {
        let Some(scope) = self.predicates.last() else {
            return Err(self.wrong(id, "cannot use pointer accessor outside predicate"));
        };
        match name {
            "" if scope.collection.is_unknown() => Ok(Type::Unknown),
            "" => Ok(scope.collection.item()),
            "index" if scope.named.contains(&"index") => Ok(Type::INT),
            _ if scope.named.contains(&name) => Ok(Type::Unknown),
            _ => Err(self.wrong(id, format!("unknown pointer #{name}"))),
        }
    }

    fn declaration(&mut self, id: NodeId, name: &Arc<str>, value: NodeId, body: NodeId) -> Outcome<Type> {
        let what = if self.environment.get(name).is_some() {
            ""
        } else if builtin::name(name).is_some() {
            "builtin "
        } else if self.variables.iter().any(|(known, _)| known == name) {
            "variable "
        } else {
            let ty = self.visit(value)?;
            self.variables.push((name.clone(), ty));
            let ty = self.visit(body);
            self.variables.pop();
            return ty;
        };
        Err(self.wrong(id, format!("cannot redeclare {what}{name}")))
    }

    fn conditional(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId) -> Outcome<Type> {
        let ty = self.visit(condition)?;
        if ty != Type::Bool && !ty.is_unknown() {
            return Err(self.wrong(condition, format!("non-bool expression (type {ty}) used as condition")));
        }
        let (then, otherwise) = (self.visit(then)?, self.visit(otherwise)?);
        Ok(match (&then, &otherwise) {
            (Type::Nil, _) => otherwise,
            (_, Type::Nil) => then,
            (Type::List(_, one), Type::List(_, other)) if then.is_assignable_to(&otherwise) => {
                if one.is_assignable_to(other) && other.is_assignable_to(one) {
                    then
                } else {
                    Type::list(ListType::Any)
                }
            }
            _ if then.is_assignable_to(&otherwise) => then,
            _ => Type::Unknown,
        })
    }

    fn array(&mut self, nodes: &[NodeId]) -> Outcome<Type> {
        let mut is_uniform = true;
        let mut last = Type::Unknown;
        for (at, node) in nodes.iter().enumerate() {
            let ty = self.visit(*node)?;
            is_uniform &= at == 0 || is_same_kind(&ty, &last);
            last = ty;
        }
        Ok(if is_uniform { Type::list_of(last) } else { Type::list(ListType::Any) })
    }
}

/// How a member is asked for.
#[derive(Clone, Copy)]
struct Asked {
    is_optional: bool,
    is_method: bool,
}

/// What may stand for a name.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    WithBuiltins,
    /// Only what the environment has.
    WithoutBuiltins,
    /// Whoever asks is content with nothing.
    OrNothing,
}

/// Whether Go's `reflect.Kind` is the same.
fn is_same_kind(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Unknown | Type::Nil, Type::Unknown | Type::Nil) => true,
        (Type::Int(one), Type::Int(other)) => one == other,
        (Type::Int(IntKind::Int64), Type::Duration) | (Type::Duration, Type::Int(IntKind::Int64)) => true,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}
