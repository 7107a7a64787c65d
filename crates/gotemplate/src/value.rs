//! The values a template works on, with the differences that Go's types make, and the functions it may call. One module,
//! because they are made of each other: a map holds values, a value can be a function, a function takes values.
//!
//! Here stand the definitions; what can be done with them is in `map`, `list`, `inspect` and `function`.

use crate::frozen::{Frozen, FrozenMap};
use crate::held::Held;
use crate::text::Text;
use crate::types::{IntKind, Kind, ListType, MapType, Type, UintKind};
use budget::{Budget, Exceeded};
use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock, RwLock, Weak};

/// A value in a template.
#[derive(Debug, Clone)]
pub enum Value {
    /// No value at all (Go's invalid `reflect.Value`): what a missing field, stripped of its interface, is.
    NoValue,
    /// nil in an `interface {}`.
    Nil,
    /// A boolean.
    Bool(bool),
    /// A signed integer and its type.
    Int(i64, IntKind),
    /// An unsigned integer and its type.
    Uint(u64, UintKind),
    /// A `float64`.
    Float(f64),
    /// A `complex128`: real and imaginary part.
    Complex(f64, f64),
    /// A string.
    Str(Text),
    /// A `[]byte`.
    Bytes(Arc<[u8]>),
    /// Any other slice.
    List(List),
    /// A map with string keys.
    Map(Map),
    /// A value with methods or fields of its own.
    Object(Arc<dyn GoObject>),
    /// A function.
    Func(Arc<Function>),
}

/// A slice. Cloning gives the same slice; its elements cannot be replaced, but maps among them can be written to.
#[derive(Clone)]
pub struct List(pub(crate) Arc<ListCell>);

pub(crate) struct ListCell {
    pub(crate) list_type: ListType,
    pub(crate) methods: Option<ListMethods>,
    pub(crate) nil: bool,
    pub(crate) items: Items,
    /// Counts while the list is there.
    pub(crate) _held: Held,
}

pub(crate) enum Items {
    Owned(Vec<Value>),
    /// Handles of lists and maps among the items are made when first asked for and then kept: identity matters.
    Frozen(Arc<[Frozen]>, OnceLock<Handles>),
}

/// A map with string keys. Cloning gives *the same* map: what is written through one handle is seen through all.
#[derive(Clone)]
pub struct Map {
    pub(crate) cell: Arc<MapCell>,
    /// The type it is seen as through this handle.
    pub(crate) class: &'static MapClass,
}

/// A map type and its methods.
pub struct MapClass {
    /// The type.
    pub map_type: MapType,
    /// Its methods, when it has any.
    pub methods: Option<MapMethods>,
}

pub(crate) struct MapCell {
    pub(crate) nil: bool,
    /// What it was made from; counts until the first write.
    pub(crate) frozen: Option<Arc<FrozenMap>>,
    /// Handles of lists and maps in `frozen`, by position.
    pub(crate) handles: OnceLock<Handles>,
    /// Its content from the first write on.
    pub(crate) owned: OnceLock<RwLock<BTreeMap<Text, Value>>>,
    pub(crate) held: Held,
}

pub(crate) type Handles = Box<[OnceLock<Value>]>;

/// Methods of a named map type: looked up before keys are. Gives the method bound to the map.
pub type MapMethods = fn(&Map, &str) -> Option<Function>;
/// Methods of a named slice type. Gives the method bound to the slice.
pub type ListMethods = fn(&List, &str) -> Option<Function>;

/// A value that is neither plain data nor a function: Chart, Capabilities, Files, a time, a version, a certificate.
///
/// A type that is a named map, list, number or string (`engine.files`, `time.Month`) gives its plain form with
/// [`GoObject::underlying`], and everything that works on the plain form works on it.
pub trait GoObject: fmt::Debug + Send + Sync {
    /// Go's name of its type: `*chart.Metadata`, `time.Time`.
    fn type_name(&self) -> &'static str;

    /// What it is to `kindOf`: a pointer when the type's name begins with `*`, unless overridden.
    fn kind(&self) -> Kind {
        match self.underlying() {
            Some(plain) => plain.kind(),
            None if self.type_name().starts_with('*') => Kind::Ptr,
            None => Kind::Struct,
        }
    }

