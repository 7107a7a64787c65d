//! Types of expressions, and which fits where.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Any value; checked when it is there.
    Dyn,
    /// What could not be typed; told elsewhere.
    Error,
    /// `null`.
    Null,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `uint`.
    Uint,
    /// `double`.
    Double,
    /// `string`.
    Text,
    /// `bytes`.
    Bytes,
    /// `timestamp`.
    Timestamp,
    /// `duration`.
    Duration,
    /// `list(item)`.
    List(Box<Type>),
    /// `map(key, value)`.
    Map(Box<Type>, Box<Type>),
    /// An object with declared fields, or a value of a library, by name.
    Object(Arc<str>),
    /// The type of a type.
    Type(Option<Box<Type>>),
    /// A named type with parameters: `optional_type(T)`, `net.IP`.
    Opaque(Arc<str>, Vec<Type>),
    /// A type to be found out.
    Param(Arc<str>),
}

/// The name of the optional type.
pub(crate) const OPTIONAL: &str = "optional_type";

impl Type {
    /// `optional_type(of)`.
    #[must_use]
    pub fn optional(of: Type) -> Type {
        Type::Opaque(OPTIONAL.into(), vec![of])
    }

    /// What is inside an optional.
    pub(crate) fn unwrapped(&self) -> Option<&Type> {
        match self {
            Type::Opaque(name, of) if &**name == OPTIONAL => of.first(),
            _ => None,
        }
    }

    pub(crate) fn is_dyn_or_error(&self) -> bool {
        matches!(self, Type::Dyn | Type::Error)
    }

    /// Whether values have no size that matters.
    pub(crate) fn is_scalar(&self) -> bool {
        match self {
            Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::Uint => true,
            other => other.unwrapped().is_some_and(Type::is_scalar),
        }
    }

    fn is_nullable(&self) -> bool {
        matches!(self, Type::Null | Type::Opaque(..) | Type::Object(_) | Type::Duration | Type::Timestamp)
    }

    fn parameters(&self) -> Vec<&Type> {
        match self {
            Type::List(item) => vec![item],
            Type::Map(key, value) => vec![key, value],
            Type::Opaque(_, parameters) => parameters.iter().collect(),
            Type::Type(Some(of)) => vec![of],
            _ => Vec::new(),
        }
    }

    /// The name `type()` gives.
    pub(crate) fn name(&self) -> String {
        match self {
            Type::Null => "null_type".to_owned(),
            Type::Timestamp => "google.protobuf.Timestamp".to_owned(),
            Type::Duration => "google.protobuf.Duration".to_owned(),
            Type::List(_) => "list".to_owned(),
            Type::Map(..) => "map".to_owned(),
            Type::Type(_) => "type".to_owned(),
            Type::Opaque(name, _) => name.to_string(),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Type {
    /// As messages show types.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Dyn => f.write_str("dyn"),
            Type::Error => f.write_str("!error!"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Uint => f.write_str("uint"),
            Type::Double => f.write_str("double"),
            Type::Text => f.write_str("string"),
            Type::Bytes => f.write_str("bytes"),
            Type::Timestamp => f.write_str("timestamp"),
            Type::Duration => f.write_str("duration"),
            Type::List(item) => write!(f, "list({item})"),
            Type::Map(key, value) => write!(f, "map({key}, {value})"),
            Type::Object(name) | Type::Param(name) => f.write_str(name),
            Type::Type(None) => f.write_str("type"),
            Type::Type(Some(of)) => write!(f, "type({of})"),
            Type::Opaque(name, parameters) if parameters.is_empty() => f.write_str(name),
            Type::Opaque(name, parameters) => {
                let shown: Vec<String> = parameters.iter().map(Type::to_string).collect();
                write!(f, "{name}({})", shown.join(", "))
            }
        }
    }
}

/// What type parameters were found to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Substitutions(BTreeMap<Arc<str>, Type>);

/// What happens to parameters about which nothing was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unbound {
    Kept,
    AnyValue,
}

impl Substitutions {
    /// Notes what a parameter is.
    pub fn add(&mut self, parameter: &Arc<str>, ty: Type) {
        self.0.insert(Arc::clone(parameter), ty);
    }

