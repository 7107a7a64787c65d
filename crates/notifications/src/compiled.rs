//! A template's fields, compiled, and what becomes of them when they are rendered.

use crate::fields::{Empty, Field, Row};
use crate::limits;
use gotemplate::{FuncMap, MissingKey, Run, Set, Value};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// What all templates may call.
static FUNCTIONS: LazyLock<Arc<FuncMap>> = LazyLock::new(|| Arc::new(sprig::argo::notification()));

/// One text, compiled.
#[derive(Clone)]
pub(crate) struct Compiled {
    set: Set,
    name: String,
    source: String,
}

/// Fields, compiled.
#[derive(Clone)]
pub(crate) enum Node {
    Text(Compiled),
    Filled(Compiled),
    Texts(Vec<Compiled>),
    Maps(BTreeMap<String, Compiled>, Empty),
    Value(Json),
    Section(BTreeMap<String, Node>),
    Sections(Vec<BTreeMap<String, Node>>),
    Nothing,
}

impl Compiled {
    /// Compiles a text of the template `name`.
    ///
    /// # Errors
    /// When it is no template, in Go's words.
    pub(crate) fn new(name: &str, source: &str) -> Result<Self, String> {
        let mut set = Set::new(Arc::clone(&FUNCTIONS), MissingKey::default());
        set.parse(name, source.as_bytes(), &mut limits::rendering()).map_err(|error| error.to_string())?;
        Ok(Compiled { set, name: name.to_owned(), source: source.to_owned() })
    }

    /// What it gives.
    ///
    /// # Errors
    /// When it fails or exceeds the run's budget, in Go's words.
    pub(crate) fn render(&self, dot: &Value, run: &mut Run<'_>) -> Result<String, String> {
        // An empty text is no template to Go, and gives nothing.
        if self.source.is_empty() {
            return Ok(String::new());
        }
        let text = self.set.execute(&self.name, dot, run).map_err(|error| error.to_string())?;
        Ok(text.to_str_lossy().into_owned())
    }
}

/// Compiles checked fields.
///
/// # Errors
/// When one is no template.
pub(crate) fn compile(name: &str, rows: &[Row], values: &Json) -> Result<BTreeMap<String, Node>, String> {
    let none = Map::new();
    let entries = values.as_object().unwrap_or(&none);
    if let [Row { name: "", field: Field::ByName(rows), .. }] = rows {
        let sections = entries.iter().map(|(key, it)| Ok((key.clone(), Node::Section(compile(name, rows, it)?))));
        return sections.collect();
    }
    let node = |row: &Row| Ok((row.name.to_owned(), node(name, row, entries.get(row.name).unwrap_or(&Json::Null))?));
    rows.iter().map(node).collect()
}

fn node(name: &str, row: &Row, value: &Json) -> Result<Node, String> {
    let text = |value: &Json| Compiled::new(name, value.as_str().filter(|it| !it.is_empty()).unwrap_or(row.default));
    Ok(match (row.field, value) {
        (Field::Text, value) => Node::Text(text(value)?),
        (Field::Filled, value) => Node::Filled(text(value)?),
        (Field::Texts, Json::Array(items)) => Node::Texts(items.iter().map(text).collect::<Result<_, _>>()?),
        (Field::Maps(empty), Json::Object(entries)) => {
            let entries = entries.iter().map(|(key, value)| Ok((key.clone(), text(value)?)));
            Node::Maps(entries.collect::<Result<_, String>>()?, empty)
        }
        (Field::Optional(default), Json::Null) => Node::Value(default.into()),
        (Field::Section(rows) | Field::ByName(rows), Json::Object(_)) => Node::Section(compile(name, rows, value)?),
        (Field::Sections(rows), Json::Array(items)) => {
            Node::Sections(items.iter().map(|it| compile(name, rows, it)).collect::<Result<_, _>>()?)
        }
        (Field::Plain | Field::List | Field::Switch | Field::Optional(_), value) => Node::Value(value.clone()),
        _ => Node::Nothing,
    })
}

/// Renders fields into what earlier templates gave.
///
/// # Errors
/// When one fails.
pub(crate) fn render(
    nodes: &BTreeMap<String, Node>,
    dot: &Value,
    run: &mut Run<'_>,
    into: &mut Map<String, Json>,
) -> Result<(), String> {
    for (name, node) in nodes {
        let before = into.get(name).cloned();
        if let Some(value) = rendered(node, before, dot, run)? {
            into.insert(name.clone(), value);
        }
    }
    Ok(())
}

fn rendered(node: &Node, before: Option<Json>, dot: &Value, run: &mut Run<'_>) -> Result<Option<Json>, String> {
    Ok(match node {
        Node::Text(text) => Some(text.render(dot, run)?.into()),
        Node::Filled(text) => match (text.render(dot, run)?, before) {
            (text, None) => Some(text.into()),
            (text, Some(_)) if !text.is_empty() => Some(text.into()),
            (_, before) => before,
        },
        Node::Texts(texts) => Some(
            texts.iter().map(|text| Ok(text.render(dot, run)?.into())).collect::<Result<Vec<Json>, String>>()?.into(),
        ),
        Node::Maps(entries, empty) => {
            let mut out = Map::new();
            for (key, text) in entries {
                let value = text.render(dot, run)?;
                let is_kept = value.is_empty() && *empty == Empty::IsSource;
                out.insert(key.clone(), if is_kept { text.source.clone().into() } else { value.into() });
            }
            Some(Json::Object(out))
        }
        Node::Value(value) => Some(value.clone()),
        Node::Section(nodes) => {
            let mut out = match before {
                Some(Json::Object(entries)) => entries,
                _ => Map::new(),
            };
            render(nodes, dot, run, &mut out)?;
            Some(Json::Object(out))
        }
        Node::Sections(all) => {
            let mut items = Vec::new();
            for nodes in all {
                let mut out = Map::new();
                render(nodes, dot, run, &mut out)?;
                items.push(Json::Object(out));
            }
            Some(items.into())
        }
        Node::Nothing => None,
    })
}
