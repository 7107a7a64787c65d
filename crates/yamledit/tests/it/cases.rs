//! Files before and after an edit.

use budget::{Budget, Limits};
use yamledit::{Document, EditError, Kind, Path, Step};

/// `image.tags[0]` as a path.
fn path(text: &str) -> Path {
    let mut steps = Vec::new();
    for part in text.split('.') {
        let (key, index) = part.split_once('[').map_or((part, None), |(key, index)| (key, Some(index)));
        if !key.is_empty() {
            steps.push(Step::Key(key.to_owned()));
        }
        steps.extend(index.map(|index| Step::Index(index.trim_end_matches(']').parse().expect("an index"))));
    }
    Path(steps)
}

fn set(text: &str, at: &str, value: &str) -> Result<String, EditError> {
    let budget = &mut Budget::default();
    let mut document = Document::parse(text, budget)?;
    document.set(&path(at), value, budget)?;
    assert_eq!(document.scalar(&path(at)), Some(value), "the value that was set can be read");
    Ok(document.text().to_owned())
}

fn check_set(before: &str, at: &str, value: &str, after: &str) {
    assert_eq!(set(before, at, value).as_deref(), Ok(after), "{at} = {value} in\n{before}");
}

fn append(text: &str, at: &str, entries: &[(&str, &str)]) -> Result<String, EditError> {
    let budget = &mut Budget::default();
    let mut document = Document::parse(text, budget)?;
    document.append(&path(at), entries, budget)?;
    Ok(document.text().to_owned())
}

fn remove(text: &str, at: &str) -> Result<String, EditError> {
    let budget = &mut Budget::default();
    let mut document = Document::parse(text, budget)?;
    document.remove(&path(at), budget)?;
    Ok(document.text().to_owned())
}

#[test]
fn a_plain_value_is_replaced_where_it_stands_and_its_comment_stays() {
    check_set(
        "# values\n\nimage:\n    name: app   # who\n    tag:   v1     # which\n\nreplicas: 1\n",
        "image.tag",
        "v2",
        "# values\n\nimage:\n    name: app   # who\n    tag:   v2     # which\n\nreplicas: 1\n",
    );
}

#[test]
fn quotes_stay_as_they_were() {
    check_set("a: 'it''s'\n", "a", "v'2", "a: 'v''2'\n");
    check_set("a: \"v1\" # x\n", "a", "v\"2", "a: \"v\\\"2\" # x\n");
    check_set("a: 'v1'\n", "a", "two\nlines", "a: \"two\\nlines\"\n");
}

#[test]
fn what_would_be_read_as_something_else_is_quoted() {
    for value in [
        "1.20",
        "1.2.3e5",
        "true",
        "yes",
        "no",
        "on",
        "null",
        "~",
        "2024-01-02",
        "0x10",
        "1_000",
        "",
        " v",
        "v ",
        "a: b",
        "a #b",
        "-",
        "*a",
        "&a",
        "!t",
        "1:30",
        ".inf",
        "=",
        "0o7",
        "<<",
    ] {
        let after = set("tag: v1\n", "tag", value).unwrap();
        let read = yaml::parse_one(after.as_bytes(), yaml::Dialect::V2, &mut Budget::default()).unwrap();
        assert_eq!(read["tag"], value, "{after}");
    }
    check_set("tag: 1.20\n", "tag", "1.21", "tag: \"1.21\"\n");
    check_set("tag: v1\n", "tag", "1.21.3", "tag: 1.21.3\n");
    check_set("tag: v1\n", "tag", "sha256:ab", "tag: sha256:ab\n");
}

#[test]
fn a_key_without_a_value_is_given_one() {
    check_set(
        "image:\n  tag:   # none yet\n  name: a\n",
        "image.tag",
        "v1",
        "image:\n  tag: v1   # none yet\n  name: a\n",
    );
    check_set("tag: ~\n", "tag", "v1", "tag: v1\n");
    check_set("\"tag\":\n", "tag", "v1", "\"tag\": v1\n");
}

