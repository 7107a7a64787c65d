//! What an expression costs at most, before it has seen any data: with this, definitions whose rules could take too
//! long are refused. The units and rules are those of the CEL specification's reference implementation, because which
//! definitions are accepted depends on them. Start at [`estimate`].

mod calls;
mod operand;

use crate::check::Checked;
use crate::declare::Declared;
use crate::size::{LIST, MAP, Range, UNKNOWN};
use crate::syntax::{ACCUMULATOR, Call, Comprehension, Element, Entry, Expr, Kind, Literal, Select, SelectMode};
use crate::ty::Type;
use operand::{Operand, Path, size_of_data};

/// Cost of an expression over data of this type, at most.
pub(crate) fn estimate(root: &Expr, checked: &Checked, data: &Declared) -> u64 {
    let nodes = checked.types.len();
    let mut estimator = Estimator {
        checked,
        data,
        paths: vec![None; nodes],
        sizes: vec![None; nodes],
        entries: vec![None; nodes],
        locals: Vec::new(),
    };
    estimator.cost(root).max
}

/// Sizes of what a list or map holds.
#[derive(Debug, Clone, Copy)]
struct Entries {
    is_list: bool,
    key: Range,
    value: Range,
}

impl Entries {
    fn or(self, other: Entries) -> Entries {
        Entries { is_list: self.is_list, key: self.key.or(other.key), value: self.value.or(other.value) }
    }
}

struct Local {
    name: String,
    path: Option<Path>,
    size: Option<Range>,
    entries: Option<Entries>,
}

struct Estimator<'a> {
    checked: &'a Checked,
    data: &'a Declared,
    paths: Vec<Option<Path>>,
    sizes: Vec<Option<Range>>,
    entries: Vec<Option<Entries>>,
    locals: Vec<Local>,
}

const ZERO: Range = Range::exactly(0);
const ONE: Range = Range::exactly(1);

