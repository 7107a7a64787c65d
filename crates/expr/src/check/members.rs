//! What may be asked of a value by name, by index, or as a part.

use super::{Asked, Checker, Known};
use crate::ast::{Node, NodeId};
use crate::error::Outcome;
use crate::methods;
use crate::types::Type;

impl Checker<'_> {
    pub(super) fn member(&mut self, id: NodeId, base: NodeId, property: NodeId, asked: Asked) -> Outcome<Type> {
        let name = self.tree.text(property).map(ToString::to_string);
        if matches!(self.tree.node(base), Node::Identifier(base) if &**base == "$env") {
            let known = if asked.is_optional { Known::OrNothing } else { Known::WithoutBuiltins };
            return name.map_or(Ok(Type::Unknown), |name| self.name(id, &name, known));
        }
        let ty = self.visit(base)?;
        let property_ty = self.visit(property)?;
        if ty.is_unknown() {
            return Ok(Type::Unknown);
        }
        if let Some(name) = &name {
            if ty == Type::Nil {
                return Err(self.wrong(id, format!("type nil has no field {name}")));
            }
            if let Some(signature) = methods::signature(&ty, name) {
                return Ok(Type::Function(signature.into()));
            }
        }
        match &ty {
            Type::Map(map) => {
                if !property_ty.is_assignable_to(&map.key()) && !property_ty.is_unknown() {
                    let message = format!("cannot use {property_ty} to get an element from {ty}");
                    return Err(self.wrong(property, message));
                }
                return Ok(map.item());
            }
            ty if ty.is_list() => {
                if !property_ty.is_integer() && !property_ty.is_unknown() {
                    let message = format!("array elements can only be selected using an integer (got {property_ty})");
                    return Err(self.wrong(property, message));
                }
                return Ok(ty.item());
            }
            _ => {}
        }
        Err(self.wrong(
            id,
            match name {
                Some(name) if asked.is_method => format!("type {ty} has no method {name}"),
                Some(name) => format!("type {ty} has no field {name}"),
                None => format!("type {ty}[{property_ty}] is undefined"),
            },
        ))
    }

    pub(super) fn slice(
        &mut self,
        id: NodeId,
        base: NodeId,
        from: Option<NodeId>,
        to: Option<NodeId>,
    ) -> Outcome<Type> {
        let ty = self.visit(base)?;
        if ty.is_unknown() {
            // Compat: then nobody looks at the bounds.
            return Ok(Type::Unknown);
        }
        if !ty.is_list() && ty != Type::String {
            return Err(self.wrong(id, format!("cannot slice {ty}")));
        }
        for bound in [from, to].into_iter().flatten() {
            let bound_ty = self.visit(bound)?;
            if !bound_ty.is_integer() && !bound_ty.is_unknown() {
                return Err(self.wrong(bound, format!("non-integer slice index {bound_ty}")));
            }
        }
        Ok(ty)
    }
}
