//! YAML, `--set` and patches.

use super::{aliases, refused};
use budget::Budget;
use helm::{Profile, Source, UserValues};
use merge::json_patch;
use yaml::Dialect;

fn read(text: &str) -> String {
    match yaml::parse_all(text.as_bytes(), Dialect::V2, &mut Budget::default()) {
        Ok(documents) => format!("{} documents", documents.len()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn yaml_is_stopped_by_counted_limits() {
    let _turn = super::turn();
    let levels = 100_000;
    let cases = [
        ("aliases that explode", "limit: ", aliases(12)),
        ("aliases that explode in maps", "limit: ", aliases(12).replace('[', "{k: [").replace(']', "]}")),
        ("sequences in sequences", "limit: depth", "[".repeat(levels)),
        ("maps in maps", "limit: depth", "{a: ".repeat(levels)),
        ("indented sequences", "limit: depth", "- ".repeat(levels)),
        ("indented maps", "limit: depth", (0..2_000).map(|i| format!("{}a:\n", " ".repeat(i))).collect()),
        ("one long text", "limit: bytes", format!("a: {}", "x".repeat(41 << 20))),
    ];
    for (name, expected, text) in cases {
        refused(name, expected, || read(&text));
    }
}

#[test]
fn dense_yaml_is_stopped_by_what_it_becomes() {
    let _turn = super::turn();
    let million = |piece: &str| piece.repeat(1_000_000);
    let cases = [
        ("a million maps in a list", format!("a: [{}]\n", million("{a: 1},"))),
        ("a million maps line by line", million("- {a: 1}\n")),
        ("a million maps in lines", million("- a: 1\n")),
        ("a million lists", format!("[{}]", million("[1],"))),
        ("a million numbers", million("- 1\n")),
        ("a million numbers in a line", format!("[{}]", million("1,"))),
        ("a million documents", million("---\na: {b: 1}\n")),
        ("a million empty maps", format!("[{}]", million("{},"))),
        ("a million keys", (0..1_000_000).map(|at| format!("k{at}: 1\n")).collect()),
        ("a million anchors", million("- &a {a: 1}\n")),
        ("a million aliases", format!("a: &a {{a: 1}}\nb: [{}]\n", million("*a,"))),
        ("anchors in each other", format!("{}{}", "&a [".repeat(100), "{a: 1},".repeat(30_000)) + &"]".repeat(100)),
    ];
    for (name, text) in cases {
        refused(name, "limit: bytes", || read(&text));
    }
}

#[test]
fn values_of_the_command_line_are_bounded() {
    let _turn = super::turn();
    let cases = [
        ("a far index", "index", "a[999999999]=x".to_owned()),
        ("deep names", "", "a.".repeat(100_000) + "b=1"),
        ("deep lists", "", "a".to_owned() + &"[0]".repeat(100_000) + "=1"),
        ("far indexes in each other", "", "a".to_owned() + &"[65536]".repeat(100) + "=1"),
        ("far indexes side by side", "", (0..1000).map(|i| format!("a{i}[65536]=1,")).collect()),
    ];
    for (name, expected, text) in cases {
        refused(name, expected, || {
            match UserValues::merge(&[Source::Set(text.clone())], Profile::default(), &mut Budget::default()) {
                Ok(_) => "has values".to_owned(),
                Err(error) => error.to_string(),
            }
        });
    }
}

#[test]
fn patches_that_grow_are_stopped() {
    let _turn = super::turn();
    let copy = serde_json::json!({"op": "copy", "from": "/a", "path": "/a/-"});
    let patch = serde_json::Value::Array(vec![copy; 64]);
    let document = serde_json::json!({"a": [1, 2, 3]});
    refused("copies of the whole", "more than 3145728 bytes", || {
        json_patch::apply(&document, &patch).map_or_else(|error| error.to_string(), |_| "applied".to_owned())
    });
    let many = serde_json::Value::Array(vec![serde_json::json!({"op": "test", "path": "/a/0", "value": 1}); 10_001]);
    refused("ten thousand and one operations", "10000", || {
        json_patch::apply(&document, &many).map_or_else(|error| error.to_string(), |_| "applied".to_owned())
    });
}
