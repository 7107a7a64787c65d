//! Making functions, naming them in tables, and what their bodies can ask of their arguments and of the call.

use crate::held;
use crate::text::Text;
use crate::types::Type;
use crate::value::{
    Args, Body, Call, Closure, FuncError, Function, List, Map, Plain, Render, RenderFailure, Renders, State, Then,
    Value,
};
use budget::Exceeded;
use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The Go signature of a function: `func(params…, rest…) returns`.
#[derive(Debug, Clone, Copy)]
pub struct Signature {
    /// The types of the parameters that must be given.
    pub params: &'static [Type],
    /// The type of further arguments, when the function takes any number of them.
    pub rest: Option<Type>,
    /// The type of the result; [`Type::Any`] when Go's function returns `interface {}`.
    pub returns: Type,
}

/// One row of a function table.
#[derive(Clone, Copy)]
pub struct Definition {
    /// The name templates call it by.
    pub name: &'static str,
    /// What it takes and gives.
    pub signature: Signature,
    /// What it does.
    pub body: Plain,
}

impl Signature {
    /// `func(params…) returns`.
    #[must_use]
    pub const fn new(params: &'static [Type], returns: Type) -> Self {
        Signature { params, rest: None, returns }
    }

    /// `func(params…, rest…) returns`.
    #[must_use]
    pub const fn variadic(params: &'static [Type], rest: Type, returns: Type) -> Self {
        Signature { params, rest: Some(rest), returns }
    }
}

impl Function {
    /// A function without a state of its own.
    #[must_use]
    pub fn plain(signature: Signature, body: Plain) -> Self {
        Function::with(signature, Body::Plain(body))
    }

    /// A function that has captured something: a method bound to its receiver.
    pub fn closure<F>(signature: Signature, body: F) -> Self
    where
        F: Fn(&mut Call<'_>, Args<'_>) -> Result<Value, FuncError> + Send + Sync + 'static,
    {
        let body: Arc<Closure> = Arc::new(body);
        Function::with(signature, Body::Closure(body))
    }

    /// A function whose value is made of a rendering: `include`, `tpl`.
    pub fn render<F>(signature: Signature, body: F) -> Self
    where
        F: Fn(&mut Call<'_>, Args<'_>) -> Result<Render, FuncError> + Send + Sync + 'static,
    {
        let body: Arc<Renders> = Arc::new(body);
        Function::with(signature, Body::Render(body))
    }

    /// Its type as Go writes it: `func(int, ...string) string`.
    pub(crate) fn go_type(&self) -> String {
        let mut params: Vec<String> = self.params.iter().map(Type::to_string).collect();
        params.extend(self.rest.map(|rest| format!("...{rest}")));
        format!("func({}) {}", params.join(", "), self.returns)
    }

    /// The type of the argument at a position.
    pub(crate) fn parameter(&self, at: usize) -> Type {
        self.params.get(at).copied().or(self.rest).unwrap_or(Type::Any)
    }

    fn with(signature: Signature, body: Body) -> Self {
        let Signature { params, rest, returns } = signature;
        Function { params: Cow::Borrowed(params), rest, returns, body }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({:?}, {:?}) {:?}", self.params, self.rest, self.returns)
    }
}

/// The functions that templates of a [`crate::Set`] may call, by name, besides Go's builtins; one of the same name takes
/// a builtin's place.
#[derive(Debug, Clone, Default)]
pub struct FuncMap {
    /// Each holds the functions of a few names ([`shelf`]): compiling a template looks one up for every call in it.
    shelves: Vec<Vec<(&'static str, Arc<Function>)>>,
}

/// How many shelves there are: about as many as functions.
const SHELVES: usize = 256;

/// The shelf of a name.
fn shelf(name: &[u8]) -> usize {
    name.iter().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add((*byte).into())) % SHELVES
}

impl FuncMap {
    /// Adds `function` under `name`, in place of one that was there.
    pub fn insert(&mut self, name: &'static str, function: Function) {
        self.remove(name);
        self.shelves.resize_with(SHELVES, Vec::new);
        self.shelves[shelf(name.as_bytes())].push((name, Arc::new(function)));
    }

    /// Adds all rows of a table.
    pub fn extend(&mut self, table: &[Definition]) {
        for row in table {
            self.insert(row.name, Function::plain(row.signature, row.body));
        }
    }

    /// Takes a function away.
    pub fn remove(&mut self, name: &str) {
        if let Some(shelf) = self.shelves.get_mut(shelf(name.as_bytes())) {
            shelf.retain(|(other, _)| *other != name);
        }
    }

    /// The function called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Function>> {
        self.find(name.as_bytes())
    }

    /// As [`FuncMap::get`]. A name that is no UTF-8 is no function's.
    pub(crate) fn find(&self, name: &[u8]) -> Option<&Arc<Function>> {
        let shelf = self.shelves.get(shelf(name))?;
        shelf.iter().find(|(other, _)| other.as_bytes() == name).map(|(_, function)| function)
    }

    /// Whether one of the functions renders templates.
    pub(crate) fn renders(&self) -> bool {
        self.shelves.iter().flatten().any(|(_, function)| matches!(function.body, Body::Render(_)))
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        let mut names: Vec<&'static str> = self.shelves.iter().flatten().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.into_iter()
    }
}

