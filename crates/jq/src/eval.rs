//! Runs a filter: every expression gives all its outputs for one input.

use crate::compare::{compare, number, number_value, type_name};
use crate::error::{RunError, raised};
use crate::item::{Item, Step, bounds, place};
use crate::syntax::{Calculation, Comparison, Expr};
use budget::Budget;
use serde_json::{Map, Value};

pub(crate) type Outputs<'v> = Result<Vec<Item<'v>>, RunError>;

/// Calls a function by its name.
pub(crate) type Call = for<'v> fn(&mut Machine<'_>, &str, &[Expr], Item<'v>) -> Outputs<'v>;

/// What a filter runs with: a budget, the functions and the variables in sight.
pub(crate) struct Machine<'b> {
    pub budget: &'b mut Budget,
    call: Call,
    variables: Vec<(String, Value)>,
}

impl<'b> Machine<'b> {
    pub fn new(budget: &'b mut Budget, call: Call) -> Self {
        Machine { budget, call, variables: Vec::new() }
    }

    /// All outputs of `expr` for `input`.
    pub fn eval<'v>(&mut self, expr: &Expr, input: Item<'v>) -> Outputs<'v> {
        self.budget.spend(1)?;
        self.budget.enter()?;
        let outputs = self.step(expr, input);
        self.budget.leave();
        let outputs = outputs?;
        self.budget.spend(outputs.len() as u64)?;
        Ok(outputs)
    }

    fn step<'v>(&mut self, expr: &Expr, input: Item<'v>) -> Outputs<'v> {
        match expr {
            Expr::Identity => Ok(vec![input]),
            Expr::RecurseDefault => self.recurse(input),
            Expr::Literal(value) => Ok(vec![Item::made(value.clone())]),
            Expr::Variable(name) => self.variable(name),
            Expr::Index { base, index } => self.index(base, index, input),
            Expr::Slice { base, from, to } => self.slice(base, from.as_deref(), to.as_deref(), input),
            Expr::Iterate(base) => self.each(base, input, children),
            Expr::Try { body, catch } => self.attempt(body, catch.as_deref(), input),
            Expr::Pipe(left, right) => self.each(left, input, |machine, item| machine.eval(right, item)),
            Expr::Comma(left, right) => {
                let mut outputs = self.eval(left, input.clone())?;
                outputs.extend(self.eval(right, input)?);
                Ok(outputs)
            }
            Expr::Otherwise(left, right) => self.otherwise(left, right, input),
            Expr::And(left, right) => self.logic(left, right, input, false),
            Expr::Or(left, right) => self.logic(left, right, input, true),
            Expr::Compare(how, left, right) => {
                self.pairs(left, right, &input, |a, b| Ok(Value::Bool(holds(*how, a, b))))
            }
            Expr::Calculate(how, left, right) => self.pairs(left, right, &input, |a, b| calculate(*how, a, b)),
            Expr::Negate(inner) => self.each(inner, input, |_, item| match &*item.value {
                Value::Number(own) => Ok(vec![Item::made(number_value(-number(own)))]),
                other => Err(raised(format!("{} cannot be negated", type_name(other)))),
            }),
            Expr::Array(inner) => self.array(inner.as_deref(), input),
            Expr::Object(entries) => self.object(entries, &input),
            Expr::If { condition, then, otherwise } => self.choose(condition, then, otherwise.as_deref(), input),
            Expr::Bind { source, name, body } => self.bind(source, name, body, input),
            Expr::Call(name, arguments) => (self.call)(self, name, arguments, input),
        }
    }

    /// Everything that `then` gives for each output of `expr`.
    pub fn each<'v>(
        &mut self,
        expr: &Expr,
        input: Item<'v>,
        mut then: impl FnMut(&mut Self, Item<'v>) -> Outputs<'v>,
    ) -> Outputs<'v> {
        let mut outputs = Vec::new();
        for item in self.eval(expr, input)? {
            outputs.extend(then(self, item)?);
        }
        Ok(outputs)
    }

    fn variable<'v>(&self, name: &str) -> Outputs<'v> {
        let found = self.variables.iter().rev().find(|(own, _)| own == name);
        let (_, value) = found.ok_or_else(|| raised(format!("${name} is not defined")))?;
        Ok(vec![Item::made(value.clone())])
    }

    fn bind<'v>(&mut self, source: &Expr, name: &str, body: &Expr, input: Item<'v>) -> Outputs<'v> {
        let mut outputs = Vec::new();
        for item in self.eval(source, input.clone())? {
            self.variables.push((name.to_owned(), item.value.into_owned()));
            let given = self.eval(body, input.clone());
            self.variables.pop();
            outputs.extend(given?);
        }
        Ok(outputs)
    }

    fn index<'v>(&mut self, base: &Expr, index: &Expr, input: Item<'v>) -> Outputs<'v> {
        let indices = self.eval(index, input.detached())?;
        let mut outputs = Vec::new();
        for item in self.eval(base, input)? {
            for index in &indices {
                outputs.push(at(&item, &index.value)?);
            }
        }
        Ok(outputs)
    }

    fn slice<'v>(&mut self, base: &Expr, from: Option<&Expr>, to: Option<&Expr>, input: Item<'v>) -> Outputs<'v> {
        let from = self.bound(from, &input)?;
        let to = self.bound(to, &input)?;
        self.each(base, input, |_, item| {
            let cut = match &*item.value {
                Value::Null => Value::Null,
                Value::Array(items) => {
                    let (start, end) = bounds(from, to, items.len());
                    Value::Array(items[start..end].to_vec())
                }
                Value::String(text) => {
                    let (start, end) = bounds(from, to, text.chars().count());
                    Value::String(text.chars().skip(start).take(end - start).collect())
                }
                other => return Err(raised(format!("{} cannot be sliced", type_name(other)))),
            };
            Ok(vec![item.cut(Step::Slice(from, to), cut)])
        })
    }

    fn bound(&mut self, expr: Option<&Expr>, input: &Item<'_>) -> Result<Option<i64>, RunError> {
        let Some(expr) = expr else { return Ok(None) };
        let outputs = self.eval(expr, input.detached())?;
        match outputs.first().map(|item| &*item.value) {
            #[expect(clippy::cast_possible_truncation, reason = "a place in a list")]
            Some(Value::Number(own)) => Ok(Some(number(own).floor() as i64)),
            Some(Value::Null) | None => Ok(None),
            Some(other) => Err(raised(format!("a slice cannot begin or end at a {}", type_name(other)))),
        }
    }

    fn attempt<'v>(&mut self, body: &Expr, catch: Option<&Expr>, input: Item<'v>) -> Outputs<'v> {
        match self.eval(body, input) {
            Err(RunError::Raised(message)) => match catch {
                Some(catch) => self.eval(catch, Item::made(Value::String(message))),
                None => Ok(Vec::new()),
            },
            outputs => outputs,
        }
    }

    fn otherwise<'v>(&mut self, left: &Expr, right: &Expr, input: Item<'v>) -> Outputs<'v> {
        let mut outputs = match self.eval(left, input.clone()) {
            Err(RunError::Raised(_)) => Vec::new(),
            outputs => outputs?,
        };
        outputs.retain(Item::is_true);
        if outputs.is_empty() { self.eval(right, input) } else { Ok(outputs) }
    }

    /// `and` and `or`: the right side counts only where the left does not decide.
    fn logic<'v>(&mut self, left: &Expr, right: &Expr, input: Item<'v>, decides: bool) -> Outputs<'v> {
        self.each(left, input.clone(), |machine, item| {
            if item.is_true() == decides {
                return Ok(vec![Item::made(Value::Bool(decides))]);
            }
            let right = machine.eval(right, input.clone())?;
            Ok(right.iter().map(|item| Item::made(Value::Bool(item.is_true()))).collect())
        })
    }

    fn pairs<'v>(
        &mut self,
        left: &Expr,
        right: &Expr,
        input: &Item<'v>,
        make: impl Fn(&Value, &Value) -> Result<Value, RunError>,
    ) -> Outputs<'v> {
        let lefts = self.eval(left, input.detached())?;
        let rights = self.eval(right, input.detached())?;
        let mut outputs = Vec::new();
        for right in &rights {
            for left in &lefts {
                self.budget.spend(1)?;
                let made = make(&left.value, &right.value)?;
                self.count(&made)?;
                outputs.push(Item::made(made));
            }
        }
        Ok(outputs)
    }

    /// Counts what was made, so that nothing grows without end.
    pub fn count(&mut self, made: &Value) -> Result<(), RunError> {
        let bytes = match made {
            Value::String(text) => text.len(),
            Value::Array(items) => items.len() * 8,
            Value::Object(map) => map.len() * 16,
            _ => 0,
        };
        Ok(self.budget.take_bytes(bytes as u64)?)
    }

    fn array<'v>(&mut self, inner: Option<&Expr>, input: Item<'v>) -> Outputs<'v> {
        let items = match inner {
            Some(inner) => self.eval(inner, input.detached())?,
            None => Vec::new(),
        };
        let array = Value::Array(items.into_iter().map(|item| item.value.into_owned()).collect());
        self.count(&array)?;
        Ok(vec![Item::made(array)])
    }

    fn object<'v>(&mut self, entries: &[(Expr, Expr)], input: &Item<'v>) -> Outputs<'v> {
        let mut objects = vec![Map::new()];
        for (key, value) in entries {
            let keys = self.eval(key, input.detached())?;
            let values = self.eval(value, input.detached())?;
            let mut next = Vec::new();
            for object in &objects {
                for key in &keys {
                    let Value::String(key) = &*key.value else { return Err(raised("object keys must be strings")) };
                    for value in &values {
                        self.budget.spend(1)?;
                        let mut object = object.clone();
                        object.insert(key.clone(), value.value.clone().into_owned());
                        next.push(object);
                    }
                }
            }
            objects = next;
        }
        Ok(objects.into_iter().map(|object| Item::made(Value::Object(object))).collect())
    }

    fn choose<'v>(&mut self, condition: &Expr, then: &Expr, otherwise: Option<&Expr>, input: Item<'v>) -> Outputs<'v> {
        let conditions = self.eval(condition, input.detached())?;
        let mut outputs = Vec::new();
        for condition in conditions {
            match (condition.is_true(), otherwise) {
                (true, _) => outputs.extend(self.eval(then, input.clone())?),
                (false, Some(otherwise)) => outputs.extend(self.eval(otherwise, input.clone())?),
                (false, None) => outputs.push(input.clone()),
            }
        }
        Ok(outputs)
    }

    /// The input and everything below it.
    pub fn recurse<'v>(&mut self, input: Item<'v>) -> Outputs<'v> {
        let mut outputs = Vec::new();
        let mut left = vec![input];
        while let Some(item) = left.pop() {
            self.budget.spend(1)?;
            if matches!(*item.value, Value::Array(_) | Value::Object(_)) {
                left.extend(children(self, item.clone())?.into_iter().rev());
            }
            outputs.push(item);
        }
        Ok(outputs)
    }
}

