//! The table of messages, read once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Lines `= group/version/Kind message`, then `message number:json:type …`.
const TABLE: &str = include_str!("messages.txt");

/// A field of a message.
#[derive(Debug)]
pub struct Field {
    pub number: u64,
    /// Empty when the field's message is embedded.
    pub json: &'static str,
    /// Written even when it is empty.
    pub is_kept: bool,
    /// Absent and empty differ.
    pub is_optional: bool,
    pub kind: Kind,
}

/// What a field holds.
#[derive(Debug)]
pub enum Kind {
    Int,
    Bool,
    Text,
    Bytes,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    Raw,
    Message(&'static str),
    List(Box<Kind>),
    Map(Box<Kind>),
}

#[derive(Debug, Default)]
struct Table {
    kinds: BTreeMap<&'static str, &'static str>,
    messages: BTreeMap<&'static str, Vec<Field>>,
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(|| {
        let mut table = Table::default();
        for line in TABLE.lines() {
            let mut words = line.split(' ');
            match (words.next(), words.next()) {
                (Some("="), Some(kind)) => {
                    table.kinds.insert(kind, words.next().unwrap_or_default());
                }
                (Some(message), first) => {
                    let fields = first.into_iter().chain(words).filter_map(field).collect();
                    table.messages.insert(message, fields);
                }
                _ => {}
            }
        }
        table
    })
}

fn field(text: &'static str) -> Option<Field> {
    let mut parts = text.splitn(3, ':');
    let (number, json, mut ty) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    let is_kept = ty.starts_with('!');
    ty = ty.trim_start_matches('!');
    let is_optional = ty.starts_with('?');
    Some(Field { number, json, is_kept, is_optional, kind: kind(ty.trim_start_matches('?')) })
}

fn kind(ty: &'static str) -> Kind {
    if let Some(element) = ty.strip_prefix("[]") {
        return Kind::List(Box::new(kind(element)));
    }
    if let Some(element) = ty.strip_prefix("{}") {
        return Kind::Map(Box::new(kind(element)));
    }
    match ty {
        "int" => Kind::Int,
        "bool" => Kind::Bool,
        "string" => Kind::Text,
        "bytes" => Kind::Bytes,
        "time" => Kind::Time,
        "microtime" => Kind::MicroTime,
        "quantity" => Kind::Quantity,
        "intorstring" => Kind::IntOrString,
        "raw" => Kind::Raw,
        message => Kind::Message(message),
    }
}

/// The fields of the message that objects of a kind are.
pub fn message_of(api_version: &str, kind: &str) -> Option<&'static [Field]> {
    // Options are of every group and the same in all.
    let known = table().kinds.get(format!("{api_version}/{kind}").as_str());
    let message = if kind == "DeleteOptions" { Some(&"meta/v1.DeleteOptions") } else { known };
    fields_of(message?)
}

/// The fields of a message.
pub fn fields_of(message: &str) -> Option<&'static [Field]> {
    table().messages.get(message).map(Vec::as_slice)
}
