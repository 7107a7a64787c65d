//! Arithmetic: 64-bit integers that wrap around, decimals, rounding, ranges of integers.

use crate::cast::{to_float64, to_int64};
use crate::decimal::Decimal;
use crate::define::{Outcome, row, rows};
use crate::sources::Sources;
use gotemplate::{Args, Call, Definition, FuncError, List, ListType, Type, Value};

const ANY: Type = Type::Any;
const INT: Type = Type::INT;
const INT64: Type = Type::INT64;
const FLOAT: Type = Type::Float64;
const INTS: Type = Type::List(ListType::INTS);

pub(crate) const TABLE: &[Definition] = &[
    rows("add", &[], ANY, INT64, |_, args| Ok(folded(args, 0, i64::wrapping_add))),
    row("add1", &[ANY], INT64, |_, args| Ok(Value::int64(to_int64(args.any(0)).wrapping_add(1)))),
    row("sub", &[ANY, ANY], INT64, |_, args| {
        Ok(Value::int64(to_int64(args.any(0)).wrapping_sub(to_int64(args.any(1)))))
    }),
    row("div", &[ANY, ANY], INT64, |_, args| divided(args, i64::wrapping_div)),
    row("mod", &[ANY, ANY], INT64, |_, args| divided(args, i64::wrapping_rem)),
    rows("mul", &[ANY], ANY, INT64, |_, args| Ok(folded(args, 1, i64::wrapping_mul))),
    rows("max", &[ANY], ANY, INT64, |_, args| Ok(folded(args, i64::MIN, i64::max))),
    rows("biggest", &[ANY], ANY, INT64, |_, args| Ok(folded(args, i64::MIN, i64::max))),
    rows("min", &[ANY], ANY, INT64, |_, args| Ok(folded(args, i64::MAX, i64::min))),
    rows("maxf", &[ANY], ANY, FLOAT, |_, args| Ok(extreme(args, larger))),
    rows("minf", &[ANY], ANY, FLOAT, |_, args| Ok(extreme(args, |a, b| -larger(-a, -b)))),
    row("ceil", &[ANY], FLOAT, |_, args| Ok(Value::Float(to_float64(args.any(0)).ceil()))),
    row("floor", &[ANY], FLOAT, |_, args| Ok(Value::Float(to_float64(args.any(0)).floor()))),
    rows("round", &[ANY, INT], FLOAT, FLOAT, |_, args| {
        let on = args.get(2).map_or(0.5, to_float64);
        Ok(Value::Float(rounded(to_float64(args.any(0)), args.int(1), on)))
    }),
    row("add1f", &[ANY], FLOAT, |call, args| decimals(call, args.any(0), &[Value::int(1)], |a, b| Ok(a.add(b)))),
    rows("addf", &[], ANY, FLOAT, |call, args| decimals(call, &Value::int(0), &args, |a, b| Ok(a.add(b)))),
    rows("subf", &[ANY], ANY, FLOAT, |call, args| decimals(call, args.any(0), args.from(1), |a, b| Ok(a.sub(b)))),
    rows("mulf", &[ANY], ANY, FLOAT, |call, args| decimals(call, args.any(0), args.from(1), |a, b| Ok(a.mul(b)))),
    rows("divf", &[ANY], ANY, FLOAT, |call, args| decimals(call, args.any(0), args.from(1), Decimal::div)),
    row("randInt", &[INT, INT], INT, random),
    row("until", &[INT], INTS, |call, args| {
        let count = args.int(0);
        ints(call, Range { start: 0, stop: count, step: if count < 0 { -1 } else { 1 } })
    }),
    row("untilStep", &[INT, INT, INT], INTS, |call, args| {
        ints(call, Range { start: args.int(0), stop: args.int(1), step: args.int(2) })
    }),
    rows("seq", &[], INT, Type::String, seq),
];

fn folded(args: Args<'_>, start: i64, combine: fn(i64, i64) -> i64) -> Value {
    Value::int64(args.iter().map(to_int64).fold(start, combine))
}

fn divided(args: Args<'_>, divide: fn(i64, i64) -> i64) -> Outcome {
    match to_int64(args.any(1)) {
        0 => Err("runtime error: integer divide by zero".into()),
        divisor => Ok(Value::int64(divide(to_int64(args.any(0)), divisor))),
    }
}

fn extreme(args: Args<'_>, choose: fn(f64, f64) -> f64) -> Value {
    Value::Float(args.iter().map(to_float64).reduce(choose).unwrap_or(0.0))
}

