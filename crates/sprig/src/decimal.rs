//! The decimal arithmetic behind `addf`, `mulf`, …: numbers enter with their shortest decimal digits, so that 0.1 and 0.2
//! make 0.3, and leave as the nearest `float64`.

use num_bigint::{BigInt, Sign};

/// Digits after the point that division keeps.
const DIVISION_DIGITS: i64 = 16;

/// `value * 10^exponent`.
#[derive(Debug, Clone)]
pub struct Decimal {
    value: BigInt,
    exponent: i64,
}

impl Decimal {
    /// The shortest decimal that reads as `number`.
    ///
    /// # Errors
    /// What the original panics with for infinities and for what is not a number.
    pub fn from_f64(number: f64) -> Result<Decimal, String> {
        if !number.is_finite() {
            let name = if number.is_nan() {
                "NaN"
            } else if number > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(format!("Cannot create a Decimal from {name}"));
        }
        let written = gotemplate::scientific(number);
        let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let value = format!("{whole}{fraction}").parse().unwrap_or_default();
        Ok(Decimal { value, exponent: exponent.parse::<i64>().unwrap_or(0) - fraction.len() as i64 })
    }

    /// The nearest `float64`; infinity beyond the largest.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or(0.0)
    }

    /// How many bytes its digits take: what an operation on it costs.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::try_from(self.value.bits() / 8).unwrap_or(usize::MAX) + self.exponent.unsigned_abs() as usize / 2 + 1
    }

    /// The sum.
    #[must_use]
    pub fn add(&self, other: &Decimal) -> Decimal {
        let exponent = self.exponent.min(other.exponent);
        Decimal { value: self.scaled_to(exponent) + other.scaled_to(exponent), exponent }
    }

    /// The difference.
    #[must_use]
    pub fn sub(&self, other: &Decimal) -> Decimal {
        let exponent = self.exponent.min(other.exponent);
        Decimal { value: self.scaled_to(exponent) - other.scaled_to(exponent), exponent }
    }

    /// The product.
    #[must_use]
    pub fn mul(&self, other: &Decimal) -> Decimal {
        Decimal { value: &self.value * &other.value, exponent: self.exponent + other.exponent }
    }

    /// The quotient to sixteen digits after the point, half rounded away from zero.
    ///
    /// # Errors
    /// What the original panics with when `other` is zero.
    pub fn div(&self, other: &Decimal) -> Result<Decimal, String> {
        if other.value.sign() == Sign::NoSign {
            return Err("decimal division by 0".to_owned());
        }
        let shift = self.exponent - other.exponent + DIVISION_DIGITS;
        let (above, below) = if shift < 0 {
            (self.value.clone(), &other.value * ten_to(-shift))
        } else {
            (&self.value * ten_to(shift), other.value.clone())
        };
        let (mut value, rest): (BigInt, BigInt) = (&above / &below, &above % &below);
        if rest.magnitude() * 2_u32 >= *below.magnitude() {
            value += if above.sign() == below.sign() { 1 } else { -1 };
        }
        Ok(Decimal { value, exponent: -DIVISION_DIGITS })
    }

    fn scaled_to(&self, exponent: i64) -> BigInt {
        &self.value * ten_to(self.exponent - exponent)
    }
}

fn ten_to(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(number: f64) -> Decimal {
        Decimal::from_f64(number).expect("a number")
    }

    #[test]
    fn shortest_digits_add_up() {
        assert_eq!(decimal(0.1).add(&decimal(0.2)).to_f64(), 0.3);
        assert_eq!(decimal(1.1).mul(&decimal(1.1)).to_f64(), 1.21);
        assert_eq!(decimal(-2.0).div(&decimal(3.0)).map(|q| q.to_f64()), Ok(-0.6666666666666667));
        assert_eq!(decimal(1e308).add(&decimal(1e308)).to_f64(), f64::INFINITY);
    }
}