#[test]
fn missing_keys_are_added_at_the_end_of_their_map() {
    check_set(
        "image:\n  name: a # c\n# next\nother: 1\n",
        "image.tag",
        "v1",
        "image:\n  name: a # c\n  tag: v1\n# next\nother: 1\n",
    );
    check_set("a: 1", "b.c.d", "v1", "a: 1\nb:\n  c:\n    d: v1\n");
    check_set("a:\n    b:\n        c: 1\n", "a.b.d", "v1", "a:\n    b:\n        c: 1\n        d: v1\n");
    check_set("image: # later\nother: 1\n", "image.tag", "v1", "image: # later\n  tag: v1\nother: 1\n");
    check_set(
        "list:\n- name: a\n  image:\n    x: 1\n- name: b\n",
        "list[0].image.tag",
        "v1",
        "list:\n- name: a\n  image:\n    x: 1\n    tag: v1\n- name: b\n",
    );
}

#[test]
fn a_file_without_content_is_begun() {
    check_set("", "image.tag", "v1", "image:\n  tag: v1\n");
    check_set("# only a comment", "image.tag", "v1", "# only a comment\nimage:\n  tag: v1\n");
    check_set("---\n", "a", "b", "---\na: b\n");
}

#[test]
fn flow_maps_stay_on_their_line() {
    check_set("image: {name: a, tag: v1} # c\n", "image.tag", "v2", "image: {name: a, tag: v2} # c\n");
    check_set("image: {name: a}\n", "image.tag", "a:b", "image: {name: a, tag: \"a:b\"}\n");
    check_set("image: {}\n", "image.tag", "v1", "image: {tag: v1}\n");
    check_set("image: { name: a }\n", "image.x.z", "v1", "image: { name: a, x: {z: v1} }\n");
    check_set("{\"image\": {\"tag\": \"v1\"}}\n", "image.tag", "v2", "{\"image\": {\"tag\": \"v2\"}}\n");
}

#[test]
fn items_of_lists_are_reached_by_their_position() {
    check_set(
        "images:\n  - name: a\n    tag: v1\n  - name: b\n    tag: v1\n",
        "images[1].tag",
        "v2",
        "images:\n  - name: a\n    tag: v1\n  - name: b\n    tag: v2\n",
    );
    check_set("tags: [v1, v2]\n", "tags[0]", "v3", "tags: [v3, v2]\n");
}

#[test]
fn an_alias_sets_the_value_that_all_share() {
    check_set("tag: &tag v1\na: *tag\nb: *tag\n", "a", "v2", "tag: &tag v2\na: *tag\nb: *tag\n");
    check_set("base: &base\n  tag: v1\na: *base\n", "a.tag", "v2", "base: &base\n  tag: v2\na: *base\n");
    // A merged map is another one's: the key is added to the map that was named.
    check_set(
        "base: &base\n  tag: v1\na:\n  <<: *base\n",
        "a.tag",
        "v2",
        "base: &base\n  tag: v1\na:\n  <<: *base\n  tag: v2\n",
    );
}

#[test]
fn a_block_scalar_becomes_one_line() {
    check_set("tag: |\n  v1\nother: 1\n", "tag", "v2", "tag: \"v2\"\nother: 1\n");
    check_set("tag: |2- # why\n    v1\n\nother: 1\n", "tag", "v2", "tag: \"v2\" # why\nother: 1\n");
    check_set("tag: >-\n  v1\n  x\nother: 1\n", "tag", "v2", "tag: \"v2\"\nother: 1\n");
}

#[test]
fn the_line_ends_of_the_file_are_used() {
    check_set("a: 1\r\nb:\r\n  c: 1\r\n", "b.d", "v1", "a: 1\r\nb:\r\n  c: 1\r\n  d: v1\r\n");
}

#[test]
fn entries_are_appended_as_the_list_is_written() {
    let entries = &[("name", "b"), ("newTag", "1.5")];
    let check = |before: &str, after: &str| assert_eq!(append(before, "images", entries).as_deref(), Ok(after));
    check(
        "images:\n- name: a\n  newTag: v1 # x\nother: 1\n",
        "images:\n- name: a\n  newTag: v1 # x\n- name: b\n  newTag: \"1.5\"\nother: 1\n",
    );
    check("images:\n    - name: a\n", "images:\n    - name: a\n    - name: b\n      newTag: \"1.5\"\n");
    check("resources:\n- a.yaml\n", "resources:\n- a.yaml\nimages:\n- name: b\n  newTag: \"1.5\"\n");
    check("images:\nother: 1\n", "images:\n- name: b\n  newTag: \"1.5\"\nother: 1\n");
    check("images: []\n", "images: [{name: b, newTag: \"1.5\"}]\n");
    check("images: [{name: a}]\n", "images: [{name: a}, {name: b, newTag: \"1.5\"}]\n");
    check("", "images:\n- name: b\n  newTag: \"1.5\"\n");
}

