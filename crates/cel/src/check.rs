//! Gives every node a type and every call its overloads, or says what does not fit. Start at [`check`].

use crate::declare::Declared;
use crate::functions::{Overload, overloads, type_named};
use crate::issue::Issue;
use crate::syntax::{Call, Comprehension, Element, Entry, Expr, Kind, Literal, Select, SelectMode};
use crate::ty::{Substitutions, Type, Unbound, most_general};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is known of each node, by its number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Checked {
    pub types: Vec<Type>,
    pub overloads: Vec<Vec<&'static str>>,
    /// The variables that occur.
    pub used: BTreeSet<String>,
}

/// The variables an expression may name.
pub(crate) type Variables = BTreeMap<String, Type>;

/// Checks a tree; calls of functions with dotted names are put right in it.
pub(crate) fn check(
    root: &mut Expr,
    nodes: usize,
    variables: &Variables,
    data: &Declared,
) -> Result<Checked, Vec<Issue>> {
    let mut objects = BTreeMap::new();
    data.collect(&mut objects);
    let mut checker = Checker {
        checked: Checked { types: vec![Type::Error; nodes], overloads: vec![Vec::new(); nodes], used: BTreeSet::new() },
        variables,
        objects,
        locals: Vec::new(),
        found: Substitutions::default(),
        fresh: 0,
        issues: Vec::new(),
        mixed: Vec::new(),
        formats: 0,
    };
    checker.visit(root);
    let Checker { mut checked, found, issues, mixed, .. } = checker;
    if let Some(issues) = [issues, mixed].into_iter().find(|issues| !issues.is_empty()) {
        return Err(issues);
    }
    for ty in &mut checked.types {
        *ty = found.apply(ty, Unbound::AnyValue);
    }
    Ok(checked)
}

struct Checker<'a> {
    checked: Checked,
    variables: &'a Variables,
    objects: BTreeMap<Arc<str>, &'a BTreeMap<String, Declared>>,
    locals: Vec<(String, Type)>,
    found: Substitutions,
    fresh: usize,
    issues: Vec<Issue>,
    /// Lists and maps of several types: refused when nothing else is wrong.
    mixed: Vec<Issue>,
    /// How many calls of `format`, whose values may be of several types, are around.
    formats: usize,
}

