//! `--set` and its relatives, and values files.

use crate::limits::budget;
use bytes::Bytes;
use helm::{Profile, Source, UserValues};

pub(crate) const TOKENS: &[&str] = &[
    "a=1",
    "a.b=2",
    "a[0]=x",
    "a[65536]=x",
    "a[-1]=x",
    "a[0][1].b=",
    "a={x,y}",
    "a={}",
    "a=null",
    "a=true",
    "a=0123",
    "\\,",
    "\\.",
    "\\=",
    "\\[",
    "={",
    "}",
    ",",
    ".",
    "[",
    "]",
    "=",
    "a=[1,2]",
    "a={\"b\":1}",
    "\"",
    "{\"a\":",
    "\n",
    "\u{0}",
    "a.b.c.d.e.f.g.h=1",
    "a=9223372036854775808",
    "a=1e5",
    "a= b",
    "é=ü",
];

pub(crate) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    let file = Source::File { path: "values.yaml".to_owned(), content: Bytes::copy_from_slice(input) };
    let named = helm::files_named(&text).unwrap_or_default();
    let files = named.into_iter().map(|name| (name, "content".to_owned())).collect();
    let all = [
        file,
        Source::Set(text.clone()),
        Source::SetString(text.clone()),
        Source::Json(text.clone()),
        Source::SetLiteral(text.clone()),
        Source::SetFile(text, files),
    ];
    for source in &all {
        let _ = UserValues::merge(std::slice::from_ref(source), Profile::V3_17, &mut budget());
    }
    let _ = UserValues::merge(&all, Profile::V4_2, &mut budget());
}
