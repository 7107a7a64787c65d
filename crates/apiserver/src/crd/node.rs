//! A structural schema, compiled once when its definition is accepted.

use regex::Regex;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// How deep a schema is followed; what lies deeper accepts anything. Real schemas nest far less.
const DEPTH_MAX: usize = 100;

/// Largest compiled pattern, so that a definition cannot fill the memory.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// One level of a schema. Everything absent means no rule.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub kind: Option<String>,
    pub format: Option<String>,
    pub nullable: bool,
    pub is_int_or_string: bool,
    pub preserves_unknown: bool,
    pub is_embedded: bool,
    pub properties: BTreeMap<String, Node>,
    /// The schema of undeclared keys; an empty one for `additionalProperties: true`.
    pub additional: Option<Box<Node>>,
    pub items: Option<Box<Node>>,
    pub default: Option<Value>,
    pub required: Vec<String>,
    pub allowed: Vec<Value>,
    pub pattern: Option<(String, Option<Regex>)>,
    pub minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub exclusive_minimum: bool,
    pub exclusive_maximum: bool,
    pub multiple_of: Option<Number>,
    pub length: Bounds,
    pub item_count: Bounds,
    pub property_count: Bounds,
    pub unique_items: bool,
    pub list_type: Option<String>,
    pub list_map_keys: Vec<String>,
    pub all_of: Vec<Node>,
    pub any_of: Vec<Node>,
    pub one_of: Vec<Node>,
    pub not: Option<Box<Node>>,
}

/// Least and greatest number of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    pub min: Option<u64>,
    pub max: Option<u64>,
}

impl Node {
    /// Compiles a schema.
    pub fn compile(schema: &Value) -> Node {
        compile(schema, DEPTH_MAX)
    }
}

fn compile(schema: &Value, depth: usize) -> Node {
    let (Some(map), Some(depth)) = (schema.as_object(), depth.checked_sub(1)) else { return Node::default() };
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| map.get(key).and_then(Value::as_bool).unwrap_or_default();
    let number = |key: &str| map.get(key).and_then(Value::as_number).cloned();
    let count = |key: &str| map.get(key).and_then(Value::as_u64);
    let bounds = |min: &str, max: &str| Bounds { min: count(min), max: count(max) };
    let texts = |key: &str| {
        let list = map.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let nodes = |key: &str| {
        let list = map.get(key).and_then(Value::as_array).into_iter().flatten();
        list.map(|schema| compile(schema, depth)).collect::<Vec<_>>()
    };
    let boxed = |key: &str| map.get(key).filter(|value| value.is_object()).map(|value| Box::new(compile(value, depth)));
    Node {
        kind: text("type"),
        format: text("format"),
        nullable: flag("nullable"),
        is_int_or_string: flag("x-kubernetes-int-or-string"),
        preserves_unknown: flag("x-kubernetes-preserve-unknown-fields"),
        is_embedded: flag("x-kubernetes-embedded-resource"),
        properties: properties(map, depth),
        additional: additional(map, depth),
        items: boxed("items"),
        default: map.get("default").cloned(),
        required: texts("required"),
        allowed: map.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
        pattern: text("pattern").map(|pattern| (pattern.clone(), compile_pattern(&pattern).ok())),
        minimum: number("minimum"),
        maximum: number("maximum"),
        exclusive_minimum: flag("exclusiveMinimum"),
        exclusive_maximum: flag("exclusiveMaximum"),
        multiple_of: number("multipleOf"),
        length: bounds("minLength", "maxLength"),
        item_count: bounds("minItems", "maxItems"),
        property_count: bounds("minProperties", "maxProperties"),
        unique_items: flag("uniqueItems"),
        list_type: text("x-kubernetes-list-type"),
        list_map_keys: texts("x-kubernetes-list-map-keys"),
        all_of: nodes("allOf"),
        any_of: nodes("anyOf"),
        one_of: nodes("oneOf"),
        not: boxed("not"),
    }
}

/// A pattern as Go's RE2 reads it.
///
/// # Errors
/// When it is none, or one too large.
pub fn compile_pattern(pattern: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(pattern).size_limit(PATTERN_BYTES_MAX).build()
}

fn properties(map: &Map<String, Value>, depth: usize) -> BTreeMap<String, Node> {
    let declared = map.get("properties").and_then(Value::as_object).into_iter().flatten();
    declared.map(|(name, schema)| (name.clone(), compile(schema, depth))).collect()
}

fn additional(map: &Map<String, Value>, depth: usize) -> Option<Box<Node>> {
    match map.get("additionalProperties")? {
        Value::Bool(false) | Value::Null => None,
        Value::Bool(true) => Some(Box::new(Node::default())),
        schema => Some(Box::new(compile(schema, depth))),
    }
}
