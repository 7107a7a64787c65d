//! One declaration per wire type. [`wire!`] turns a table of fields into a struct, its reading, its writing and the
//! [`Shape`] that the CustomResourceDefinitions and the table of unsupported fields are drawn from.
//!
//! Reading is what Go's decoder does: absent, `null` and the zero value are one; a field that is not in the table is
//! kept in `unknown` and written back. Writing leaves zero values out unless the field is `required`.

use serde_json::Value;
use std::collections::BTreeMap;

/// What may stand in a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A string.
    Text,
    /// An RFC 3339 time in seconds.
    Time,
    /// A 64-bit integer.
    Integer,
    /// A 32-bit integer.
    Integer32,
    /// A boolean.
    Boolean,
    /// An integer or a string.
    IntegerOrText,
    /// An object of the user's own making.
    Anything,
    /// An object with any keys and such values.
    Map(Box<Shape>),
    /// A list of such items.
    List(Box<Shape>),
    /// An object of a wire type.
    Object(Object),
}

/// A wire type as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its name, as upstream calls the type.
    pub name: &'static str,
    /// What it is for.
    pub doc: String,
    /// Its fields in order of declaration.
    pub fields: Vec<Field>,
}

/// One field of a wire type.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it means.
    pub doc: String,
    /// Whether the schema demands it.
    pub required: bool,
    /// What may stand in it.
    pub shape: Shape,
}

/// A type that can stand in a field.
pub trait Shaped {
    /// What may stand there.
    fn shape() -> Shape;
    /// Whether this value means the same as none at all.
    fn is_zero(&self) -> bool;
}

impl Shaped for String {
    fn shape() -> Shape {
        Shape::Text
    }
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl Shaped for i64 {
    fn shape() -> Shape {
        Shape::Integer
    }
    fn is_zero(&self) -> bool {
        *self == 0
    }
}

impl Shaped for i32 {
    fn shape() -> Shape {
        Shape::Integer32
    }
    fn is_zero(&self) -> bool {
        *self == 0
    }
}

impl Shaped for bool {
    fn shape() -> Shape {
        Shape::Boolean
    }
    fn is_zero(&self) -> bool {
        !self
    }
}

impl Shaped for Value {
    fn shape() -> Shape {
        Shape::Anything
    }
    fn is_zero(&self) -> bool {
        self.is_null()
    }
}

impl<T: Shaped> Shaped for Option<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn is_zero(&self) -> bool {
        self.is_none()
    }
}

impl<T: Shaped> Shaped for Box<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn is_zero(&self) -> bool {
        T::is_zero(self)
    }
}

impl<T: Shaped> Shaped for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Shaped> Shaped for BTreeMap<String, T> {
    fn shape() -> Shape {
        Shape::Map(Box::new(T::shape()))
    }
    fn is_zero(&self) -> bool {
        self.is_empty()
    }
}

/// Joins the lines of a doc comment into one paragraph.
pub(crate) fn paragraph(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// `required` if that word stands after a field.
macro_rules! is_required {
    () => {
        false
    };
    (required) => {
        true
    };
}
pub(crate) use is_required;

/// Declares wire types: `/// doc  pub struct Name { /// doc  pub field: Type = "wireName" [required]; … }`.
macro_rules! wire {
    ($( $(#[doc = $doc:literal])+ pub struct $name:ident {
        $( $(#[doc = $field_doc:literal])+ pub $field:ident : $type:ty = $wire:literal $($required:ident)? ; )*
    } )*) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $( $(#[doc = $field_doc])+ pub $field: $type, )*
            /// Fields this version does not know, kept as they came.
            pub unknown: std::collections::BTreeMap<String, serde_json::Value>,
        }

        impl $crate::wire::Shaped for $name {
            fn shape() -> $crate::wire::Shape {
                $crate::wire::Shape::Object($crate::wire::Object {
                    name: stringify!($name),
                    doc: $crate::wire::paragraph(&[$($doc),+]),
                    fields: vec![$( $crate::wire::Field {
                        name: $wire,
                        doc: $crate::wire::paragraph(&[$($field_doc),+]),
                        required: $crate::wire::is_required!($($required)?),
                        shape: <$type as $crate::wire::Shaped>::shape(),
                    } ),*],
                })
            }
            fn is_zero(&self) -> bool {
                *self == Self::default()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                $( if $crate::wire::is_required!($($required)?) || !$crate::wire::Shaped::is_zero(&self.$field) {
                    map.serialize_entry($wire, &self.$field)?;
                } )*
                for (key, value) in &self.unknown {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl<'de> serde::de::Visitor<'de> for Reader {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut read = $name::default();
                        while let Some(key) = map.next_key::<String>()? {
                            match key.as_str() {
                                $( $wire => {
                                    read.$field = map
                                        .next_value::<Option<$type>>()
                                        .map_err(|error| $crate::wire::within($wire, &error))?
                                        .unwrap_or_default();
                                } )*
                                _ => {
                                    let value = map.next_value()?;
                                    read.unknown.insert(key, value);
                                }
                            }
                        }
                        Ok(read)
                    }
                }
                deserializer.deserialize_map(Reader)
            }
        }
    )* };
}
pub(crate) use wire;

/// Names the field an error is in; nested fields join with dots.
pub(crate) fn within<E: serde::de::Error>(field: &str, error: &E) -> E {
    let text = error.to_string();
    match text.strip_prefix("field ") {
        Some(rest) => E::custom(format_args!("field {field}.{rest}")),
        None => E::custom(format_args!("field {field}: {text}")),
    }
}