impl Checker<'_> {
    fn issue(&mut self, at: usize, message: String) {
        self.issues.push(Issue { at, message });
    }

    fn undeclared(&mut self, at: usize, name: &str) -> Type {
        self.issue(at, format!("undeclared reference to '{name}' (in container '')"));
        Type::Error
    }

    fn type_of(&self, expr: &Expr) -> Type {
        self.checked.types[expr.id].clone()
    }

    fn known(&self, ty: &Type) -> Type {
        self.found.apply(ty, Unbound::Kept)
    }

    fn parameter(&mut self) -> Type {
        self.fresh += 1;
        Type::Param(format!("_var{}", self.fresh).into())
    }

    fn visit(&mut self, expr: &mut Expr) {
        let (id, at) = (expr.id, expr.at);
        let ty = match &mut expr.kind {
            Kind::Literal(literal) => type_of_literal(literal),
            Kind::Ident(name) => self.ident(at, name),
            Kind::Select(select) => self.select(at, select),
            Kind::List(elements) => self.list(elements),
            Kind::Map(entries) => self.map(entries),
            Kind::Comprehension(fold) => self.fold(fold),
            Kind::Call(call) => self.call(id, at, call),
        };
        self.checked.types[id] = ty;
    }

    fn lookup(&mut self, name: &str) -> Option<Type> {
        let name = name.strip_prefix('.').unwrap_or(name);
        if let Some((_, ty)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return Some(ty.clone());
        }
        if let Some(ty) = self.variables.get(name) {
            self.checked.used.insert(name.to_owned());
            return Some(ty.clone());
        }
        type_named(name).map(|ty| Type::Type(Some(Box::new(ty))))
    }

    fn ident(&mut self, at: usize, name: &str) -> Type {
        match self.lookup(name) {
            Some(ty) => ty,
            None => self.undeclared(at, name),
        }
    }

    fn select(&mut self, at: usize, select: &mut Select) -> Type {
        if select.mode == SelectMode::Value
            && let Some(prefix) = dotted(&select.operand)
            && let Some(ty) = type_named(&format!("{prefix}.{}", select.field))
        {
            self.visit_namespace(&select.operand);
            return Type::Type(Some(Box::new(ty)));
        }
        self.visit(&mut select.operand);
        let operand = self.type_of(&select.operand);
        let operand = self.known(&operand);
        let unwrapped = operand.unwrapped().cloned();
        let is_optional = unwrapped.is_some() || select.mode == SelectMode::Optional;
        let result = self.field(at, &unwrapped.unwrap_or(operand), &select.field);
        if select.mode == SelectMode::Presence {
            return Type::Bool;
        }
        let result = self.known(&result);
        if is_optional { Type::optional(result) } else { result }
    }

    /// The parts of a dotted name are no values of their own.
    fn visit_namespace(&mut self, expr: &Expr) {
        self.checked.types[expr.id] = Type::Dyn;
    }

    fn field(&mut self, at: usize, ty: &Type, field: &str) -> Type {
        match ty {
            Type::Map(_, value) => (**value).clone(),
            Type::Object(name) => match self.objects.get(name).map(|fields| fields.get(field)) {
                Some(Some(declared)) => declared.ty(),
                _ => {
                    self.issue(at, format!("undefined field '{field}'"));
                    Type::Error
                }
            },
            Type::Param(_) => {
                self.found.assign(&Type::Dyn, ty);
                Type::Dyn
            }
            ty if ty.is_dyn_or_error() => Type::Dyn,
            ty => {
                self.issue(at, format!("type '{ty}' does not support field selection"));
                Type::Dyn
            }
        }
    }

    fn join(&mut self, at: usize, before: Option<Type>, now: Type) -> Type {
        let Some(before) = before else { return now };
        if self.found.assign(&before, &now) {
            return most_general(&before, &now);
        }
        if self.formats == 0 {
            self.mixed.push(Issue { at, message: format!("expected type '{before}' but found '{now}'") });
        }
        Type::Dyn
    }

    /// The type of what stands in a list or map, out of its optional where it is marked so.
    fn standing(&mut self, expr: &Expr, is_optional: bool) -> Type {
        let ty = self.type_of(expr);
        if !is_optional {
            return ty;
        }
        match ty.unwrapped() {
            Some(inner) => inner.clone(),
            None => {
                if !ty.is_dyn_or_error() {
                    let expected = Type::optional(ty.clone());
                    self.issue(expr.at, format!("expected type '{expected}' but found '{ty}'"));
                }
                ty
            }
        }
    }

    fn list(&mut self, elements: &mut [Element]) -> Type {
        let mut joined = None;
        for element in elements {
            self.visit(&mut element.value);
            let ty = self.standing(&element.value, element.is_optional);
            joined = Some(self.join(element.value.at, joined, ty));
        }
        let item = joined.unwrap_or_else(|| self.parameter());
        Type::List(Box::new(item))
    }

    fn map(&mut self, entries: &mut [Entry]) -> Type {
        let (mut keys, mut values) = (None, None);
        for entry in entries {
            self.visit(&mut entry.key);
            let key = self.type_of(&entry.key);
            keys = Some(self.join(entry.key.at, keys, key));
            self.visit(&mut entry.value);
            let value = self.standing(&entry.value, entry.is_optional);
            values = Some(self.join(entry.value.at, values, value));
        }
        let key = keys.unwrap_or_else(|| self.parameter());
        let value = values.unwrap_or_else(|| self.parameter());
        Type::Map(Box::new(key), Box::new(value))
    }

    fn fold(&mut self, fold: &mut Comprehension) -> Type {
        self.visit(&mut fold.range);
        self.visit(&mut fold.init);
        let range = self.type_of(&fold.range);
        let range = self.known(&range);
        let accumulated = self.type_of(&fold.init);
        self.locals.push((fold.accumulator.clone(), accumulated.clone()));
        let (first, second) = match &range {
            Type::List(item) if fold.second.is_some() => (Type::Int, (**item).clone()),
            Type::List(item) => ((**item).clone(), Type::Dyn),
            Type::Map(key, value) => ((**key).clone(), (**value).clone()),
            Type::Dyn | Type::Error | Type::Param(_) => {
                self.found.assign(&Type::Dyn, &range);
                (Type::Dyn, Type::Dyn)
            }
            other => {
                let message = format!(
                    "expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)"
                );
                self.issue(fold.range.at, message);
                (Type::Error, Type::Error)
            }
        };
        let depth = self.locals.len();
        self.locals.push((fold.variable.clone(), first));
        if let Some(name) = &fold.second {
            self.locals.push((name.clone(), second));
        }
        self.visit(&mut fold.condition);
        self.expect(&fold.condition, &Type::Bool);
        self.visit(&mut fold.step);
        self.expect(&fold.step, &accumulated);
        self.locals.truncate(depth);
        self.visit(&mut fold.result);
        self.locals.truncate(depth - 1);
        let result = self.type_of(&fold.result);
        self.known(&result)
    }

    fn expect(&mut self, expr: &Expr, wanted: &Type) {
        let ty = self.type_of(expr);
        if !self.found.assign(wanted, &ty) {
            self.issue(expr.at, format!("expected type '{wanted}' but found '{ty}'"));
        }
    }

    fn call(&mut self, id: usize, at: usize, call: &mut Call) -> Type {
        let formats = usize::from(call.function == "format");
        self.formats += formats;
        call.args.iter_mut().for_each(|arg| self.visit(arg));
        self.formats -= formats;
        if let Some(target) = &mut call.target {
            let name = dotted(target).map(|prefix| format!("{prefix}.{}", call.function));
            if let Some(name) = name.filter(|name| overloads(name).is_some()) {
                call.function = name;
                call.target = None;
            } else {
                self.visit(target);
            }
        }
        let Some(candidates) = overloads(&call.function) else {
            let name = call.function.clone();
            return self.undeclared(at, &name);
        };
        self.resolve(id, at, call, candidates)
    }

    fn resolve(&mut self, id: usize, at: usize, call: &Call, candidates: &'static [Overload]) -> Type {
        if let "_&&_" | "_||_" = call.function.as_str() {
            return self.logical(id, call, candidates);
        }
        let args: Vec<Type> = call.operands().map(|operand| self.type_of(operand)).collect();
        let mut result: Option<Type> = None;
        for overload in candidates.iter().filter(|overload| overload.is_member == call.target.is_some()) {
            let (wanted, given) = self.instance(overload);
            if !self.found.assign_all(&args, &wanted) {
                continue;
            }
            self.checked.overloads[id].push(overload.id);
            let given = self.known(&given);
            result = Some(match result {
                None => given,
                Some(before) if before == Type::Dyn || before == given => before,
                Some(_) => Type::Dyn,
            });
        }
        if let Some(result) = result {
            self.check_literal(at, call);
            return result;
        }
        let shown: Vec<String> = args.iter().map(|arg| self.found.apply(arg, Unbound::AnyValue).to_string()).collect();
        let signature = match (&call.target, shown.split_first()) {
            (Some(_), Some((target, rest))) => format!("{target}.({})", rest.join(", ")),
            _ => format!("({})", shown.join(", ")),
        };
        let function = &call.function;
        self.issue(at, format!("found no matching overload for '{function}' applied to '{signature}'"));
        Type::Error
    }

    /// Texts written in the expression that can be nothing but wrong.
    fn check_literal(&mut self, at: usize, call: &Call) {
        let literal = |expr: &Expr| match &expr.kind {
            Kind::Literal(Literal::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let Some(last) = call.args.last() else { return };
        let text = literal(last);
        let is_wrong = match (call.function.as_str(), &text) {
            ("duration", Some(text)) => crate::library::parse_duration(text).is_none(),
            ("timestamp", Some(text)) => text.parse::<jiff::Timestamp>().is_err(),
            ("matches", Some(text)) => crate::library::compile_regex(text).is_err(),
            _ => false,
        };
        if is_wrong {
            self.issue(last.at, format!("invalid {} argument", call.function));
        }
        if let ("format", Some(target), Kind::List(values)) = (call.function.as_str(), &call.target, &last.kind)
            && let Some(text) = literal(target)
            && let Err(problem) = crate::library::check_format(&text, values.len())
        {
            self.issue(at, problem);
        }
    }

    fn logical(&mut self, id: usize, call: &Call, candidates: &'static [Overload]) -> Type {
        let mut result = Type::Bool;
        for arg in &call.args {
            let ty = self.type_of(arg);
            if !self.found.assign(&ty, &Type::Bool) {
                self.issue(arg.at, format!("expected type 'bool' but found '{ty}'"));
                result = Type::Error;
            }
        }
        self.checked.overloads[id].extend(candidates.iter().map(|overload| overload.id));
        result
    }

    /// An overload's types with parameters of their own.
    fn instance(&mut self, overload: &Overload) -> (Vec<Type>, Type) {
        let mut fresh = Substitutions::default();
        for name in ["A", "B"] {
            fresh.add(&Arc::from(name), self.parameter());
        }
        let args = overload.args.iter().map(|arg| fresh.apply(arg, Unbound::Kept)).collect();
        (args, fresh.apply(&overload.result, Unbound::Kept))
    }
}

/// `a.b.c` as a name.
fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        Kind::Ident(name) => Some(name.clone()),
        Kind::Select(select) if select.mode == SelectMode::Value => {
            Some(format!("{}.{}", dotted(&select.operand)?, select.field))
        }
        _ => None,
    }
}

fn type_of_literal(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::Text(_) => Type::Text,
        Literal::Bytes(_) => Type::Bytes,
    }
}
