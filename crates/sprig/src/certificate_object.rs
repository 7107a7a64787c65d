//! A certificate and its key as a value in a template: Sprig's `certificate` with its fields `Cert` and `Key`.

use crate::crypto::Pair;
use gotemplate::{GoObject, Type, Value};
use std::any::Any;

/// A `sprig.certificate` in a template.
#[derive(Debug, Clone)]
pub struct CertificateObject(pub Pair);

impl CertificateObject {
    /// The type that parameters of this type are declared with.
    pub const TYPE: Type = Type::Named("sprig.certificate");

    /// The pair in `value`, when it is one.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Pair> {
        match value {
            Value::Object(object) => object.as_any().downcast_ref::<CertificateObject>().map(|object| &object.0),
            _ => None,
        }
    }
}

impl From<Pair> for Value {
    fn from(pair: Pair) -> Self {
        Value::object(CertificateObject(pair))
    }
}

impl GoObject for CertificateObject {
    fn type_name(&self) -> &'static str {
        "sprig.certificate"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.0.certificate.as_str().into()), ("Key", self.0.key.as_str().into())]
    }

    fn equal(&self, other: &dyn GoObject) -> bool {
        other.as_any().downcast_ref::<CertificateObject>().is_some_and(|other| self.0 == other.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