/// `math.Max`: infinity above all, then what is not a number, and 0 above -0.
fn larger(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && b == 0.0 {
        return if a.is_sign_negative() { b } else { a };
    }
    if a > b { a } else { b }
}

/// `value` to so many decimal places, up from the fraction `on`.
fn rounded(value: f64, places: i64, on: f64) -> f64 {
    let power = power_of_ten(places);
    let digit = power * value;
    let fraction = if digit.is_infinite() { f64::NAN } else { digit - digit.trunc() };
    let whole = if fraction >= on { digit.ceil() } else { digit.floor() };
    whole / power
}

/// `math.Pow(10, exponent)`, by the same steps, so that its last bit agrees.
fn power_of_ten(exponent: i64) -> f64 {
    if exponent.unsigned_abs() > 400 {
        return if exponent > 0 { f64::INFINITY } else { 0.0 };
    }
    let (mut result, mut result_exponent) = (1.0, 0_i32);
    let (mut square, mut square_exponent) = (0.625, 4_i32);
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result *= square;
            result_exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        left >>= 1;
    }
    if exponent < 0 {
        (result, result_exponent) = (1.0 / result, -result_exponent);
    }
    // In two steps: neither power of two alone may leave the range of a float.
    let half = result_exponent / 2;
    result * 2_f64.powi(half) * 2_f64.powi(result_exponent - half)
}

fn decimals(
    call: &mut Call<'_>,
    first: &Value,
    others: &[Value],
    combine: fn(&Decimal, &Decimal) -> Result<Decimal, String>,
) -> Outcome {
    let mut result = Decimal::from_f64(to_float64(first))?;
    for other in others {
        call.spend(result.size())?;
        result = combine(&result, &Decimal::from_f64(to_float64(other))?)?;
    }
    Ok(Value::Float(result.to_f64()))
}

fn random(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let (from, below) = (args.int(0), args.int(1));
    match below.checked_sub(from).and_then(|width| u64::try_from(width).ok()).filter(|width| *width > 0) {
        Some(width) => Ok(Value::int(from.wrapping_add_unsigned(call.state::<Sources>().chance.below(width)))),
        None => Err("invalid argument to Intn".into()),
    }
}

/// Integers from `start` on in steps of `step`, up or down to but without `stop`.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: i64,
    stop: i64,
    step: i64,
}

impl Range {
    fn len(self) -> usize {
        let distance = (i128::from(self.stop) - i128::from(self.start)).unsigned_abs();
        let towards = if self.stop < self.start { self.step < 0 } else { self.step > 0 };
        let count = if towards { distance.div_ceil(u128::from(self.step.unsigned_abs())) } else { 0 };
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    /// Its numbers, paid for before there is room for them.
    fn numbers(self, call: &mut Call<'_>) -> Result<impl Iterator<Item = i64> + use<>, FuncError> {
        let count = self.len();
        call.spend(count)?;
        call.take_bytes(count.saturating_mul(size_of::<Value>()))?;
        Ok((0..count as i64).map(move |at| self.start.wrapping_add(self.step.wrapping_mul(at))))
    }
}

fn ints(call: &mut Call<'_>, range: Range) -> Outcome {
    let numbers = range.numbers(call)?.map(Value::int).collect();
    Ok(Value::List(List::typed(ListType::INTS, numbers)))
}

/// `seq`: a text of integers, like the shell's: to an end, from a start, or by a step, the end included.
fn seq(call: &mut Call<'_>, args: Args<'_>) -> Outcome {
    let down = |start, end| if end < start { -1 } else { 1 };
    let range = match args.len() {
        1 => {
            let step = down(1, args.int(0));
            Range { start: 1, stop: args.int(0).wrapping_add(step), step }
        }
        2 => {
            let step = down(args.int(0), args.int(1));
            Range { start: args.int(0), stop: args.int(1).wrapping_add(step), step }
        }
        3 if args.int(2) < args.int(0) && args.int(1) > 0 => return Ok("".into()),
        3 => {
            let beyond = down(args.int(0), args.int(2));
            Range { start: args.int(0), stop: args.int(2).wrapping_add(beyond), step: args.int(1) }
        }
        _ => return Ok("".into()),
    };
    let numbers: Vec<String> = range.numbers(call)?.map(|number| number.to_string()).collect();
    Ok(numbers.join(" ").into())
}
