//! What attacks with functions cost: a counted limit ends each, and is named; nothing panics, whatever the arguments.

use crate::world::run_within;
use budget::{Exceeded, Limits};
use std::sync::Arc;

/// A render's usual room.
const LIMITS: Limits = Limits { fuel: 10_000_000, bytes: 64 << 20, depth: 128 };

#[test]
fn attacks_end_at_a_named_limit() {
    let bytes = Exceeded::Bytes(LIMITS.bytes);
    let fuel = Exceeded::Fuel(LIMITS.fuel);
    let depth = Exceeded::Depth(gotemplate::VALUE_DEPTH_MAX);
    let cases = [
        ("{{ repeat 1000000000 \"x\" }}", bytes),
        ("{{ \"x\" | repeat 100000 | repeat 100000 }}", bytes),
        ("{{ indent 1000000000 \"x\" }}", bytes),
        ("{{ indent 1000000 (repeat 1000 \"\\n\") }}", bytes),
        ("{{ range until 1000000000 }}x{{ end }}", fuel),
        ("{{ range untilStep 0 9223372036854775807 1 }}x{{ end }}", fuel),
        ("{{ range 1000000000 }}{{ end }}", fuel),
        ("{{ seq 1000000000 }}", fuel),
        ("{{ randAlphaNum 1000000000 }}", bytes),
        ("{{ randBytes 1000000000 }}", bytes),
        ("{{ printf \"%1000000d\" 1 | repeat 100 }}", bytes),
        ("{{ replace \"\" (repeat 10000 \"x\") (repeat 10000 \"y\") }}", bytes),
        ("{{ regexReplaceAll \"\" (repeat 10000 \"x\") (repeat 10000 \"y\") }}", bytes),
        ("{{ join (repeat 1000000 \"x\") (until 1000) }}", bytes),
        ("{{ wrapWith 1 (repeat 10000 \"x\") (repeat 10000 \"y \") }}", bytes),
        ("{{ $s := \"x\" }}{{ range 60 }}{{ $s = cat $s $s }}{{ end }}", bytes),
        ("{{ $l := list 1 }}{{ range 60 }}{{ $l = concat $l $l }}{{ end }}", bytes),
        ("{{ $l := list }}{{ range 2000000 }}{{ $l = list $l $l $l $l }}{{ end }}", bytes),
        ("{{ $l := list }}{{ range 2000000 }}{{ $l = list $l (dict \"a\" 1 \"b\" 2) }}{{ end }}", bytes),
        ("{{ $d := dict }}{{ range $i := until 400000 }}{{ $_ := set $d (print $i) $i }}{{ end }}", bytes),
        ("{{ $d := dict }}{{ range 60 }}{{ $d = dict \"a\" $d \"b\" (deepCopy $d) }}{{ end }}", bytes),
        (
            "{{ $s := repeat 1000000 \"x\" }}{{ $l := list }}{{ range 1000 }}{{ $l = append $l (upper $s) }}{{ end }}",
            bytes,
        ),
        ("{{ splitList \"\" (repeat 9000000 \"x\") | len }}", bytes),
        ("{{ split \"x\" (repeat 9000000 \"x\") | len }}", bytes),
        ("{{ regexFindAll \".\" (repeat 5000000 \"x\") -1 | len }}", bytes),
        ("{{ chunk 1 (until 1000000) | len }}", bytes),
        ("{{ $l := list 1 }}{{ range 1000000 }}{{ $l = append $l 1 }}{{ end }}", fuel),
        ("{{ $d := dict }}{{ $_ := set $d \"a\" $d }}{{ toJson $d }}", depth),
        ("{{ $d := dict }}{{ $_ := set $d \"a\" $d }}{{ $d | toString }}", depth),
        ("{{ $d := dict }}{{ $_ := set $d \"a\" $d }}{{ deepCopy $d | len }}", depth),
        (
            "{{ $d := dict }}{{ $e := dict \"a\" (dict) }}{{ $_ := set $d \"a\" $d }}{{ $_ := set $e \"a\" $e }}{{ mergeOverwrite $d $e | len }}",
            depth,
        ),
        (
            "{{ $d := dict }}{{ $_ := set $d \"a\" $d }}{{ $e := dict }}{{ $_ := set $e \"a\" $e }}{{ deepEqual $d $e }}",
            depth,
        ),
    ];
    let functions = Arc::new(sprig::functions());
    for (template, expected) in cases {
        let answer = run_within(template, &functions, LIMITS);
        // One text may take a quarter of all bytes.
        let of_one_text = (expected == bytes).then_some(Exceeded::Bytes(LIMITS.bytes / 4));
        let exceeded = answer.exceeded.filter(|it| *it == expected || Some(*it) == of_one_text);
        let exceeded = exceeded.unwrap_or_else(|| panic!("{template}: {}", answer.text));
        assert!(answer.text.contains(&exceeded.to_string()), "{template}: {}", answer.text);
    }
}

#[test]
fn keys_and_hashes_are_paid_for_before_they_are_made() {
    let little = Limits { fuel: 150_000, ..LIMITS };
    let functions = Arc::new(sprig::functions());
    for template in [
        "{{ genPrivateKey \"rsa\" }}",
        "{{ genPrivateKey \"dsa\" }}",
        "{{ (genCA \"x\" 1).Cert }}",
        "{{ range 100000 }}{{ $_ := bcrypt \"x\" }}{{ end }}",
        "{{ derivePassword 1 \"long\" \"p\" \"u\" \"s\" }}",
    ] {
        assert_eq!(run_within(template, &functions, little).exceeded, Some(Exceeded::Fuel(150_000)), "{template}");
    }
}

#[test]
fn regular_expressions_have_a_size() {
    let functions = Arc::new(sprig::functions());
    let nested = format!("{{{{ regexMatch `{}a{}` \"a\" }}}}", "(".repeat(2_000), ")".repeat(2_000));
    for template in [
        "{{ mustRegexMatch `((a{100}){100}){100}` \"a\" }}",
        "{{ mustRegexMatch `(((\\pL{10}){10}){10}){10}` \"a\" }}",
        "{{ mustRegexMatch `a{1001}` \"a\" }}",
        nested.as_str(),
    ] {
        let answer = run_within(template, &functions, LIMITS);
        assert!(answer.failed || answer.text == "\"false\"", "{}", answer.text);
    }
    // Backtracking would take for ever.
    let answer = run_within("{{ regexMatch `^(a+)+$` (print (repeat 50000 \"a\") \"b\") }}", &functions, LIMITS);
    assert_eq!(answer.text, "\"false\"");
}

#[test]
fn nothing_leaves_the_process() {
    let functions = Arc::new(sprig::functions());
    for template in ["{{ env \"HOME\" }}", "{{ expandenv \"$HOME\" }}"] {
        let answer = run_within(template, &functions, LIMITS);
        assert!(answer.text.contains("reading the environment is not allowed"), "{}", answer.text);
    }
    let answer = run_within("{{ getHostByName \"example.com\" }}", &functions, LIMITS);
    assert!(answer.failed, "{}", answer.text);
}