/// Everything directly below an item.
pub(crate) fn children<'v>(machine: &mut Machine<'_>, item: Item<'v>) -> Outputs<'v> {
    let outputs: Vec<Item<'v>> = match &*item.value {
        Value::Array(items) => {
            let at = |place: usize| {
                item.below(Step::Index(i64::try_from(place).unwrap_or(i64::MAX)), |value| value.get(place))
            };
            (0..items.len()).map(at).collect()
        }
        Value::Object(map) => {
            map.keys().map(|key| item.below(Step::Key(key.clone()), |value| value.get(key.as_str()))).collect()
        }
        other => return Err(raised(format!("cannot iterate over {}", type_name(other)))),
    };
    machine.budget.spend(outputs.len() as u64)?;
    Ok(outputs)
}

/// What an item holds at an index.
pub(crate) fn at<'v>(item: &Item<'v>, index: &Value) -> Result<Item<'v>, RunError> {
    match (&*item.value, index) {
        (Value::Object(_) | Value::Null, Value::String(key)) => {
            Ok(item.below(Step::Key(key.clone()), |value| value.get(key.as_str())))
        }
        (Value::Array(items), Value::Number(own)) => {
            #[expect(clippy::cast_possible_truncation, reason = "a place in a list")]
            let index = number(own).floor() as i64;
            let place = place(index, items.len());
            Ok(item.below(Step::Index(index), |value| value.get(place?)))
        }
        (Value::Null, Value::Number(own)) => {
            #[expect(clippy::cast_possible_truncation, reason = "a place in a list")]
            let index = number(own).floor() as i64;
            Ok(item.below(Step::Index(index), |_| None))
        }
        (value, Value::String(key)) => {
            Err(raised(format!("expected an object but got: {} (at {key:?})", type_name(value))))
        }
        (value, index) => Err(raised(format!("cannot index {} with {}", type_name(value), type_name(index)))),
    }
}