#[test]
fn entries_are_removed_with_their_line() {
    let check = |before: &str, at: &str, after: &str| assert_eq!(remove(before, at).as_deref(), Ok(after));
    check("a: 1\nb: 2 # gone with it\n# about c\nc: 3\n", "b", "a: 1\n# about c\nc: 3\n");
    check("images:\n- newTag: v1\n  name: a\n", "images[0].newTag", "images:\n- name: a\n");
    check("images:\n- name: a\n  newTag: v1", "images[0].newTag", "images:\n- name: a\n");
    check("a: {b: 1, c: 2, d: 3}\n", "a.c", "a: {b: 1, d: 3}\n");
    check("a: {b: 1, c: 2}\n", "a.c", "a: {b: 1}\n");
    check("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n");
    check("a:\n  b: |\n    x\n    y\n  c: 1\n", "a.b", "a:\n  c: 1\n");
}

#[test]
fn what_stands_in_the_way_is_named_with_its_line() {
    let told = |text: &str, at: &str| set(text, at, "v").unwrap_err().to_string();
    assert_eq!(told("a: 1\nimage: text\n", "image.tag"), "line 2: image is a scalar, not a map");
    assert_eq!(told("image:\n- a\n", "image.tag"), "line 2: image is a list, not a map");
    assert_eq!(told("image:\n  tag: a\n", "image[0]"), "line 2: image is a map, not a list");
    assert_eq!(told("tags: [a]\n", "tags[3]"), "line 1: tags has 1 items, none at 3");
    assert_eq!(told("image:\n  tag: a\n", "image"), "line 2: image is a collection, not a scalar");
    assert_eq!(told("a: [\n", "a"), "line 1: not valid YAML");
    assert_eq!(
        told("a: 1\n---\nb: 1\n", "a"),
        "line 3: a second document begins; only a file of one document can be edited"
    );
    assert_eq!(remove("a: 1\n", "b").unwrap_err().to_string(), "there is no b");
    assert_eq!(
        remove("a: 1\n", "a").unwrap_err().to_string(),
        "line 1: a cannot be edited safely; write it on a line of its own as `key: value`"
    );
}

#[test]
fn what_cannot_be_edited_safely_is_refused_and_nothing_changes() {
    for text in ["tag: !!str v1\n", "tag: !!str\n", "? tag\n: v1\n? [a]\n: b\n"] {
        let budget = &mut Budget::default();
        let mut document = Document::parse(text, budget).unwrap();
        if let Err(error) = document.set(&path("tag"), "v2", budget) {
            assert!(matches!(error, EditError::Unsafe { .. }), "{error}");
            assert_eq!(document.text(), text);
        }
    }
}

#[test]
fn limits_are_named() {
    let deep = "[".repeat(200);
    let told = Document::parse(&deep, &mut Budget::default()).unwrap_err().to_string();
    assert!(told.contains("depth") || told.contains("not valid"), "{told}");
    let limits = Limits { fuel: 10, ..Limits::default() };
    let many = "- a\n".repeat(100);
    let told = Document::parse(&many, &mut Budget::new(limits)).unwrap_err().to_string();
    assert_eq!(told, "more than 10 steps of work (limit: fuel 10)");
    let limits = Limits { bytes: 10, ..Limits::default() };
    assert!(Document::parse(&many, &mut Budget::new(limits)).unwrap_err().to_string().contains("limit: bytes"));
}

#[test]
fn documents_can_be_looked_into() {
    let text = "a:\n  b: x\n  c: [1, 2]\n  d:\n  e: &e {f: y}\ng: *e\n";
    let document = Document::parse(text, &mut Budget::default()).unwrap();
    assert_eq!(document.kind(&path("a")), Some(Kind::Map));
    assert_eq!(document.kind(&path("a.b")), Some(Kind::Scalar));
    assert_eq!(document.kind(&path("a.c")), Some(Kind::List));
    assert_eq!(document.kind(&path("a.d")), Some(Kind::Null));
    assert_eq!(document.kind(&path("a.x")), None);
    assert_eq!(document.len(&path("a.c")), Some(2));
    assert_eq!(document.len(&path("a")), Some(4));
    assert_eq!(document.scalar(&path("g.f")), Some("y"));
}
