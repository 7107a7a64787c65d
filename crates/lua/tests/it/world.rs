//! Objects and ConfigMaps for the cases.

use jiff::Timestamp;
use lua::Customizations;
use object::Object;
use serde_json::{Value, json};

pub fn now() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().expect("a time")
}

pub fn read(entries: &[(&str, &str)]) -> Customizations {
    let (customizations, problems) = try_read(entries);
    assert_eq!(problems, Vec::<String>::new());
    customizations
}

pub fn try_read(entries: &[(&str, &str)]) -> (Customizations, Vec<String>) {
    let data = entries.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    Customizations::read(&data)
}

/// An object of `example.org/v1` with these fields besides.
pub fn thing(more: Value) -> Object {
    let mut value = json!({"apiVersion": "example.org/v1", "kind": "Thing",
        "metadata": {"name": "a", "namespace": "shop"}});
    value.as_object_mut().expect("a map").extend(more.as_object().cloned().expect("a map"));
    Object::from_value(&value).expect("an object")
}
