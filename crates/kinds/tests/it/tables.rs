//! Recorded tables: the same columns, and the same cells for the objects of the plain list beside them.

use crate::recorded::{Step, collection, steps};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn kind_of(step: &Step) -> &'static kinds::Kind {
    let (group, version, _, resource) = collection(&step.path).expect("the path of a collection");
    kinds::by_resource(&group, &version, &resource).expect("a built-in kind").kind
}

#[test]
fn columns_are_those_of_a_real_server() {
    let tables: Vec<Step> =
        steps("tables.jsonl.gz").into_iter().filter(|step| step.response["kind"] == "Table").collect();
    assert_eq!(tables.len(), 33);
    for table in tables {
        let columns: Vec<Value> = kind_of(&table)
            .columns()
            .iter()
            .map(|column| {
                json!({
                    "name": column.name, "type": column.kind, "format": column.format,
                    "description": column.description, "priority": column.priority,
                })
            })
            .collect();
        assert_eq!(json!(columns), table.response["columnDefinitions"], "{}", table.case);
    }
}

#[test]
fn cells_are_those_of_a_real_server() {
    let steps = steps("tables.jsonl.gz");
    let mut rows = 0;
    for pair in steps.chunk_by(|a, b| a.case == b.case).filter(|pair| pair.len() == 2) {
        let kind = kind_of(&pair[0]);
        let (table, list) =
            if pair[0].response["kind"] == "Table" { (&pair[0], &pair[1]) } else { (&pair[1], &pair[0]) };
        let items = list.response["items"].as_array().expect("items");
        for (row, item) in table.response["rows"].as_array().into_iter().flatten().zip(items) {
            let cells = row["cells"].as_array().expect("cells");
            let ours = timeless(kind.row(&created_before(item, 4), now()));
            assert_eq!(ours, timeless(cells.clone()), "{} {}", table.case, item["metadata"]["name"]);
            rows += 1;
        }
    }
    assert!(rows > 30, "only {rows} rows were compared");
}

fn now() -> Timestamp {
    "2026-01-01T00:00:10Z".parse().expect("a time")
}

/// The item with its times, which the recording hides, so long ago.
fn created_before(item: &Value, seconds: i64) -> Value {
    let time = now().checked_sub(SignedDuration::from_secs(seconds)).expect("a time").to_string();
    let text = item.to_string().replace("<time>", &time);
    let text = text.replace("\"<nodePort:1>\"", "30888").replace("\"<nodePort:2>\"", "30889");
    serde_json::from_str(&text).expect("still JSON")
}

/// Cells with everything that depends on when the recording was made put aside.
fn timeless(cells: Vec<Value>) -> Vec<Value> {
    let is_age = |text: &str| {
        text.len() <= 4 && text.ends_with(['s', 'm']) && text[..text.len() - 1].chars().all(|c| c.is_ascii_digit())
    };
    let is_time = |text: &str| text.starts_with("2026-01-01T") || text == "<time>";
    let cell = |cell: Value| match cell.as_str() {
        Some(text) if is_age(text) || is_time(text) => json!("<time>"),
        _ => cell,
    };
    cells.into_iter().map(cell).collect()
}
