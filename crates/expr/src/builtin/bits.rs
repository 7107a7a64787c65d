//! Integers bit by bit.

use super::define::{Call, Checking, Definition, Sort};
use crate::error::{Outcome, Wrong};
use crate::value::Value;

const TWO: Checking = Checking::Overloads(&[(&[Sort::Int, Sort::Int], Sort::Int)]);

pub(super) const TABLE: &[Definition] = &[
    Definition { name: "bitand", checking: TWO, call: |args, _| two("bitand", args, |x, y| Ok(x & y)) },
    Definition { name: "bitor", checking: TWO, call: |args, _| two("bitor", args, |x, y| Ok(x | y)) },
    Definition { name: "bitxor", checking: TWO, call: |args, _| two("bitxor", args, |x, y| Ok(x ^ y)) },
    Definition { name: "bitnand", checking: TWO, call: |args, _| two("bitnand", args, |x, y| Ok(x & !y)) },
    Definition { name: "bitshl", checking: TWO, call: |args, _| two("bitshl", args, left) },
    Definition { name: "bitshr", checking: TWO, call: |args, _| two("bitshr", args, right) },
    Definition { name: "bitushr", checking: TWO, call: |args, _| two("bitushr", args, right_unsigned) },
    Definition { name: "bitnot", checking: Checking::Overloads(&[(&[Sort::Int], Sort::Int)]), call: not },
];

fn integer(name: &str, value: &Value) -> Outcome<i64> {
    match value {
        Value::Int(integer) => Ok(integer.value),
        other => Err(Wrong::new(format!("cannot use {} as argument (type int) to call {name}", other.type_name()))),
    }
}

fn two(name: &str, arguments: &[Value], how: fn(i64, i64) -> Outcome<i64>) -> Outcome<Value> {
    let [x, y] = arguments else {
        let given = arguments.len();
        return Err(Wrong::new(format!("invalid number of arguments for {name} (expected 2, got {given})")));
    };
    how(integer(name, x)?, integer(name, y)?).map(Value::int)
}

fn count(y: i64) -> Outcome<u32> {
    if y < 0 {
        return Err(Wrong::new(format!("invalid operation: negative shift count {y} (type int)")));
    }
    Ok(u32::try_from(y).unwrap_or(u32::MAX))
}

fn left(x: i64, y: i64) -> Outcome<i64> {
    Ok(x.checked_shl(count(y)?).unwrap_or(0))
}

fn right(x: i64, y: i64) -> Outcome<i64> {
    Ok(x.checked_shr(count(y)?).unwrap_or(if x < 0 { -1 } else { 0 }))
}

fn right_unsigned(x: i64, y: i64) -> Outcome<i64> {
    Ok((x as u64).checked_shr(count(y)?).unwrap_or(0) as i64)
}

fn not(arguments: &[Value], _: &mut Call<'_>) -> Outcome<Value> {
    match arguments {
        [one] => Ok(Value::int(!integer("bitnot", one)?)),
        _ => {
            let given = arguments.len();
            Err(Wrong::new(format!("invalid number of arguments for bitnot (expected 1, got {given})")))
        }
    }
}