impl Estimator<'_> {
    fn cost(&mut self, expr: &Expr) -> Range {
        match &expr.kind {
            Kind::Literal(_) => ZERO,
            Kind::Ident(name) => {
                let path = match self.local(name) {
                    Some(local) => local.path.clone(),
                    None => Some(vec![name.clone()]),
                };
                self.paths[expr.id] = path;
                ONE
            }
            Kind::Select(select) => self.select(expr, select),
            Kind::Call(call) => self.call(expr, call),
            Kind::List(elements) => self.list(expr, elements),
            Kind::Map(entries) => self.map(expr, entries),
            Kind::Comprehension(fold) if is_binding(fold) => self.binding(expr, fold),
            Kind::Comprehension(fold) => self.fold(expr, fold),
        }
    }

    fn local(&self, name: &str) -> Option<&Local> {
        self.locals.iter().rev().find(|local| local.name == name)
    }

    fn select(&mut self, expr: &Expr, select: &Select) -> Range {
        let operand = self.cost(&select.operand);
        match select.mode {
            SelectMode::Presence => operand,
            SelectMode::Optional => operand.plus(ONE),
            SelectMode::Value if matches!(self.ty(expr), Type::Type(_)) => {
                // The dotted name of a type.
                self.paths[expr.id] = Some(vec![select.field.clone()]);
                ONE
            }
            SelectMode::Value => {
                let is_looked_up = matches!(self.ty(&select.operand), Type::Map(..) | Type::Object(_) | Type::Param(_));
                let path = self.path(&select.operand).unwrap_or_default();
                self.paths[expr.id] = Some(path.into_iter().chain([select.field.clone()]).collect());
                if is_looked_up { operand.plus(ONE) } else { operand }
            }
        }
    }

    fn list(&mut self, expr: &Expr, elements: &[Element]) -> Range {
        let mut sum = Range::exactly(LIST);
        let mut item: Option<Range> = None;
        for element in elements {
            sum = sum.plus(self.cost(&element.value));
            let size = self.size_or_unknown(&element.value);
            item = Some(item.map_or(size, |item| item.or(size)));
        }
        let value = item.unwrap_or(ZERO);
        self.entries[expr.id] = Some(Entries { is_list: true, key: ONE, value });
        sum
    }

    fn map(&mut self, expr: &Expr, entries: &[Entry]) -> Range {
        let mut sum = Range::exactly(MAP);
        let (mut keys, mut values): (Option<Range>, Option<Range>) = (None, None);
        for entry in entries {
            sum = sum.plus(self.cost(&entry.key)).plus(self.cost(&entry.value));
            let (key, value) = (self.size_or_unknown(&entry.key), self.size_or_unknown(&entry.value));
            keys = Some(keys.map_or(key, |keys| keys.or(key)));
            values = Some(values.map_or(value, |values| values.or(value)));
        }
        let (key, value) = (keys.unwrap_or(ZERO), values.unwrap_or(ZERO));
        self.entries[expr.id] = Some(Entries { is_list: false, key, value });
        sum
    }

    /// A value under a name: what `optMap` comes to.
    fn binding(&mut self, expr: &Expr, fold: &Comprehension) -> Range {
        let mut sum = self.cost(&fold.range).plus(self.cost(&fold.init));
        self.push_value(&fold.accumulator, &fold.init);
        sum = sum.plus(self.cost(&fold.result));
        self.locals.pop();
        self.copy_sizes(expr, &fold.result);
        sum
    }

    fn fold(&mut self, expr: &Expr, fold: &Comprehension) -> Range {
        let mut sum = self.cost(&fold.range).plus(self.cost(&fold.init));
        self.push_value(&fold.accumulator, &fold.init);
        let depth = self.locals.len();
        self.push_variables(fold);
        let round = self.cost(&fold.condition).plus(self.cost(&fold.step));
        self.locals.truncate(depth);
        sum = sum.plus(self.cost(&fold.result));
        self.locals.truncate(depth - 1);
        let rounds = self.size_or_unknown(&fold.range);
        sum = sum.plus(rounds.times(round));
        match &fold.init.kind {
            Kind::Literal(_) => self.sizes[expr.id] = self.size(&fold.init),
            Kind::List(_) | Kind::Map(_) => {
                self.sizes[expr.id] = Some(rounds);
                if let Some(entries) = self.entries_of(&fold.step) {
                    self.entries[expr.id] = Some(entries);
                }
            }
            _ => {}
        }
        sum
    }

    fn push_value(&mut self, name: &str, init: &Expr) {
        let local = Local {
            name: name.to_owned(),
            path: self.path(init),
            size: self.size(init),
            entries: self.entries_of(init),
        };
        self.locals.push(local);
    }

    fn push_variables(&mut self, fold: &Comprehension) {
        let entries = self.entries_of(&fold.range);
        let is_list = entries.map_or_else(|| matches!(self.ty(&fold.range), Type::List(_)), |entries| entries.is_list);
        let path = self.path(&fold.range).unwrap_or_default();
        let (key_step, value_step) = if is_list { ("@indices", "@items") } else { ("@keys", "@values") };
        let variable = |name: &str, step: &str, size: Option<Range>| Local {
            name: name.to_owned(),
            path: Some(path.iter().cloned().chain([step.to_owned()]).collect()),
            size,
            entries: None,
        };
        let (key, value) = (entries.map(|entries| entries.key), entries.map(|entries| entries.value));
        let locals = match &fold.second {
            Some(second) => vec![variable(&fold.variable, key_step, key), variable(second, value_step, value)],
            None if is_list => vec![variable(&fold.variable, value_step, value)],
            None => vec![variable(&fold.variable, key_step, key)],
        };
        self.locals.extend(locals);
    }

    fn copy_sizes(&mut self, to: &Expr, from: &Expr) {
        self.sizes[to.id] = self.size(from).or(self.sizes[to.id]);
        self.entries[to.id] = self.entries_of(from).or(self.entries[to.id]);
    }

    fn ty(&self, expr: &Expr) -> &Type {
        &self.checked.types[expr.id]
    }

    fn path(&self, expr: &Expr) -> Option<Path> {
        if let Kind::Ident(name) = &expr.kind
            && let Some(local) = self.local(name)
        {
            return local.path.clone();
        }
        self.paths[expr.id].clone()
    }

    fn entries_of(&self, expr: &Expr) -> Option<Entries> {
        if let Some(entries) = self.entries[expr.id] {
            return Some(entries);
        }
        match &expr.kind {
            Kind::Ident(name) => self.local(name)?.entries,
            _ => None,
        }
    }

    fn size_or_unknown(&mut self, expr: &Expr) -> Range {
        self.size(expr).unwrap_or(UNKNOWN)
    }

    /// How large the value of an expression can be.
    fn size(&mut self, expr: &Expr) -> Option<Range> {
        if let Some(size) = self.sizes[expr.id] {
            return Some(size);
        }
        if let Some(size) = size_as_written(expr) {
            return Some(Range::exactly(size));
        }
        if let Some(size) = self.path(expr).and_then(|path| size_of_data(self.data, &path)) {
            self.sizes[expr.id] = Some(size);
            return Some(size);
        }
        if self.ty(expr).is_scalar() {
            return Some(ONE);
        }
        match &expr.kind {
            Kind::Ident(name) => self.local(name)?.size,
            _ => None,
        }
    }
}

