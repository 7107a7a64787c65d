//! All patches on all documents of an input: the first is the object, the second what it is to become or the patch, the
//! third what it was.

use crate::limits::budget;
use merge::{json_patch, merge_patch, strategic, three_way};
use schema::{Schema, TypeRef};
use serde_json::Value;
use yaml::Dialect;

pub(crate) const TOKENS: &[&str] = &[
    "---\n",
    "$patch: delete\n",
    "$patch: replace\n",
    "$patch: merge\n",
    "$retainKeys: [a]\n",
    "$setElementOrder/ports: []\n",
    "$deleteFromPrimitiveList/finalizers: [a]\n",
    "- name: a\n",
    "- op: add\n  path: /spec/-\n  value: 1\n",
    "- op: remove\n  path: /metadata/name\n",
    "- op: move\n  from: /a\n  path: /b\n",
    "- op: copy\n  from: ''\n  path: /a\n",
    "- op: test\n  path: ''\n  value: {}\n",
    "~0",
    "~1",
    "/-",
    "/0",
    "/99999999999999999999",
    "spec:\n  template:\n    spec:\n      containers:\n      - name: a\n",
    "null",
    "[]",
    "{}",
    "apiVersion: apps/v1\nkind: Deployment\n",
    "ports: [{containerPort: 80, protocol: TCP}]\n",
];

pub(crate) fn run(input: &[u8]) {
    let mut documents = Vec::new();
    let _ = yaml::parse_until(input, Dialect::V2, &mut budget(), &mut documents);
    let mut values = documents.into_iter().map(|document| document.value);
    let mut next = || values.next().unwrap_or(Value::Null);
    let (object, patch, original) = (next(), next(), next());
    let ty = type_of(&object);
    let _ = json_patch::apply(&object, &patch);
    let _ = strategic::apply(&object, &patch, &ty);
    // Once more changes nothing more. Compat: the first time may leave nulls in a list that took an object's place.
    let merged = merge_patch::apply(&merge_patch::apply(&object, &patch), &patch);
    assert_eq!(merge_patch::apply(&merged, &patch), merged);
    let _ = three_way::create(&original, &patch, &object);
    let _ = strategic::three_way(&original, &patch, &object, &ty);
    let _ = strategic::two_way(&object, &patch, &ty);
}

fn type_of(object: &Value) -> TypeRef {
    let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
    Schema::builtin().of(text("apiVersion"), text("kind")).unwrap_or(TypeRef::Deduced)
}
