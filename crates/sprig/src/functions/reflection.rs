//! Types and kinds, deep equality.

use crate::define::row;
use gotemplate::{Definition, Type, Value};

const ANY: Type = Type::Any;
const STR: Type = Type::String;

pub(crate) const TABLE: &[Definition] = &[
    row("typeOf", &[ANY], STR, |_, args| Ok(args.any(0).type_name().into())),
    row("typeIs", &[STR, ANY], Type::Bool, |_, args| Ok((args.text(0) == args.any(1).type_name().as_str()).into())),
    row("typeIsLike", &[STR, ANY], Type::Bool, |_, args| {
        let (target, name) = (args.text(0), args.any(1).type_name());
        Ok((target == name.as_str() || name.strip_prefix('*').is_some_and(|name| target == name)).into())
    }),
    row("kindOf", &[ANY], STR, |_, args| Ok(args.any(0).kind().to_string().into())),
    row("kindIs", &[STR, ANY], Type::Bool, |_, args| {
        Ok((args.text(0) == args.any(1).kind().to_string().as_str()).into())
    }),
    row("deepEqual", &[ANY, ANY], Type::Bool, |call, args| {
        Ok(Value::Bool(args.any(0).deep_equal(args.any(1), call.budget)?))
    }),
];
