//! Whether builtins are given what they take.

use super::{Checker, Scope};
use crate::ast::{Builtin, Node, NodeId};
use crate::builtin::{self, Checking};
use crate::error::{Outcome, Wrong};
use crate::types::{ListType, MapType, Signature, Type};

impl Checker<'_> {
    pub(super) fn builtin(&mut self, id: NodeId, builtin: &Builtin) -> Outcome<Type> {
        match builtin::find(builtin.name) {
            None => self.with_predicate(builtin),
            Some(definition) => match &definition.checking {
                Checking::Get => self.get(id, &builtin.arguments),
                Checking::Rule(rule) => {
                    let mut types = Vec::new();
                    for argument in &builtin.arguments {
                        let ty = self.visit(*argument)?;
                        types.push(if ty.is_unknown() { Type::Any } else { ty });
                    }
                    // What a rule gives is Go's own type: what is known beyond it is lost.
                    rule(&types).map(|ty| plain(&ty)).map_err(|message| self.wrong(id, message))
                }
                Checking::Overloads(overloads) => {
                    let mut last = None;
                    for (parameters, returns) in *overloads {
                        let parameters: Vec<Type> = parameters.iter().map(|sort| sort.ty()).collect();
                        let signature = Signature::new(&parameters, returns.ty());
                        match self.arguments(id, builtin.name, &signature, &builtin.arguments) {
                            Ok(ty) => return Ok(ty),
                            Err(wrong) => last = Some(wrong),
                        }
                    }
                    Err(last.unwrap_or_else(|| self.wrong(id, format!("no matching overload for {}", builtin.name))))
                }
            },
        }
    }

    /// The type of the list that a builtin goes through.
    fn collection(&mut self, name: &str, id: NodeId) -> Outcome<Type> {
        let ty = self.visit(id)?;
        if ty.is_list() || ty.is_unknown() {
            return Ok(ty);
        }
        Err(self.wrong(id, format!("builtin {name} takes only array (got {ty})")))
    }

    /// The type of what a predicate gives for each item of `collection`.
    fn predicate(&mut self, id: NodeId, collection: &Type, named: &'static [&'static str]) -> Outcome<Type> {
        self.predicates.push(Scope { collection: collection.clone(), named });
        let ty = self.visit(id);
        self.predicates.pop();
        let ty = ty?;
        if ty == Type::Nil {
            let count = if named.contains(&"acc") { "two" } else { "one" };
            return Err(self.wrong(id, format!("predicate should has {count} input and one output param")));
        }
        Ok(ty)
    }

    fn with_predicate(&mut self, builtin: &Builtin) -> Outcome<Type> {
        let Builtin { name, arguments, .. } = builtin;
        let collection = self.collection(name, arguments[0])?;
        let Some(&predicate) = arguments.get(1) else {
            let is_sum = *name == "sum";
            return Ok(match collection {
                _ if !is_sum => Type::INT,
                ty if ty.is_unknown() => Type::Unknown,
                ty => ty.item(),
            });
        };
        let named: &[&str] = match *name {
            "map" => &["index"],
            "reduce" => &["index", "acc"],
            _ => &[],
        };
        let ty = self.predicate(predicate, &collection, named)?;
        let is_test = !matches!(*name, "map" | "sum" | "groupBy" | "sortBy" | "reduce");
        if is_test && ty != Type::Bool && !ty.is_unknown() {
            return Err(self.wrong(predicate, format!("predicate should return boolean (got {})", plain(&ty))));
        }
        if let Some(&third) = arguments.get(2) {
            let order = self.visit(third)?;
            if *name == "sortBy" && order != Type::String && !order.is_unknown() {
                return Err(self.wrong(third, format!("sortBy order argument must be a string (got {order})")));
            }
        }
        let item = || if collection.is_unknown() { Type::Unknown } else { collection.item() };
        Ok(match *name {
            "all" | "none" | "any" | "one" => Type::Bool,
            "filter" if collection.is_unknown() => Type::list(ListType::Any),
            "filter" => Type::list_of(item()),
            "map" => Type::list_of(ty),
            "count" | "findIndex" | "findLastIndex" => Type::INT,
            "sum" => plain(&ty),
            "find" | "findLast" => item(),
            "groupBy" => Type::Map(MapType::Groups),
            "sortBy" => collection,
            _ => ty,
        })
    }

    fn get(&mut self, id: NodeId, arguments: &[NodeId]) -> Outcome<Type> {
        let [base, property] = *arguments else {
            let message = format!("invalid number of arguments (expected 2, got {})", arguments.len());
            return Err(self.wrong(id, message));
        };
        let is_environment = matches!(self.tree.node(base), Node::Identifier(name) if &**name == "$env");
        let ty = self.visit(base)?;
        let property_ty = self.visit(property)?;
        if is_environment {
            let found = self.tree.text(property).and_then(|name| self.environment.get(&name.to_str_lossy()));
            return Ok(found.map_or(Type::Unknown, |value| value.ty()));
        }
        match &ty {
            ty if ty.is_unknown() => Ok(Type::Unknown),
            ty if ty.is_list() => {
                if !property_ty.is_integer() && !property_ty.is_unknown() {
                    return Err(self.wrong(property, format!("non-integer slice index {property_ty}")));
                }
                Ok(ty.item())
            }
            Type::Map(map) => {
                if !property_ty.is_assignable_to(&map.key()) && !property_ty.is_unknown() {
                    let message = format!("cannot use {property_ty} to get an element from {ty}");
                    return Err(self.wrong(property, message));
                }
                Ok(map.item())
            }
            ty => Err(Wrong::at(self.tree.at(base), format!("type {ty} does not support indexing"))),
        }
    }
}

/// Without what is known beyond Go's own type.
fn plain(ty: &Type) -> Type {
    match ty {
        Type::List(list, _) => Type::list(*list),
        Type::Unknown => Type::Any,
        ty => ty.clone(),
    }
}
