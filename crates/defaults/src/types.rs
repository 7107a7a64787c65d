//! The shapes of Kubernetes' own types: which fields a type has, of which types, and which of them are left out when
//! empty. Read once from `data/types.txt`. Start at [`of_kind`].

use object::Gvk;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The shapes as text; its first lines explain the form.
const TEXT: &str = include_str!("../data/types.txt");

/// A struct type.
#[derive(Debug)]
pub struct Type {
    /// `group/version.Name` of its Go package and name, such as `core/v1.Container`.
    pub name: &'static str,
    /// Fields in declaration order.
    pub fields: Vec<Field>,
    sorted: BTreeMap<&'static str, usize>,
    structs: Vec<usize>,
    always: Vec<usize>,
}

/// A field of a struct type.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Left out when empty: false, 0, "", no items, no pointer.
    pub omit_empty: bool,
    /// Left out when it is the zero value, structs included.
    pub omit_zero: bool,
    /// Its type.
    pub shape: Shape,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// What it is made of.
    pub form: Form,
    /// Go's name of a named scalar, list or map type.
    pub go_name: Option<&'static str>,
}

/// What a value is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A whole number of so many bits, signed.
    Integer(Integer),
    /// Any number.
    Float,
    /// Bytes, base64 in JSON.
    Bytes,
    /// A quantity.
    Quantity,
    /// A time with whole seconds.
    Time,
    /// A time with microseconds.
    MicroTime,
    /// A number or text.
    NumberOrText,
    /// Any JSON, kept as it is.
    Raw,
    /// A JSON schema, a list of them, or something plain: kept as it is below.
    SchemaOrPlain,
    /// A struct, as its place in the list of types.
    Struct(usize),
    /// Something that may be absent.
    Optional(Box<Shape>),
    /// A list.
    List(Box<Shape>),
    /// A map with text keys.
    Map(Box<Shape>),
}

/// Integer types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integer {
    /// `int32`.
    I32,
    /// `int64`.
    I64,
    /// `int`.
    Int,
    /// `uint32`.
    U32,
}

struct Types {
    kinds: BTreeMap<&'static str, usize>,
    types: Vec<Type>,
}

static TYPES: LazyLock<Types> = LazyLock::new(read);

/// The type of a kind, `None` when the kind is not built in.
#[must_use]
pub fn of_kind(gvk: &Gvk) -> Option<&'static Type> {
    place_of_kind(gvk).map(get)
}

/// The place of a kind's type in the list of types, `None` when the kind is not built in.
#[must_use]
pub fn place_of_kind(gvk: &Gvk) -> Option<usize> {
    TYPES.kinds.get(format!("{}/{}/{}", gvk.group, gvk.version, gvk.kind).as_str()).copied()
}

/// All struct types in the order of the list of types.
pub fn all() -> impl Iterator<Item = &'static Type> {
    TYPES.types.iter()
}

/// The struct type at this place of the list of types.
#[must_use]
pub fn get(place: usize) -> &'static Type {
    &TYPES.types[place]
}

/// The types of all built-in kinds, by `group/version/Kind`.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static Type)> {
    TYPES.kinds.iter().map(|(kind, place)| (*kind, &TYPES.types[*place]))
}

impl Type {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.sorted.get(name).map(|place| &self.fields[*place])
    }

    /// Fields that hold a struct which is always there.
    pub fn structs(&self) -> impl Iterator<Item = &Field> {
        self.structs.iter().map(|place| &self.fields[*place])
    }

    /// Fields that are written even when nothing is in them.
    pub fn always_written(&self) -> impl Iterator<Item = &Field> {
        self.always.iter().map(|place| &self.fields[*place])
    }

    /// Name as Go's errors show it, `v1.Container`.
    #[must_use]
    pub fn go_name(&self) -> &'static str {
        self.name.rsplit_once('/').map_or(self.name, |(_, name)| name)
    }
}

fn read() -> Types {
    let lines = || TEXT.lines().filter(|line| !line.starts_with('#'));
    let names: BTreeMap<&'static str, usize> = lines()
        .filter(|line| !line.starts_with("kind "))
        .filter_map(|line| line.split(' ').next())
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect();
    let place = |name: &str| *names.get(name).expect("invariant: the type table names only types that it holds");
    let kinds = lines()
        .filter_map(|line| line.strip_prefix("kind ")?.split_once('='))
        .map(|(kind, name)| (kind, place(name)))
        .collect();
    let types = lines().filter(|line| !line.starts_with("kind ")).map(|line| read_type(line, &place)).collect();
    Types { kinds, types }
}

fn read_type(line: &'static str, place: &impl Fn(&str) -> usize) -> Type {
    let mut words = line.split(' ').filter(|word| !word.is_empty());
    let name = words.next().unwrap_or_default();
    let fields: Vec<Field> = words.filter_map(|word| read_field(word, place)).collect();
    let sorted = fields.iter().enumerate().map(|(index, field)| (field.name, index)).collect();
    let places = |keep: fn(&Field) -> bool| {
        fields.iter().enumerate().filter(|(_, field)| keep(field)).map(|(place, _)| place).collect()
    };
    let structs = places(|field| matches!(field.shape.form, Form::Struct(_)) && !field.omit_zero);
    let always = places(Field::is_always_written);
    Type { name, fields, sorted, structs, always }
}

impl Field {
    /// Structs, and scalars that are structs in Go, are written whether or not they are empty.
    fn is_always_written(&self) -> bool {
        let made_of_struct = matches!(
            self.shape.form,
            Form::Struct(_) | Form::Quantity | Form::Time | Form::MicroTime | Form::NumberOrText | Form::Raw
        );
        if self.omit_zero { false } else { !self.omit_empty || made_of_struct }
    }
}

fn read_field(word: &'static str, place: &impl Fn(&str) -> usize) -> Option<Field> {
    let (head, shape) = word.split_once('=')?;
    let name = head.trim_end_matches(['?', '!']);
    let flags = &head[name.len()..];
    Some(Field {
        name,
        omit_empty: flags.contains('?'),
        omit_zero: flags.contains('!'),
        shape: read_shape(shape, place),
    })
}

fn read_shape(text: &'static str, place: &impl Fn(&str) -> usize) -> Shape {
    let inner = |rest| Box::new(read_shape(rest, place));
    for (sign, form) in [('*', Form::Optional as fn(Box<Shape>) -> Form), ('[', Form::List), ('{', Form::Map)] {
        if let Some(rest) = text.strip_prefix(sign) {
            let (rest, go_name) = match rest.split_once('@') {
                Some((rest, name)) if sign != '*' => (rest, Some(name)),
                _ => (rest, None),
            };
            return Shape { form: form(inner(rest)), go_name };
        }
    }
    let (base, go_name) = match text.split_once(':') {
        Some((base, name)) => (base, Some(name)),
        None => (text, None),
    };
    let form = match base {
        "s" => Form::Text,
        "b" => Form::Flag,
        "i32" => Form::Integer(Integer::I32),
        "i64" => Form::Integer(Integer::I64),
        "i" => Form::Integer(Integer::Int),
        "u32" => Form::Integer(Integer::U32),
        "f" => Form::Float,
        "y" => Form::Bytes,
        "Q" => Form::Quantity,
        "T" => Form::Time,
        "M" => Form::MicroTime,
        "X" => Form::NumberOrText,
        "R" => Form::Raw,
        "U" => Form::SchemaOrPlain,
        name => Form::Struct(place(name)),
    };
    Shape { form, go_name }
}
