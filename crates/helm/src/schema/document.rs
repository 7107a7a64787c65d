//! A schema as it is written, and what its references lead to.

use budget::{Budget, Exceeded};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

/// The address that Helm gives the schema of a chart.
pub(super) const ADDRESS: &str = "file:///values.schema.json";

/// What stands for a schema that is somewhere else.
static ANYTHING: Value = Value::Bool(true);

/// The drafts of the specification, by the year or number that they are known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

/// Reads a schema's JSON; the inner error is Go's text.
pub(super) fn read(text: &[u8], budget: &mut Budget) -> Result<Result<Value, String>, Exceeded> {
    if let Ok(schema) = serde_json::from_slice(text) {
        return Ok(Ok(schema));
    }
    let told = match sprig::json::decode(text, budget)?.error {
        None => "the schema is nested deeper than 128 (limit: schema depth 128)".to_owned(),
        // Compat: a stream that ends early is told of in other words than a text that does.
        Some(told) if told == "unexpected end of JSON input" && text.trim_ascii().is_empty() => "EOF".to_owned(),
        Some(told) if told == "unexpected end of JSON input" => "unexpected EOF".to_owned(),
        Some(told) => told,
    };
    Ok(Err(told))
}

/// Whose rules references follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Library {
    /// That of Helm 3.17.
    Flat,
    /// That of Helm 3.18 and later.
    Nested,
}

/// Where a reference leads.
enum Target<'s> {
    Here(&'s Value),
    Elsewhere(String),
    Broken(String),
}

/// A schema whose references are followed.
pub(super) struct Document<'s> {
    pub(super) root: &'s Value,
    /// `None` when none is named.
    pub(super) draft: Option<Draft>,
    /// By the place of the schema that holds the reference.
    targets: BTreeMap<usize, Target<'s>>,
}

fn place(schema: &Value) -> usize {
    std::ptr::from_ref(schema) as usize
}

impl<'s> Document<'s> {
    /// Follows all references; the inner error is what Helm says of one that leads nowhere.
    pub(super) fn new(
        root: &'s Value,
        library: Library,
        budget: &mut Budget,
    ) -> Result<Result<Self, String>, Exceeded> {
        let draft = root.get("$schema").and_then(Value::as_str).and_then(draft);
        let mut index = Index { named: BTreeMap::new(), references: Vec::new(), library, budget };
        if let Ok(base) = Url::parse(ADDRESS) {
            index.named.insert(base.to_string(), root);
            index.collect(root, &base)?;
        }
        let Index { named, references, .. } = index;
        let targets = references.into_iter().map(|one| (place(one.holder), resolve(&one, &named, library))).collect();
        let document = Document { root, draft, targets };
        Ok(document.check_used().map(|()| document))
    }

    /// The schema that the reference in `holder` leads to.
    pub(super) fn target(&self, holder: &Value) -> &'s Value {
        match self.targets.get(&place(holder)) {
            Some(Target::Here(schema)) => schema,
            _ => &ANYTHING,
        }
    }

    /// The addresses outside of the chart that are referred to, each once.
    pub(super) fn unresolved(&self) -> BTreeSet<String> {
        let elsewhere = self.targets.values().filter_map(|target| match target {
            Target::Elsewhere(address) => Some(address.clone()),
            _ => None,
        });
        elsewhere.collect()
    }

    /// Only what is in use has to lead somewhere.
    fn check_used(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        let mut pending = vec![self.root];
        while let Some(schema) = pending.pop() {
            if !seen.insert(place(schema)) {
                continue;
            }
            match self.targets.get(&place(schema)) {
                Some(Target::Broken(told)) => return Err(told.clone()),
                Some(Target::Here(target)) => pending.push(target),
                _ => {}
            }
            pending.extend(schema.as_object().into_iter().flatten().flat_map(|(keyword, value)| below(keyword, value)));
        }
        Ok(())
    }
}

/// The schemas that stand in a keyword's value.
fn below<'s>(keyword: &str, value: &'s Value) -> Vec<&'s Value> {
    match keyword {
        "properties" | "patternProperties" | "dependencies" | "dependentSchemas" => {
            value.as_object().into_iter().flat_map(Map::values).collect()
        }
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => value.as_array().into_iter().flatten().collect(),
        "items" => value.as_array().map_or_else(|| vec![value], |items| items.iter().collect()),
        "additionalProperties"
        | "additionalItems"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties" => vec![value],
        _ => Vec::new(),
    }
}