    /// The method called `name`, bound to this value.
    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        let _ = name;
        None
    }

    /// The struct field called `name`.
    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// All fields, in the order in which the struct declares them: for printing.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// What its `String` or `Error` method gives, when it has one: its printed form.
    fn text(&self) -> Option<Text> {
        None
    }

    /// The plain value behind a named type that is no struct.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// Its JSON form, where it differs from that of its fields or of its plain form.
    fn to_json(&self) -> Option<serde_json::Value> {
        None
    }

    /// The members of its JSON form in the order in which Go writes them, where that is not the order of their names.
    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        None
    }

    /// What a deep copy of it is, where that is not itself.
    fn copied(&self) -> Option<Value> {
        None
    }

    /// Whether `==` and deep equality hold between it and `other`.
    fn equal(&self, other: &dyn GoObject) -> bool {
        let _ = other;
        false
    }

    /// Itself, to be recognised by the functions that take it.
    fn as_any(&self) -> &dyn Any;
}

/// A function that templates may call: its Go signature, by which arguments are checked and converted before the body
/// runs, and the body.
#[derive(Clone)]
pub struct Function {
    pub(crate) params: Cow<'static, [Type]>,
    pub(crate) rest: Option<Type>,
    pub(crate) returns: Type,
    pub(crate) body: Body,
}

/// What a function does.
#[derive(Clone)]
pub(crate) enum Body {
    Plain(Plain),
    Closure(Arc<Closure>),
    /// Renders a template instead of computing a value; run by the executor, without recursion of its own.
    Render(Arc<Renders>),
}

/// The body of a function without a state of its own.
pub type Plain = fn(&mut Call<'_>, Args<'_>) -> Result<Value, FuncError>;
/// The body of a function that has captured something: a method's receiver, a table.
pub type Closure = dyn Fn(&mut Call<'_>, Args<'_>) -> Result<Value, FuncError> + Send + Sync;
/// The body of a function that renders a template: `include`, `tpl`.
pub type Renders = dyn Fn(&mut Call<'_>, Args<'_>) -> Result<Render, FuncError> + Send + Sync;

/// A rendering that a function asks for. Its text, or its failure, goes to `then`, whose answer is the function's value.
pub struct Render {
    /// What to render.
    pub target: Target,
    /// The template's dot and `$`.
    pub data: Value,
    /// Makes the function's value of the outcome.
    pub then: Then,
}

/// Makes a function's value of what a rendering gave.
pub type Then = Box<dyn FnOnce(&mut Call<'_>, Result<Text, RenderFailure>) -> Result<Value, FuncError> + Send>;

/// What a function wants rendered.
#[derive(Debug, Clone)]
pub enum Target {
    /// The template of that name in the set, as seen from the calling template.
    Named(Text),
    /// A text, parsed under `name` within a view of its own: its definitions are seen by nothing but this rendering.
    Source {
        /// What the text is called in error messages.
        name: Text,
        /// The text.
        text: Text,
    },
}

/// Why a rendering that a function asked for gave no text. Displays as Go's error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderFailure {
    /// No template of that name: Go's whole message.
    #[error("{0}")]
    Missing(String),
    /// The text does not parse: Go's whole message.
    #[error("{0}")]
    Parse(String),
    /// Execution failed: Go's whole message, with location and context.
    #[error("{0}")]
    Execute(String),
}

/// Why a function gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FuncError {
    /// What Go's function returns as its error, or the text of its panic.
    #[error("{0}")]
    Message(String),
    /// A counted limit was exceeded; ends the whole execution, whatever called the function.
    #[error(transparent)]
    Limit(#[from] Exceeded),
}

impl From<String> for FuncError {
    fn from(message: String) -> Self {
        FuncError::Message(message)
    }
}

impl From<&str> for FuncError {
    fn from(message: &str) -> Self {
        FuncError::Message(message.to_owned())
    }
}

/// The arguments of a call, already checked against the signature: as many as it demands, each of its parameter's type.
/// A parameter of type [`Type::Any`] never gets [`Value::NoValue`]; one of type [`Type::Reflect`] may.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a>(pub(crate) &'a [Value]);

/// What a function may use besides its arguments.
pub struct Call<'r> {
    /// What it works within.
    pub budget: &'r mut Budget,
    pub(crate) state: &'r mut State,
    pub(crate) written: &'r mut Written,
}

/// What functions keep between calls of one render, by its type.
#[derive(Default)]
pub struct State(pub(crate) Vec<Box<dyn Any + Send>>);

/// The maps that one render has put lists or maps into. Maps can be made to contain each other; when the render is over
/// they are emptied, so that such rings do not stay in memory for ever.
#[derive(Default)]
pub struct Written(pub(crate) Vec<Weak<MapCell>>);
