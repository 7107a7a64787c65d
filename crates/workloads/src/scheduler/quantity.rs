//! Amounts of resources as whole thousandths, enough to add and compare them.

use serde_json::Value;

/// The amount in thousandths of its unit, rounded up as schedulers round; what is no amount counts as nothing.
pub(super) fn thousandths(quantity: &Value) -> i128 {
    match quantity {
        Value::String(text) => parse(text),
        Value::Number(number) => parse(&number.to_string()),
        _ => 0,
    }
}

fn parse(text: &str) -> i128 {
    let end = text.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c)).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap_or_default();
    let scale = 10_i128.saturating_pow(u32::try_from(fraction.len()).unwrap_or(u32::MAX));
    let (numerator, denominator) = factor(suffix);
    let product = digits.saturating_mul(numerator).saturating_mul(1000);
    let divisor = scale.saturating_mul(denominator).max(1);
    product.div_euclid(divisor) + i128::from(product.rem_euclid(divisor) != 0)
}

fn factor(suffix: &str) -> (i128, i128) {
    let power = |base: i128, exponent: u32| (base.pow(exponent), 1);
    match suffix {
        "n" => (1, 1_000_000_000),
        "u" => (1, 1_000_000),
        "m" => (1, 1000),
        "k" => power(1000, 1),
        "M" => power(1000, 2),
        "G" => power(1000, 3),
        "T" => power(1000, 4),
        "P" => power(1000, 5),
        "E" => power(1000, 6),
        "Ki" => power(1024, 1),
        "Mi" => power(1024, 2),
        "Gi" => power(1024, 3),
        "Ti" => power(1024, 4),
        "Pi" => power(1024, 5),
        "Ei" => power(1024, 6),
        other => match other.strip_prefix(['e', 'E']).and_then(|digits| digits.parse::<i32>().ok()) {
            Some(exponent) if exponent >= 0 => (10_i128.saturating_pow(exponent.unsigned_abs().min(30)), 1),
            Some(exponent) => (1, 10_i128.saturating_pow(exponent.unsigned_abs().min(30))),
            None => (1, 1),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_compare_across_their_spellings() {
        let cases = [
            (json!("100m"), 100),
            (json!(2), 2000),
            (json!("1.5"), 1500),
            (json!("1Ki"), 1_024_000),
            (json!("1k"), 1_000_000),
            (json!("2e3"), 2_000_000),
            (json!("1u"), 1),
            (json!("nothing"), 0),
        ];
        for (text, expected) in cases {
            assert_eq!(thousandths(&text), expected, "{text}");
        }
    }
}