fn size_as_written(expr: &Expr) -> Option<u64> {
    let size = match &expr.kind {
        Kind::Literal(Literal::Text(text)) => text.chars().count(),
        Kind::Literal(Literal::Bytes(bytes)) => bytes.len(),
        Kind::Literal(_) => 1,
        Kind::List(elements) => elements.len(),
        Kind::Map(entries) => entries.len(),
        _ => return None,
    };
    Some(size as u64)
}

fn is_binding(fold: &Comprehension) -> bool {
    matches!(&fold.range.kind, Kind::List(elements) if elements.is_empty())
        && matches!(fold.condition.kind, Kind::Literal(Literal::Bool(false)))
        && fold.accumulator != ACCUMULATOR
}

impl Estimator<'_> {
    fn operand(&mut self, expr: &Expr) -> Operand {
        let cost = self.cost(expr);
        let path = self.path(expr).filter(|path| path.first().is_none_or(|root| root != ACCUMULATOR));
        let number = match &expr.kind {
            Kind::Literal(Literal::Int(number)) => Some(*number),
            _ => None,
        };
        Operand { size: self.size(expr), path, ty: self.ty(expr).clone(), cost, number }
    }

    fn call(&mut self, expr: &Expr, call: &Call) -> Range {
        if call.function == "dyn"
            && let [arg] = call.args.as_slice()
        {
            let cost = self.cost(arg).plus(ONE);
            self.copy_sizes(expr, arg);
            return cost;
        }
        let args: Vec<Operand> = call.args.iter().map(|arg| self.operand(arg)).collect();
        let checked = self.checked;
        let overloads = &checked.overloads[expr.id];
        if overloads.is_empty() {
            return ZERO;
        }
        let target = call.target.as_deref().map(|target| self.operand(target));
        let own = target.as_ref().map_or(ZERO, |target| target.cost);
        self.entries_of_call(expr, call);
        let site = calls::Site { function: &call.function, target: target.as_ref(), args: &args, data: self.data };
        let mut cost: Option<Range> = None;
        let mut result: Option<Range> = None;
        for overload in overloads {
            let (one, size) = site.cost(overload);
            cost = Some(cost.map_or(one, |cost| cost.or(one)));
            result = match (result, size) {
                (Some(result), Some(size)) => Some(result.or(size)),
                (result, size) => result.or(size),
            };
            if let Some(step) = index_step(overload) {
                result = call.args.first().and_then(|arg| self.entries_of(arg)).map(|entries| entries.value);
                let path = call.args.first().and_then(|arg| self.path(arg)).unwrap_or_default();
                self.paths[expr.id] = Some(path.into_iter().chain([step.to_owned()]).collect());
            }
            if result.is_none() {
                result = self.size(expr);
            }
        }
        self.sizes[expr.id] = result.or(self.sizes[expr.id]);
        own.plus(cost.unwrap_or(ZERO))
    }

    fn entries_of_call(&mut self, expr: &Expr, call: &Call) {
        let (one, other) = match (call.function.as_str(), call.args.as_slice()) {
            ("_?_:_", [_, then, otherwise]) => (then, otherwise),
            ("_+_", [left, right]) => (left, right),
            _ => return,
        };
        if let (Some(one), Some(other)) = (self.entries_of(one), self.entries_of(other)) {
            self.entries[expr.id] = Some(one.or(other));
        }
    }
}

fn index_step(overload: &str) -> Option<&'static str> {
    match overload {
        "index_list" => Some("@items"),
        "index_map" => Some("@values"),
        _ => None,
    }
}
