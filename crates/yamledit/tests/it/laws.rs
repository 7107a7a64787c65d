//! Whatever a document holds, setting one of its scalars gives a document that differs in that scalar alone.

use budget::Budget;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value};
use yamledit::{Document, Path};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c]{1,2}", inner, 1..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Texts that tempt an emitter: with quotes, line ends, indicators, numbers.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9.]{0,6}",
        "[ -~\n]{0,12}",
        Just("1.20".to_owned()),
        Just("yes".to_owned()),
        Just("# no".to_owned())
    ]
}

fn leaves(value: &Value, path: &Path, found: &mut Vec<Path>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| leaves(value, &path.key(key), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| leaves(item, &path.index(at), found)),
        _ => found.push(path.clone()),
    }
}

fn put(value: &mut Value, path: &Path, text: &str) {
    let pointer: String = path
        .0
        .iter()
        .map(|step| match step {
            yamledit::Step::Key(key) => format!("/{key}"),
            yamledit::Step::Index(index) => format!("/{index}"),
        })
        .collect();
    *value.pointer_mut(&pointer).expect("the leaf that was chosen") = Value::from(text);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn an_edit_changes_what_it_names_and_nothing_else(
        root in prop::collection::btree_map("[a-d]{1,2}", value(), 1..5),
        chosen in any::<prop::sample::Index>(),
        new in text(),
        comments in any::<bool>(),
    ) {
        let mut root = Value::Object(root.into_iter().collect());
        let mut text = yaml::emit(&root);
        if comments {
            text = format!("# head\n\n{text}# foot\n");
        }
        let mut found = Vec::new();
        leaves(&root, &Path::default(), &mut found);
        let path = chosen.get(&found);
        let budget = &mut Budget::default();
        let mut document = Document::parse(&text, budget).unwrap();
        document.set(path, &new, budget).unwrap();
        put(&mut root, path, &new);
        let read = yaml::parse_one(document.text().as_bytes(), yaml::Dialect::V2, budget).unwrap();
        prop_assert_eq!(&read, &root, "{} in\n{}\ngives\n{}", path, text, document.text());
        if comments {
            prop_assert!(document.text().starts_with("# head\n\n") && document.text().ends_with("# foot\n"));
        }
    }
}
