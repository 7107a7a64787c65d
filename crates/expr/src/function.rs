//! Calls functions that whoever evaluates hands in, and methods bound to their value.

use crate::error::{Outcome, Wrong};
use crate::types::Signature;
use crate::value::{Calling, Function, Value};

impl Function {
    /// Calls it, once its arguments are of the types that it takes.
    pub(crate) fn call(&self, arguments: &[Value]) -> Outcome<Value> {
        let signature = self.signature();
        let Signature { parameters, is_variadic, .. } = &*signature;
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
            return Err(Wrong::new(match (self.calling(), argument) {
                (Calling::Direct, Value::Nil) => format!("interface conversion: interface {{}} is nil, not {wanted}"),
                (Calling::Direct, _) => {
                    format!("interface conversion: interface {{}} is {}, not {wanted}", argument.type_name())
                }
                (Calling::Reflected, _) => format!("reflect: Call using {} as type {wanted}", argument.type_name()),
            }));
        }
        self.run(arguments).map_err(Wrong::new)
    }
}
