//! Numbers as Go's decoder keeps them: whole ones as integers, what fits no 64-bit integer as floats.

use serde_json::{Number, Value};

/// Below this a float holds every integer exactly, and Go writes it without a fraction.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Gives every number of the tree its one form, so that 1 and 1.0 are one.
pub(crate) fn unify(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(unified) = unified(number) {
                *number = unified;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unify),
        Value::Object(map) => map.values_mut().for_each(unify),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn unified(number: &Number) -> Option<Number> {
    if number.is_i64() {
        return None;
    }
    let float = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    if float.fract() == 0.0 && float.abs() < EXACT_MAX {
        return Some(Number::from(float as i64));
    }
    Number::from_f64(float)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_and_one_point_zero_are_one() {
        let mut value: Value = serde_json::from_str(r#"[1, 1.0, 1e3, 1.5, 18446744073709551615, -0.0]"#).expect("JSON");
        unify(&mut value);
        assert_eq!(value, json!([1, 1, 1000, 1.5, 1.844_674_407_370_955_2e19, 0]));
    }
}
