//! What operators may stand between.

use super::Checker;
use crate::ast::{Binary, Node, NodeId, Unary};
use crate::error::Outcome;
use crate::types::{ListType, Type};
use sprig::re2::Pattern;

/// A property of a type that an operator asks for.
type Sort = fn(&Type) -> bool;

fn is_bool(ty: &Type) -> bool {
    *ty == Type::Bool
}

fn is_text(ty: &Type) -> bool {
    *ty == Type::String
}

fn is_time(ty: &Type) -> bool {
    *ty == Type::Time
}

fn is_duration(ty: &Type) -> bool {
    *ty == Type::Duration
}

fn is_number(ty: &Type) -> bool {
    ty.is_number()
}

fn is_integer(ty: &Type) -> bool {
    ty.is_integer()
}

/// Whether the two may turn out to be of these sorts, since at least one of them is unknown.
fn may_fit(left: &Type, right: &Type, sorts: &[Sort]) -> bool {
    let is_any_of = |ty: &Type| sorts.iter().any(|sort| sort(ty));
    match (left.is_unknown(), right.is_unknown()) {
        (true, true) => true,
        (true, false) => is_any_of(right),
        (false, true) => is_any_of(left),
        (false, false) => false,
    }
}

/// What arithmetic on two numbers gives.
fn promoted(left: &Type, right: &Type) -> Type {
    if *left == Type::Float || *right == Type::Float { Type::Float } else { Type::INT }
}

impl Checker<'_> {
    pub(super) fn unary(&mut self, id: NodeId, operator: Unary, operand: NodeId) -> Outcome<Type> {
        let ty = self.visit(operand)?;
        match operator {
            Unary::Not(_) if is_bool(&ty) || ty.is_unknown() => Ok(Type::Bool),
            Unary::Plus | Unary::Minus if ty.is_number() => Ok(ty),
            Unary::Plus | Unary::Minus if ty.is_unknown() => Ok(Type::Unknown),
            _ => {
                let message = format!("invalid operation: {} (mismatched type {ty})", operator.text());
                Err(self.wrong(id, message))
            }
        }
    }

    /// The type of an operator whose left operand is of type `left`.
    pub(super) fn binary(&mut self, id: NodeId, left: Type) -> Outcome<Type> {
        let Node::Binary { operator, right: right_id, .. } = *self.tree.node(id) else { return Ok(Type::Unknown) };
        let right = self.visit(right_id)?;
        if operator == Binary::In {
            return self.is_in(id, &left, &right);
        }
        if operator == Binary::Matches
            && let Some(pattern) = self.tree.text(right_id)
            && let Err(error) = Pattern::compile(pattern.as_bytes())
        {
            return Err(self.wrong(id, error.to_string()));
        }
        let found = match operator {
            Binary::Add | Binary::Subtract | Binary::Multiply => arithmetic(operator, &left, &right),
            _ => relation(operator, &left, &right),
        };
        found.ok_or_else(|| {
            let text = operator.text();
            self.wrong(id, format!("invalid operation: {text} (mismatched types {left} and {right})"))
        })
    }

    fn is_in(&self, id: NodeId, left: &Type, right: &Type) -> Outcome<Type> {
        let is_fit = match right {
            Type::Time => is_text(left) || left.is_unknown(),
            Type::Map(ty) => {
                let key = ty.key();
                if !left.is_unknown() && !left.is_assignable_to(&key) {
                    return Err(self.wrong(id, format!("cannot use {left} as type {key} in map key")));
                }
                true
            }
            ty if ty.is_list() => {
                let item = ty.item();
                if !left.is_comparable_to(&item) {
                    return Err(self.wrong(id, format!("cannot use {left} as type {item} in array")));
                }
                true
            }
            ty => ty.is_unknown() || left.is_unknown() && is_text(ty),
        };
        if is_fit {
            return Ok(Type::Bool);
        }
        Err(self.wrong(id, format!("invalid operation: in (mismatched types {left} and {right})")))
    }
}

fn arithmetic(operator: Binary, left: &Type, right: &Type) -> Option<Type> {
    if left.is_number() && right.is_number() {
        return Some(promoted(left, right));
    }
    let sorts: &[Sort] = match operator {
        Binary::Add => &[is_number, is_text, is_time, is_duration],
        Binary::Subtract => &[is_number, is_time, is_duration],
        _ => &[is_number, is_duration],
    };
    match (operator, left, right) {
        (Binary::Add, Type::String, Type::String) => Some(Type::String),
        (Binary::Add, Type::Time, Type::Duration) | (Binary::Add, Type::Duration, Type::Time) => Some(Type::Time),
        (Binary::Subtract, Type::Time, Type::Time) => Some(Type::Duration),
        (Binary::Subtract, Type::Time, Type::Duration) => Some(Type::Time),
        (_, Type::Duration, Type::Duration) => Some(Type::Duration),
        (Binary::Multiply, Type::Duration, ty) | (Binary::Multiply, ty, Type::Duration) if ty.is_number() => {
            Some(Type::Duration)
        }
        _ => may_fit(left, right, sorts).then_some(Type::Unknown),
    }
}

/// Everything but sums, differences, products and `in`.
fn relation(operator: Binary, left: &Type, right: &Type) -> Option<Type> {
    let both = |sort: Sort| sort(left) && sort(right);
    let (is_fit, ty) = match operator {
        Binary::Equal | Binary::NotEqual => (left.is_comparable_to(right), Type::Bool),
        Binary::Or(_) | Binary::And(_) => (both(is_bool) || may_fit(left, right, &[is_bool]), Type::Bool),
        Binary::Less | Binary::More | Binary::LessOrEqual | Binary::MoreOrEqual => {
            let sorts: &[Sort] = &[is_number, is_text, is_time, is_duration];
            (sorts.iter().any(|sort| both(*sort)) || may_fit(left, right, sorts), Type::Bool)
        }
        Binary::Divide | Binary::Power(_) => (both(is_number) || may_fit(left, right, &[is_number]), Type::Float),
        Binary::Modulo => (both(is_integer) || may_fit(left, right, &[is_integer]), Type::INT),
        Binary::Matches if *left == Type::Bytes && is_text(right) => (true, Type::Bool),
        Binary::Matches | Binary::Contains | Binary::StartsWith | Binary::EndsWith => {
            (both(is_text) || may_fit(left, right, &[is_text]), Type::Bool)
        }
        Binary::Range => (both(is_integer) || may_fit(left, right, &[is_integer]), Type::list_of(Type::INT)),
        Binary::Coalesce => {
            let ty = match (left, right) {
                (Type::Nil, _) => right.clone(),
                (_, Type::Nil) => left.clone(),
                _ if right.is_assignable_to(left) => left.clone(),
                _ => Type::Unknown,
            };
            (true, ty)
        }
        Binary::In | Binary::Add | Binary::Subtract | Binary::Multiply => (false, Type::list(ListType::Any)),
    };
    is_fit.then_some(ty)
}
