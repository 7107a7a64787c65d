//! Macros: `has`, the quantifiers and what maps, filters and unwraps. Each becomes a fold over its range.

use crate::builder::Builder;
use crate::issue::Issue;
use crate::syntax::{ACCUMULATOR, Comprehension, Element, Expr, Kind, Literal, Select, SelectMode};

type Expanded = Result<Option<Expr>, Issue>;

/// A call without a target, if it is a macro.
pub(crate) fn global(builder: &mut Builder, at: usize, name: &str, args: &[Expr]) -> Expanded {
    let ("has", [argument]) = (name, args) else { return Ok(None) };
    match &argument.kind {
        Kind::Select(select) if select.mode == SelectMode::Value => {
            let presence = Select { mode: SelectMode::Presence, ..select.clone() };
            builder.node(at, Kind::Select(presence)).map(Some)
        }
        _ => Err(Issue { at: argument.at, message: "invalid argument to has() macro".to_owned() }),
    }
}

/// A call on a target, if it is a macro.
pub(crate) fn member(builder: &mut Builder, at: usize, target: &Expr, name: &str, args: &[Expr]) -> Expanded {
    let two = args.len() >= 3 && matches!(args[1].kind, Kind::Ident(_));
    let expanded = match (name, args) {
        ("all" | "exists" | "exists_one" | "existsOne", [variable, body]) => {
            let names = (variable_of(variable)?, None);
            quantifier(builder, at, target, name, names, body)
        }
        ("all" | "exists" | "exists_one" | "existsOne", [first, second, body]) => {
            quantifier(builder, at, target, name, two_variables(first, second)?, body)
        }
        ("map", [variable, body]) => list(builder, at, target, (mapped(variable)?, None), None, body),
        ("map", [variable, filter, body]) => list(builder, at, target, (mapped(variable)?, None), Some(filter), body),
        ("filter", [variable, body]) => {
            let kept = builder.ident(variable.at, &mapped(variable)?)?;
            list(builder, at, target, (mapped(variable)?, None), Some(body), &kept)
        }
        ("transformList", [first, second, body]) if two => {
            list(builder, at, target, two_variables(first, second)?, None, body)
        }
        ("transformList", [first, second, filter, body]) if two => {
            list(builder, at, target, two_variables(first, second)?, Some(filter), body)
        }
        ("transformMap" | "transformMapEntry", [first, second, rest @ .., body]) if two && rest.len() <= 1 => {
            let names = two_variables(first, second)?;
            map(builder, at, target, (names, rest.first(), body), name == "transformMapEntry")
        }
        ("optMap" | "optFlatMap", [variable, body]) => {
            unwrapped(builder, at, target, &variable_of(variable)?, body, name == "optMap")
        }
        _ => return Ok(None),
    };
    expanded.map(Some)
}

fn variable_of(expr: &Expr) -> Result<String, Issue> {
    match &expr.kind {
        Kind::Ident(name) if !name.starts_with('.') => Ok(name.clone()),
        _ => Err(Issue { at: expr.at, message: "argument must be a simple name".to_owned() }),
    }
}

/// Compat: the older macros have other words for the same.
fn mapped(expr: &Expr) -> Result<String, Issue> {
    variable_of(expr).map_err(|issue| Issue { message: "argument is not an identifier".to_owned(), ..issue })
}

type Names = (String, Option<String>);

fn two_variables(first: &Expr, second: &Expr) -> Result<Names, Issue> {
    let names = (variable_of(first)?, variable_of(second)?);
    if names.0 == names.1 {
        return Err(Issue { at: second.at, message: format!("duplicate variable name: {}", names.0) });
    }
    Ok((names.0, Some(names.1)))
}

fn renumbered(builder: &mut Builder, expr: &Expr) -> Result<Expr, Issue> {
    builder.node(expr.at, expr.kind.clone())
}

/// The parts of a fold that differ from macro to macro.
struct Fold {
    init: Expr,
    condition: Expr,
    step: Expr,
    result: Expr,
}

fn fold(builder: &mut Builder, at: usize, target: &Expr, names: Names, parts: Fold) -> Result<Expr, Issue> {
    let Fold { init, condition, step, result } = parts;
    builder.node(
        at,
        Kind::Comprehension(Box::new(Comprehension {
            range: target.clone(),
            variable: names.0,
            second: names.1,
            accumulator: ACCUMULATOR.to_owned(),
            init,
            condition,
            step,
            result,
        })),
    )
}

