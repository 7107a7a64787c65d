//! The columns of custom resources in tables: `additionalPrinterColumns` and their JSON paths.

use jiff::Timestamp;
use serde_json::{Value, json};

/// What the name column says of itself, as in every table.
const NAME_DESCRIPTION: &str = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";
const CREATED_DESCRIPTION: &str = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

/// One column.
#[derive(Debug, Clone)]
pub struct PrinterColumn {
    name: String,
    kind: String,
    format: String,
    description: String,
    priority: i64,
    path: String,
}

/// Reads the columns of a version; without any, the age.
pub fn read(columns: Option<&Value>) -> Vec<PrinterColumn> {
    let text = |column: &Value, field: &str| column[field].as_str().unwrap_or_default().to_owned();
    let column = |column: &Value| PrinterColumn {
        name: text(column, "name"),
        kind: text(column, "type"),
        format: text(column, "format"),
        description: Some(text(column, "description")).filter(|description| !description.is_empty()).unwrap_or_else(
            || format!("Custom resource definition column (in JSONPath format): {}", text(column, "jsonPath")),
        ),
        priority: column["priority"].as_i64().unwrap_or_default(),
        path: text(column, "jsonPath"),
    };
    let list: Vec<PrinterColumn> = columns.and_then(Value::as_array).into_iter().flatten().map(column).collect();
    if !list.is_empty() {
        return list;
    }
    vec![PrinterColumn {
        name: "Age".to_owned(),
        kind: "date".to_owned(),
        format: String::new(),
        description: CREATED_DESCRIPTION.to_owned(),
        priority: 0,
        path: ".metadata.creationTimestamp".to_owned(),
    }]
}

/// The column definitions of a table.
pub fn definitions(columns: &[PrinterColumn]) -> Vec<Value> {
    let name = json!({
        "name": "Name", "type": "string", "format": "name", "description": NAME_DESCRIPTION, "priority": 0,
    });
    let others = columns.iter().map(|column| {
        json!({
            "name": column.name, "type": column.kind, "format": column.format,
            "description": column.description, "priority": column.priority,
        })
    });
    std::iter::once(name).chain(others).collect()
}

/// The cells of an object's row.
pub fn cells(columns: &[PrinterColumn], object: &Value, now: Timestamp) -> Vec<Value> {
    let name = object.pointer("/metadata/name").cloned().unwrap_or_default();
    let cell = |column: &PrinterColumn| {
        let found = find(object, &column.path);
        let Some(first) = found.first() else { return Value::Null };
        match column.kind.as_str() {
            "integer" => first.as_i64().map_or(Value::Null, Value::from),
            "number" => first.as_f64().map_or(Value::Null, Value::from),
            "boolean" => first.as_bool().map_or(Value::Null, Value::from),
            "date" => first.as_str().map_or(Value::Null, |text| age(text, now).into()),
            _ => texts(&found).into(),
        }
    };
    std::iter::once(name).chain(columns.iter().map(cell)).collect()
}

fn texts(found: &[&Value]) -> String {
    let text = |value: &&Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    found.iter().map(text).collect::<Vec<_>>().join(",")
}

/// How long ago that was, as kubectl shows it.
fn age(text: &str, now: Timestamp) -> String {
    let Ok(time) = text.parse::<Timestamp>() else { return "<unknown>".to_owned() };
    let seconds = now.as_second() - time.as_second();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let pair = |whole: i64, unit: &str, rest: i64, small: &str| {
        if rest == 0 { format!("{whole}{unit}") } else { format!("{whole}{unit}{rest}{small}") }
    };
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1..0 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        _ if minutes < 10 => pair(minutes, "m", seconds % 60, "s"),
        _ if minutes < 180 => format!("{minutes}m"),
        _ if hours < 8 => pair(hours, "h", minutes % 60, "m"),
        _ if hours < 48 => format!("{hours}h"),
        _ if hours < 192 => pair(days, "d", hours % 24, "h"),
        _ if days < 730 => format!("{days}d"),
        _ if days < 365 * 8 => pair(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

/// What a simple JSON path finds: fields, `['field']`, `[index]`, `[*]` and `[?(@.field=="text")]`.
pub fn find<'v>(object: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![object];
    let mut rest = path.trim().trim_start_matches('$');
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inner) => match inner.split_once(']') {
                Some((step, after)) => (Step::bracket(step), after),
                None => return Vec::new(),
            },
            None => {
                let name = rest.trim_start_matches('.');
                let end = name.find(['.', '[']).unwrap_or(name.len());
                (Step::Field(name[..end].to_owned()), &name[end..])
            }
        };
        found = found.into_iter().flat_map(|value| step.of(value)).collect();
        rest = after;
    }
    found.retain(|value| !value.is_null());
    found
}

enum Step {
    Field(String),
    Index(i64),
    All,
    Where(String, String),
}

impl Step {
    fn bracket(text: &str) -> Step {
        let unquoted = text.trim_matches(['\'', '"']);
        if unquoted == "*" {
            return Step::All;
        }
        if let Some((field, wanted)) =
            text.strip_prefix("?(@").and_then(|text| text.trim_end_matches(')').split_once("=="))
        {
            let wanted = wanted.trim().trim_matches(['\'', '"']);
            return Step::Where(field.trim().trim_start_matches('.').to_owned(), wanted.to_owned());
        }
        text.parse().map_or_else(|_| Step::Field(unquoted.to_owned()), Step::Index)
    }

    fn of<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match self {
            Step::Field(name) => value.get(name).into_iter().collect(),
            Step::Index(index) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let at = if *index < 0 { items.len() as i64 + index } else { *index };
                usize::try_from(at).ok().and_then(|at| items.get(at)).into_iter().collect()
            }
            Step::All => match value {
                Value::Array(items) => items.iter().collect(),
                Value::Object(map) => map.values().collect(),
                _ => Vec::new(),
            },
            Step::Where(field, wanted) => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let matches = |item: &&Value| match item.get(field) {
                    Some(Value::String(text)) => text == wanted,
                    Some(other) => serde_json::to_string(other).is_ok_and(|text| text == *wanted),
                    None => false,
                };
                items.iter().filter(matches).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find() {
        let object = json!({"spec": {"a": "x", "l": [{"t": "R", "s": "1"}, {"t": "Q", "s": "2"}]}});
        let table = [
            (".spec.a", "x"),
            ("$.spec['a']", "x"),
            (".spec.l[0].s", "1"),
            (".spec.l[-1].s", "2"),
            (".spec.l[*].s", "1,2"),
            (".spec.l[?(@.t==\"Q\")].s", "2"),
            (".spec.nothing", ""),
        ];
        for (path, expected) in table {
            assert_eq!(texts(&find(&object, path)), expected, "{path}");
        }
    }

    #[test]
    fn ages_read_as_kubectl_shows_them() {
        let now: Timestamp = "2026-01-02T00:00:00Z".parse().expect("a time");
        let table =
            [("2026-01-01T23:59:30Z", "30s"), ("2026-01-01T23:54:30Z", "5m30s"), ("2026-01-01T00:00:00Z", "24h")];
        for (time, expected) in table {
            assert_eq!(age(time, now), expected);
        }
    }
}