impl Deref for Args<'_> {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        self.0
    }
}

/// Accessors by position. They give what the signature promises; on a value of another type (which the signature rules
/// out) they give that type's zero.
impl<'a> Args<'a> {
    /// The argument at a position; nil past the end.
    #[must_use]
    pub fn any(self, at: usize) -> &'a Value {
        self.0.get(at).unwrap_or(&Value::Nil)
    }

    /// The arguments from a position on.
    #[must_use]
    pub fn from(self, at: usize) -> &'a [Value] {
        self.0.get(at..).unwrap_or_default()
    }

    /// A `string`.
    #[must_use]
    pub fn text(self, at: usize) -> Text {
        match self.any(at) {
            Value::Str(text) => text.clone(),
            _ => Text::default(),
        }
    }

    /// The bytes of a `string` or `[]byte`.
    #[must_use]
    pub fn bytes(self, at: usize) -> &'a [u8] {
        match self.any(at) {
            Value::Str(text) => text.as_bytes(),
            Value::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    /// A signed integer of any type.
    #[must_use]
    pub fn int(self, at: usize) -> i64 {
        match self.any(at) {
            Value::Int(value, _) => *value,
            _ => 0,
        }
    }

    /// A `float64`.
    #[must_use]
    pub fn float(self, at: usize) -> f64 {
        match self.any(at) {
            Value::Float(value) => *value,
            _ => 0.0,
        }
    }

    /// A `bool`.
    #[must_use]
    pub fn bool(self, at: usize) -> bool {
        matches!(self.any(at), Value::Bool(true))
    }

    /// A map; `None` for a nil one.
    #[must_use]
    pub fn map(self, at: usize) -> Option<&'a Map> {
        match self.any(at) {
            Value::Map(map) if !map.is_nil() => Some(map),
            _ => None,
        }
    }

    /// A slice other than `[]byte`; `None` for a nil one.
    #[must_use]
    pub fn list(self, at: usize) -> Option<&'a List> {
        match self.any(at) {
            Value::List(list) if !list.is_nil() => Some(list),
            _ => None,
        }
    }
}

impl Call<'_> {
    /// Spends fuel: a step for each item or byte that a loop goes over.
    ///
    /// # Errors
    /// When it is used up.
    pub fn spend(&mut self, steps: usize) -> Result<(), Exceeded> {
        self.budget.spend(steps as u64)
    }

    /// Counts bytes about to be made: for results much larger than the arguments.
    ///
    /// # Errors
    /// When more than allowed have been made.
    pub fn take_bytes(&mut self, bytes: usize) -> Result<(), Exceeded> {
        self.budget.take_text(bytes as u64)
    }

    /// Pays for going over so many items and sees that there is room to hold them.
    ///
    /// # Errors
    /// When fuel is used up, when the run would hold more than allowed at once.
    pub fn make_room(&mut self, items: usize) -> Result<(), Exceeded> {
        held::check(self.budget, items.saturating_mul(2 * size_of::<Value>()))?;
        self.spend(items)
    }

    /// Puts `value` under `key` of a map that others may hold.
    pub fn set(&mut self, map: &Map, key: impl Into<Text>, value: Value) {
        map.insert(self.written, key, value);
    }

    /// What the functions of this render keep between calls, made when first asked for.
    pub fn state<T: Any + Send + Default>(&mut self) -> &mut T {
        self.state.get_or_default()
    }
}

impl State {
    /// The state of one type, made when first asked for.
    pub fn get_or_default<T: Any + Send + Default>(&mut self) -> &mut T {
        let at = match self.0.iter().position(|one| one.is::<T>()) {
            Some(at) => at,
            None => {
                self.0.push(Box::new(T::default()));
                self.0.len() - 1
            }
        };
        self.0[at].downcast_mut().expect("invariant: the position is that of a value of this type")
    }

    /// Puts a state in place of the one of its type.
    pub fn put<T: Any + Send>(&mut self, state: T) {
        self.0.retain(|one| !one.is::<T>());
        self.0.push(Box::new(state));
    }
}

impl Render {
    /// Fails as Go would: the failure's text is the function's error.
    #[must_use]
    pub fn plainly() -> Then {
        Box::new(|_, outcome: Result<Text, RenderFailure>| {
            outcome.map(Value::Str).map_err(|failure| FuncError::Message(failure.to_string()))
        })
    }
}

/// Go's complaint when a function is given too few or too many arguments.
pub(crate) fn wrong_count(function: &Function, name: &[u8], arguments: usize, piped: bool) -> Option<String> {
    let (given, wanted) = (arguments + usize::from(piped), function.params.len());
    let name = || String::from_utf8_lossy(name);
    if function.rest.is_some() {
        let enough = given >= wanted;
        return (!enough)
            .then(|| format!("wrong number of args for {}: want at least {wanted} got {arguments}", name()));
    }
    (given != wanted).then(|| format!("wrong number of args for {}: want {wanted} got {given}", name()))
}