fn quantifier(
    builder: &mut Builder,
    at: usize,
    target: &Expr,
    name: &str,
    names: Names,
    body: &Expr,
) -> Result<Expr, Issue> {
    let accumulator = |builder: &mut Builder| builder.ident(at, ACCUMULATOR);
    let body = body.clone();
    let parts = match name {
        "all" => {
            let seen = accumulator(builder)?;
            let before = accumulator(builder)?;
            Fold {
                init: builder.literal(at, Literal::Bool(true))?,
                condition: builder.call(at, "@not_strictly_false", vec![seen])?,
                step: builder.call(at, "_&&_", vec![before, body])?,
                result: accumulator(builder)?,
            }
        }
        "exists" => {
            let seen = accumulator(builder)?;
            let not_seen = builder.call(at, "!_", vec![seen])?;
            let before = accumulator(builder)?;
            Fold {
                init: builder.literal(at, Literal::Bool(false))?,
                condition: builder.call(at, "@not_strictly_false", vec![not_seen])?,
                step: builder.call(at, "_||_", vec![before, body])?,
                result: accumulator(builder)?,
            }
        }
        _ => {
            let before = accumulator(builder)?;
            let one = builder.literal(at, Literal::Int(1))?;
            let more = builder.call(at, "_+_", vec![before, one])?;
            let same = accumulator(builder)?;
            let count = accumulator(builder)?;
            let one = builder.literal(at, Literal::Int(1))?;
            Fold {
                init: builder.literal(at, Literal::Int(0))?,
                condition: builder.literal(at, Literal::Bool(true))?,
                step: builder.call(at, "_?_:_", vec![body, more, same])?,
                result: builder.call(at, "_==_", vec![count, one])?,
            }
        }
    };
    fold(builder, at, target, names, parts)
}

fn list(
    builder: &mut Builder,
    at: usize,
    target: &Expr,
    names: Names,
    filter: Option<&Expr>,
    body: &Expr,
) -> Result<Expr, Issue> {
    let before = builder.ident(at, ACCUMULATOR)?;
    let item = builder.node(at, Kind::List(vec![Element { value: body.clone(), is_optional: false }]))?;
    let step = builder.call(at, "_+_", vec![before, item])?;
    let init = builder.node(at, Kind::List(Vec::new()))?;
    collection(builder, at, target, names, (init, filter, step))
}

type Transform<'a> = (Names, Option<&'a Expr>, &'a Expr);

fn map(
    builder: &mut Builder,
    at: usize,
    target: &Expr,
    (names, filter, body): Transform<'_>,
    is_entry: bool,
) -> Result<Expr, Issue> {
    let mut args = vec![builder.ident(at, ACCUMULATOR)?];
    if !is_entry {
        args.push(builder.ident(at, &names.0)?);
    }
    args.push(body.clone());
    let step = builder.call(at, "cel.@mapInsert", args)?;
    let init = builder.node(at, Kind::Map(Vec::new()))?;
    collection(builder, at, target, names, (init, filter, step))
}

fn collection(
    builder: &mut Builder,
    at: usize,
    target: &Expr,
    names: Names,
    (init, filter, step): (Expr, Option<&Expr>, Expr),
) -> Result<Expr, Issue> {
    let step = match filter {
        None => step,
        Some(filter) => {
            let same = builder.ident(at, ACCUMULATOR)?;
            builder.call(at, "_?_:_", vec![filter.clone(), step, same])?
        }
    };
    let condition = builder.literal(at, Literal::Bool(true))?;
    let result = builder.ident(at, ACCUMULATOR)?;
    fold(builder, at, target, names, Fold { init, condition, step, result })
}

/// `target.optMap(variable, body)`: `target.hasValue() ? optional.of(body with the value) : optional.none()`.
fn unwrapped(
    builder: &mut Builder,
    at: usize,
    target: &Expr,
    variable: &str,
    body: &Expr,
    is_wrapped: bool,
) -> Result<Expr, Issue> {
    let asked = renumbered(builder, target)?;
    let has_value = builder.member(at, asked, "hasValue", Vec::new())?;
    let range = builder.node(at, Kind::List(Vec::new()))?;
    let inner = Comprehension {
        range,
        variable: "#unused".to_owned(),
        second: None,
        accumulator: variable.to_owned(),
        init: builder.member(at, target.clone(), "value", Vec::new())?,
        condition: builder.literal(at, Literal::Bool(false))?,
        step: builder.ident(at, variable)?,
        result: body.clone(),
    };
    let value = builder.node(at, Kind::Comprehension(Box::new(inner)))?;
    let then = if is_wrapped { builder.call(at, "optional.of", vec![value])? } else { value };
    let none = builder.call(at, "optional.none", Vec::new())?;
    builder.call(at, "_?_:_", vec![has_value, then, none])
}
