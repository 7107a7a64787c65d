//! A version as a value in a template: Go's `*semver.Version` with its methods.

use gotemplate::{Args, Call, FuncError, Function, GoObject, Signature, Text, Type, UintKind, Value};
use goversion::{Release, Version};
use std::any::Any;
use std::cmp::Ordering;
use std::sync::Arc;

/// A `*semver.Version` in a template.
#[derive(Debug, Clone)]
pub struct VersionObject(pub Version);

const UINT64: Type = Type::Uint(UintKind::Uint64);
const OTHER: &[Type] = &[VersionObject::TYPE];

type Method = fn(&Version, Args<'_>) -> Value;

/// Name, parameters, result, what it does.
const METHODS: &[(&str, &[Type], Type, Method)] = &[
    ("Major", &[], UINT64, |version, _| Value::Uint(version.major(), UintKind::Uint64)),
    ("Minor", &[], UINT64, |version, _| Value::Uint(version.minor(), UintKind::Uint64)),
    ("Patch", &[], UINT64, |version, _| Value::Uint(version.patch(), UintKind::Uint64)),
    ("Prerelease", &[], Type::String, |version, _| version.prerelease().into()),
    ("Metadata", &[], Type::String, |version, _| version.metadata().into()),
    ("Original", &[], Type::String, |version, _| version.original().into()),
    ("String", &[], Type::String, |version, _| version.to_string().into()),
    ("IncPatch", &[], VersionObject::TYPE, |version, _| VersionObject(version.next_patch()).into()),
    ("IncMinor", &[], VersionObject::TYPE, |version, _| VersionObject(version.next_minor()).into()),
    ("IncMajor", &[], VersionObject::TYPE, |version, _| VersionObject(version.next_major()).into()),
    ("Compare", OTHER, Type::INT, |version, args| Value::int(order(version, args) as i64)),
    ("Equal", OTHER, Type::Bool, |version, args| order(version, args).is_eq().into()),
    ("LessThan", OTHER, Type::Bool, |version, args| order(version, args).is_lt().into()),
    ("LessThanEqual", OTHER, Type::Bool, |version, args| order(version, args).is_le().into()),
    ("GreaterThan", OTHER, Type::Bool, |version, args| order(version, args).is_gt().into()),
    ("GreaterThanEqual", OTHER, Type::Bool, |version, args| order(version, args).is_ge().into()),
];

/// How `version` compares with the version that a method was given.
fn order(version: &Version, args: Args<'_>) -> Ordering {
    VersionObject::of(args.any(0)).map_or(Ordering::Greater, |other| version.compare(other))
}

impl VersionObject {
    /// The type that parameters of this type are declared with.
    pub const TYPE: Type = Type::Named("*semver.Version");

    /// The version that `text` is.
    ///
    /// # Errors
    /// With the original's text when it is none.
    pub fn parse(text: &str, release: Release) -> Result<VersionObject, FuncError> {
        Version::parse(text, release).map(VersionObject).map_err(|error| FuncError::Message(error.to_string()))
    }

    /// The version in `value`, when it is one.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Version> {
        match value {
            Value::Object(object) => object.as_any().downcast_ref::<VersionObject>().map(|object| &object.0),
            _ => None,
        }
    }
}

impl From<VersionObject> for Value {
    fn from(version: VersionObject) -> Self {
        Value::object(version)
    }
}

impl GoObject for VersionObject {
    fn type_name(&self) -> &'static str {
        "*semver.Version"
    }

    fn method(self: Arc<Self>, name: &str) -> Option<Function> {
        let (_, params, returns, body) = METHODS.iter().find(|(method, ..)| *method == name)?;
        let body = move |_: &mut Call<'_>, args: Args<'_>| Ok(body(&self.0, args));
        Some(Function::closure(Signature::new(params, *returns), body))
    }

    fn text(&self) -> Option<Text> {
        Some(self.0.to_string().into())
    }

    /// Compat: the original's deep copy does not see a version's fields, so what it gives is version 0.0.0.
    fn copied(&self) -> Option<Value> {
        VersionObject::parse("0.0.0", Release::default()).ok().map(Value::from)
    }

    fn to_json(&self) -> Option<serde_json::Value> {
        Some(self.0.to_string().into())
    }

    fn equal(&self, other: &dyn GoObject) -> bool {
        other.as_any().downcast_ref::<VersionObject>().is_some_and(|other| self.0 == other.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
