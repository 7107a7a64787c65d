//! Functions that whoever evaluates hands in, and methods bound to their value.

use crate::error::{Outcome, Wrong};
use crate::types::Signature;
use crate::value::Value;
use std::fmt;
use std::sync::Arc;

type Body = dyn Fn(&[Value]) -> Result<Value, String> + Send + Sync;

/// A function as a value.
#[derive(Clone)]
pub struct Function {
    signature: Arc<Signature>,
    calling: Calling,
    body: Arc<Body>,
}

/// How the original calls it, which shows in what it says of arguments of a wrong type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calling {
    /// By its own type: `func(float64) bool` and other common ones.
    Direct,
    /// By reflection.
    Reflected,
}

impl Function {
    /// A function of that signature. What `body` gives as an error is the message.
    pub fn new(
        signature: Signature,
        calling: Calling,
        body: impl Fn(&[Value]) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        Function { signature: Arc::new(signature), calling, body: Arc::new(body) }
    }

    /// What it takes and gives.
    #[must_use]
    pub fn signature(&self) -> Arc<Signature> {
        self.signature.clone()
    }

    /// Calls it, once its arguments are of the types that it takes.
    pub(crate) fn call(&self, arguments: &[Value]) -> Outcome<Value> {
        let Signature { parameters, is_variadic, .. } = &*self.signature;
        let fixed = parameters.len() - usize::from(*is_variadic);
        if *is_variadic && arguments.len() < fixed {
            let message = format!("invalid number of arguments: expected at least {fixed}, got {}", arguments.len());
            return Err(Wrong::new(message));
        }
        if !is_variadic && arguments.len() != fixed {
            let message = format!("invalid number of arguments: expected {fixed}, got {}", arguments.len());
            return Err(Wrong::new(message));
        }
        for (at, argument) in arguments.iter().enumerate() {
            let wanted = &parameters[at.min(parameters.len() - 1)];
            if wanted.is_unknown() || argument.ty().is_assignable_to(wanted) {
                continue;
            }
            return Err(Wrong::new(match (self.calling, argument) {
                (Calling::Direct, Value::Nil) => format!("interface conversion: interface {{}} is nil, not {wanted}"),
                (Calling::Direct, _) => {
                    format!("interface conversion: interface {{}} is {}, not {wanted}", argument.type_name())
                }
                (Calling::Reflected, _) => format!("reflect: Call using {} as type {wanted}", argument.type_name()),
            }));
        }
        (self.body)(arguments).map_err(Wrong::new)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.signature)
    }
}