fn draft(address: &str) -> Option<Draft> {
    let address = address.trim_end_matches('#');
    let name = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"))?;
    Some(match name.strip_prefix("json-schema.org/")? {
        "draft-04/schema" => Draft::D4,
        "draft-06/schema" => Draft::D6,
        "draft-07/schema" => Draft::D7,
        "draft/2019-09/schema" => Draft::D2019,
        _ => Draft::D2020,
    })
}

struct Reference<'s> {
    holder: &'s Value,
    base: Url,
    text: &'s str,
}

struct Index<'s, 'b> {
    /// Schemas by their addresses, with and without an anchor.
    named: BTreeMap<String, &'s Value>,
    references: Vec<Reference<'s>>,
    library: Library,
    budget: &'b mut Budget,
}

impl<'s> Index<'s, '_> {
    fn collect(&mut self, value: &'s Value, base: &Url) -> Result<(), Exceeded> {
        self.budget.spend(1)?;
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.collect(item, base)),
            Value::Object(map) => self.schema(value, map, base),
            _ => Ok(()),
        }
    }

    fn schema(&mut self, holder: &'s Value, map: &'s Map<String, Value>, base: &Url) -> Result<(), Exceeded> {
        let mut base = base.clone();
        let id = map.get("$id").or_else(|| map.get("id")).and_then(Value::as_str);
        if let Some(own) = id.and_then(|id| base.join(id).ok()) {
            self.named.entry(own.to_string()).or_insert(holder);
            if own.fragment().is_none_or(str::is_empty) {
                base = own;
                base.set_fragment(None);
                self.named.entry(base.to_string()).or_insert(holder);
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            let name = map.get(keyword).and_then(Value::as_str).filter(|_| self.library == Library::Nested);
            if let Some(name) = name {
                let mut address = base.clone();
                address.set_fragment(Some(name));
                self.named.entry(address.to_string()).or_insert(holder);
            }
        }
        for keyword in ["$ref", "$recursiveRef", "$dynamicRef"] {
            if let Some(text) = map.get(keyword).and_then(Value::as_str) {
                self.references.push(Reference { holder, base: base.clone(), text });
            }
        }
        for (keyword, value) in map {
            if !matches!(keyword.as_str(), "const" | "enum" | "default" | "examples") {
                self.collect(value, &base)?;
            }
        }
        Ok(())
    }
}

fn resolve<'s>(reference: &Reference<'s>, named: &BTreeMap<String, &'s Value>, library: Library) -> Target<'s> {
    let Ok(mut address) = reference.base.join(reference.text) else {
        return Target::Broken(format!("error in parsing {:?}", reference.text));
    };
    if let Some(schema) = named.get(address.as_str()) {
        return Target::Here(schema);
    }
    let shown = address.to_string();
    let pointer = address.fragment().unwrap_or_default().to_owned();
    address.set_fragment(None);
    let Some(resource) = named.get(address.as_str()) else {
        return match address.scheme() {
            "file" => {
                let path = address.path();
                Target::Broken(format!(
                    "failing loading {:?}: open {path}: no such file or directory",
                    address.as_str()
                ))
            }
            _ => Target::Elsewhere(address.to_string()),
        };
    };
    if !pointer.is_empty() && !pointer.starts_with('/') {
        if library == Library::Flat {
            // Compat: what is no pointer points at the whole.
            return Target::Here(resource);
        }
        return Target::Broken(format!("anchor in {shown:?} not found in schema {:?}", address.as_str()));
    }
    match resource.pointer(&unescaped(&pointer)) {
        Some(schema) => Target::Here(schema),
        None if library == Library::Flat => Target::Broken(missing_step(resource, &unescaped(&pointer))),
        None => Target::Broken(format!("json-pointer in {shown:?} not found")),
    }
}

/// What the library of Helm 3.17 says of a pointer that leads nowhere: the first step that fails.
fn missing_step(resource: &Value, pointer: &str) -> String {
    let mut at = resource;
    for step in pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")) {
        at = match at {
            Value::Object(map) => match map.get(&step) {
                Some(below) => below,
                None => return format!("Object has no key '{step}'"),
            },
            Value::Array(items) => match step.parse::<usize>().map(|index| items.get(index)) {
                Ok(Some(below)) => below,
                Ok(None) => return format!("Out of bound array[0,{}] index '{step}'", items.len()),
                Err(_) => return format!("Invalid array index '{step}'"),
            },
            _ => return format!("Invalid token reference '{step}'"),
        };
    }
    String::new()
}

/// A fragment without its percent signs.
fn unescaped(fragment: &str) -> String {
    let bytes = fragment.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                plain.push(code);
                at += 3;
            }
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
