//! The reader of lines held against the whole grammar: what it takes, both read alike.

#[cfg(test)]
mod tests {
    use crate::compose::parse_composed;
    use crate::lines::{self, Wanted};
    use crate::scalar::Dialect;
    use budget::Budget;
    use proptest::prelude::*;
    use serde_json::Value;
    use std::path::Path;

    /// Whether the simple reader took `text`; that it read what the grammar reads.
    fn agree(text: &str, told: &str) -> bool {
        let (mut by_lines, mut composed) = (Budget::default(), Budget::default());
        let Some(document) = lines::read(text, Dialect::V2, Wanted::All, &mut by_lines) else { return false };
        let expected = parse_composed(text, Dialect::V2, &mut composed);
        assert_eq!(expected.as_deref(), Ok([document.clone()].as_slice()), "{told}:\n{text}");
        assert_eq!(left(&mut by_lines), left(&mut composed), "{told}: both pay alike:\n{text}");
        let some = lines::read(text, Dialect::V2, Wanted::Only(&["kind", "b"]), &mut Budget::default());
        let entry = |document: &Value, name: &str| document.get(name).cloned();
        for name in ["kind", "b"] {
            let found = some.as_ref().map(|some| entry(&some.value, name));
            assert_eq!(found, Some(entry(&document.value, name)), "{told}: {name} of\n{text}");
        }
        true
    }

    /// How much fuel is left, found by halves.
    fn left(budget: &mut Budget) -> u64 {
        let mut step = 1 << 40;
        let mut spent = 0;
        while step > 0 {
            match budget.spend(step) {
                Ok(()) => spent += step,
                Err(_) => step /= 2,
            }
        }
        spent
    }

    /// Pieces of which lines are made, harmless and not.
    const PIECES: [&str; 45] = [
        "a",
        "b",
        "kind",
        "true",
        "no",
        "1",
        "0x1f",
        "1.50",
        "2001-01-02",
        ".inf",
        "~",
        "\"q\"",
        "'it''s'",
        "\"a\\nb\"",
        "\"",
        "'",
        ": ",
        ":",
        ": |",
        ": |-",
        ": >",
        "- ",
        "-",
        "  ",
        " ",
        "#",
        " # c",
        "[]",
        "{}",
        "[a, 'b', 1]",
        "{a: 1, b: [x]}",
        "[a",
        ", ",
        "]",
        "}",
        "&x ",
        "*x",
        "!t ",
        "<<",
        "? ",
        "é",
        "|",
        "---",
        "word word",
        "\t",
    ];

    fn line() -> impl Strategy<Value = String> {
        let pieces = proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..4);
        let entry = (proptest::sample::select(vec!["a", "b", "c", "kind", "\"d\""]), pieces.clone());
        let entry = entry.prop_map(|(key, value)| format!("{key}: {}", value.concat()));
        let item = proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..3);
        let item = item.prop_map(|value| format!("- {}", value.concat()));
        let open = proptest::sample::select(vec![
            "a:", "b:", "kind:", "- a:", "- - b", "k: |", "- |-", "", "# c", "{}", "[a, b]",
        ]);
        let content =
            prop_oneof![4 => entry, 2 => item, 4 => open.prop_map(str::to_owned), 1 => pieces.prop_map(|p| p.concat())];
        (0_usize..5, content).prop_map(|(indent, content)| format!("{}{content}", " ".repeat(indent)))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_lines_make_is_what_the_grammar_makes(lines in proptest::collection::vec(line(), 1..9), ended: bool) {
            let text = lines.join("\n") + if ended { "\n" } else { "" };
            agree(&text, "drawn");
        }
    }

    /// The manifests and charts that other crates' cases hold.
    #[test]
    fn real_files_are_read_alike() {
        let (mut taken, mut all) = (0, 0);
        let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..")];
        while let Some(folder) = pending.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    pending.push(path);
                } else if path.extension().is_some_and(|kind| kind == "yaml")
                    && let Ok(text) = std::fs::read_to_string(&path)
                {
                    all += 1;
                    taken += u32::from(agree(&text, &path.display().to_string()));
                }
            }
        }
        assert!(taken * 3 > all, "only {taken} of {all} files are simple enough");
    }
}