fn holds(how: Comparison, a: &Value, b: &Value) -> bool {
    let ordering = compare(a, b);
    match how {
        Comparison::Equal => ordering.is_eq(),
        Comparison::Different => ordering.is_ne(),
        Comparison::Less => ordering.is_lt(),
        Comparison::LessOrEqual => ordering.is_le(),
        Comparison::Greater => ordering.is_gt(),
        Comparison::GreaterOrEqual => ordering.is_ge(),
    }
}

pub(crate) fn calculate(how: Calculation, a: &Value, b: &Value) -> Result<Value, RunError> {
    use Calculation::{Add, Divide, Modulo, Multiply, Subtract};
    match (how, a, b) {
        (Add, Value::Null, other) | (Add, other, Value::Null) => Ok(other.clone()),
        (_, Value::Number(a), Value::Number(b)) => numbers(how, number(a), number(b)),
        (Add, Value::String(a), Value::String(b)) => Ok(Value::String(format!("{a}{b}"))),
        (Add, Value::Array(a), Value::Array(b)) => Ok(Value::Array(a.iter().chain(b).cloned().collect())),
        (Add, Value::Object(a), Value::Object(b)) => {
            Ok(Value::Object(a.iter().chain(b).map(|(key, value)| (key.clone(), value.clone())).collect()))
        }
        (Subtract, Value::Array(a), Value::Array(b)) => {
            let kept = a.iter().filter(|own| !b.iter().any(|other| compare(own, other).is_eq()));
            Ok(Value::Array(kept.cloned().collect()))
        }
        (Divide, Value::String(a), Value::String(b)) => {
            Ok(Value::Array(a.split(b.as_str()).map(|part| Value::String(part.to_owned())).collect()))
        }
        (how, a, b) => {
            let what = match how {
                Add => "added",
                Subtract => "subtracted",
                Multiply => "multiplied",
                Divide | Modulo => "divided",
            };
            Err(raised(format!("{} and {} cannot be {what}", type_name(a), type_name(b))))
        }
    }
}

fn numbers(how: Calculation, a: f64, b: f64) -> Result<Value, RunError> {
    let is_division = matches!(how, Calculation::Divide | Calculation::Modulo);
    if is_division && b == 0.0 {
        return Err(raised("cannot divide by zero"));
    }
    Ok(number_value(match how {
        Calculation::Add => a + b,
        Calculation::Subtract => a - b,
        Calculation::Multiply => a * b,
        Calculation::Divide => a / b,
        Calculation::Modulo => a.trunc() % b.trunc(),
    }))
}
