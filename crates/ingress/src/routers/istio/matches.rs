//! Matches of a VirtualService as conditions. A leaf module.

use crate::condition::{Condition, Text};
use serde_json::Value;

/// Fields of a match that say from where a request comes, which here is always the same.
const WHEREFROM: [&str; 4] = ["name", "port", "gateways", "statPrefix"];

/// One match: all its fields must hold. What is not known here never holds.
pub fn one_of(one: &Value) -> Condition {
    let fields = one.as_object().into_iter().flatten().filter(|(field, _)| !WHEREFROM.contains(&field.as_str()));
    let mut all = Vec::new();
    for (field, wanted) in fields {
        match field.as_str() {
            "uri" => all.push(Condition::Path(string_match(wanted))),
            "method" => all.push(Condition::Method(string_match(wanted))),
            "authority" => all.push(Condition::Header("host".to_owned(), string_match(wanted))),
            "queryParams" => all.extend(parameters(wanted)),
            "headers" => all.extend(headers(wanted)),
            "withoutHeaders" => all.extend(headers(wanted).map(|header| Condition::Not(Box::new(header)))),
            _ => all.push(Condition::Path(Text::Never)),
        }
    }
    Condition::All(all)
}

fn headers(wanted: &Value) -> impl Iterator<Item = Condition> {
    let headers = wanted.as_object().into_iter().flatten();
    headers.map(|(name, wanted)| Condition::Header(name.clone(), string_match(wanted)))
}

fn parameters(wanted: &Value) -> impl Iterator<Item = Condition> {
    let parameters = wanted.as_object().into_iter().flatten();
    parameters.map(|(name, wanted)| Condition::Query(name.clone(), string_match(wanted)))
}

fn string_match(wanted: &Value) -> Text {
    let field = |name: &str| wanted.get(name).and_then(Value::as_str);
    if let Some(text) = field("exact") {
        return Text::Exact(text.to_owned());
    }
    if let Some(text) = field("prefix") {
        return Text::Prefix(text.to_owned());
    }
    field("regex").map_or(Text::Present, Text::whole)
}