    /// The type with what is known put in.
    pub fn apply(&self, ty: &Type, unbound: Unbound) -> Type {
        let inner = |ty: &Type| Box::new(self.apply(ty, unbound));
        match ty {
            Type::Param(name) => match self.0.get(name) {
                Some(found) => self.apply(found, unbound),
                None if unbound == Unbound::AnyValue => Type::Dyn,
                None => ty.clone(),
            },
            Type::List(item) => Type::List(inner(item)),
            Type::Map(key, value) => Type::Map(inner(key), inner(value)),
            Type::Type(Some(of)) => Type::Type(Some(inner(of))),
            Type::Opaque(name, parameters) => {
                Type::Opaque(Arc::clone(name), parameters.iter().map(|ty| self.apply(ty, unbound)).collect())
            }
            _ => ty.clone(),
        }
    }

    /// Whether each of `from` may stand where the one of `to` is wanted; notes what that says of parameters only if so.
    pub fn assign_all(&mut self, from: &[Type], to: &[Type]) -> bool {
        let mut tried = self.clone();
        let fits = from.len() == to.len() && from.iter().zip(to).all(|(from, to)| tried.fits(from, to));
        if fits {
            *self = tried;
        }
        fits
    }

    /// Whether `from` may stand where `to` is wanted.
    pub fn assign(&mut self, from: &Type, to: &Type) -> bool {
        self.assign_all(std::slice::from_ref(from), std::slice::from_ref(to))
    }

    fn fits(&mut self, from: &Type, to: &Type) -> bool {
        if let Type::Param(name) = to {
            let (is_valid, is_known) = self.binds(from, name);
            if is_valid || is_known {
                return is_valid;
            }
        }
        if let Type::Param(name) = from {
            return self.binds(to, name).0;
        }
        if from.is_dyn_or_error() || to.is_dyn_or_error() {
            return true;
        }
        match (from, to) {
            (Type::Null, other) | (other, Type::Null) => other.is_nullable(),
            (Type::Type(_), Type::Type(_)) => true,
            (Type::List(_), Type::List(_)) | (Type::Map(..), Type::Map(..)) => self.all_fit(from, to),
            (Type::Opaque(one, _), Type::Opaque(other, _)) => one == other && self.all_fit(from, to),
            _ => from == to,
        }
    }

    fn all_fit(&mut self, from: &Type, to: &Type) -> bool {
        let (from, to) = (from.parameters(), to.parameters());
        from.len() == to.len() && from.into_iter().zip(to).all(|(from, to)| self.fits(from, to))
    }

    /// Whether a parameter can be `ty`, and whether something was known of it.
    fn binds(&mut self, ty: &Type, name: &Arc<str>) -> (bool, bool) {
        if matches!(ty, Type::Param(other) if other == name) {
            return (true, true);
        }
        if let Some(known) = self.0.get(name).cloned() {
            if known == *ty {
                return (true, true);
            }
            if !self.fits(ty, &known) {
                return (false, true);
            }
            let general = most_general(ty, &known);
            if self.is_free_of(name, &general) {
                self.add(name, general);
            }
            return (true, true);
        }
        if self.is_free_of(name, ty) {
            self.add(name, ty.clone());
            return (true, false);
        }
        (false, false)
    }

    /// Whether the parameter does not occur within the type.
    fn is_free_of(&self, name: &Arc<str>, ty: &Type) -> bool {
        match ty {
            Type::Param(other) if other == name => false,
            Type::Param(other) => self.0.get(other).is_none_or(|found| self.is_free_of(name, found)),
            other => other.parameters().into_iter().all(|parameter| self.is_free_of(name, parameter)),
        }
    }
}

/// The more general of two types that fit each other.
pub(crate) fn most_general(one: &Type, other: &Type) -> Type {
    if is_no_more_specific(one, other) { one.clone() } else { other.clone() }
}

fn is_no_more_specific(one: &Type, other: &Type) -> bool {
    if matches!(one, Type::Dyn | Type::Param(_)) {
        return true;
    }
    if matches!(other, Type::Dyn | Type::Param(_)) {
        return false;
    }
    match (one, other) {
        (Type::Type(_), Type::Type(_)) => true,
        (Type::List(_), Type::List(_)) | (Type::Map(..), Type::Map(..)) | (Type::Opaque(..), Type::Opaque(..)) => {
            let (one, other) = (one.parameters(), other.parameters());
            one.len() == other.len() && one.into_iter().zip(other).all(|(one, other)| is_no_more_specific(one, other))
        }
        _ => one == other,
    }
}
