//! Events.

use super::age::since;
use super::name::name;
use crate::read;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Events as core has them.
pub fn row(event: &Value, now: Timestamp) -> Vec<Value> {
    let time = |field: &str| read::given(event, field);
    let series = read::given(event, "series");
    let first = time("firstTimestamp").or(time("eventTime")).unwrap_or(&Value::Null);
    let last = match series {
        Some(series) => read::at(series, "lastObservedTime"),
        None => time("lastTimestamp").unwrap_or(first),
    };
    let count = match series {
        Some(series) => read::number(series, "count"),
        None => read::number(event, "count").max(1),
    };
    let involved = read::at(event, "involvedObject");
    let mut object = read::text(involved, "kind").to_lowercase();
    if !read::text(involved, "name").is_empty() {
        object = format!("{object}/{}", read::text(involved, "name"));
    }
    vec![
        json!(since(last, now)),
        json!(read::text(event, "type")),
        json!(read::text(event, "reason")),
        json!(object),
        json!(read::text(involved, "fieldPath")),
        json!(source(event)),
        json!(read::text(event, "message").trim()),
        json!(since(first, now)),
        json!(count),
        name(event),
    ]
}

fn source(event: &Value) -> String {
    let source = read::at(event, "source");
    let component = match read::text(source, "component") {
        "" => read::text(event, "reportingComponent"),
        component => component,
    };
    let host = match read::text(source, "host") {
        "" => read::text(event, "reportingInstance"),
        host => host,
    };
    if host.is_empty() { component.to_owned() } else { format!("{component}, {host}") }
}
