//! The builtins: their names, what they take, what they do. Those with a predicate are evaluated where predicates are.

mod aggregate;
mod bits;
mod define;
mod json;
mod lists;
pub(crate) mod maps;
mod numbers;
mod sorting;
mod texts;
mod times;

pub(crate) use define::{Call, Checking, Definition, Sort, byte_value, mistyped};
pub(crate) use numbers::{float_of, int_of, integer_of_float, parse_float};
pub(crate) use sorting::{Order, sort_by};

/// Builtins that take a predicate.
const PREDICATES: [&str; 15] = [
    "all",
    "none",
    "any",
    "one",
    "filter",
    "map",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "count",
    "sum",
    "groupBy",
    "sortBy",
    "reduce",
];

fn tables() -> [&'static [Definition]; 9] {
    [
        aggregate::TABLE,
        bits::TABLE,
        json::TABLE,
        lists::TABLE,
        maps::TABLE,
        numbers::TABLE,
        sorting::TABLE,
        texts::TABLE,
        times::TABLE,
    ]
}

/// The builtin of that name, but for those with a predicate.
pub(crate) fn find(name: &str) -> Option<&'static Definition> {
    tables().into_iter().flatten().find(|definition| definition.name == name)
}

/// The name of a builtin that is called `name`.
pub(crate) fn name(name: &str) -> Option<&'static str> {
    let with_predicate = PREDICATES.iter().find(|known| **known == name).copied();
    with_predicate.or_else(|| find(name).map(|definition| definition.name))
}
