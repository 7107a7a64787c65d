//! Reads objects, pages of lists and events of watches out of answers, without building trees of values.

use crate::{ClusterError, ErrorClass};
use bytes::Bytes;
use object::{Gvk, Meta, Object};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How much of an object's text is kept in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// `apiVersion`, `kind` and `metadata` without managed fields.
    Metadata,
    /// All but `metadata.managedFields`, which is often the larger half.
    WithoutManagedFields,
    /// All of it.
    Everything,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page {
    pub objects: Vec<Object>,
    /// Why some item was no object. One poison object fails alone.
    pub broken: Vec<String>,
    pub resource_version: String,
    pub continue_token: Option<String>,
}

/// One event of a watch.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchEvent {
    /// An object appeared or changed.
    Applied(Object),
    /// An object is gone; this is its last state.
    Deleted(Object),
    /// Everything up to this revision has been told.
    Bookmark(Box<str>),
    /// Something came that is no object; the watch goes on.
    Broken(String),
}

#[derive(Deserialize)]
struct WirePage<'a> {
    #[serde(default)]
    metadata: ListMeta,
    #[serde(borrow, default)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct ListMeta {
    resource_version: Option<String>,
    #[serde(rename = "continue")]
    continue_token: Option<String>,
}

#[derive(Deserialize)]
struct WireEvent<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// How much to keep of an object with that metadata.
pub(crate) type KeepRule<'r> = &'r (dyn Fn(&Meta) -> Keep + Send + Sync);

pub(crate) fn read_object(answer: Bytes) -> Result<Object, ClusterError> {
    Object::parse(answer).map_err(|error| malformed(&error))
}

/// Reads a page of a list of `gvk`; items of built-in kinds do not say what they are.
pub(crate) fn read_page(answer: &[u8], gvk: &Gvk, keep: KeepRule<'_>) -> Result<Page, ClusterError> {
    let wire: WirePage<'_> = serde_json::from_slice(answer).map_err(|error| malformed(&error))?;
    let mut page = Page {
        objects: Vec::new(),
        broken: Vec::new(),
        resource_version: wire.metadata.resource_version.unwrap_or_default(),
        continue_token: wire.metadata.continue_token.filter(|token| !token.is_empty()),
    };
    for item in wire.items.unwrap_or_default() {
        match read_kept(item.get(), gvk, keep) {
            Ok(object) => page.objects.push(object),
            Err(cause) => page.broken.push(cause),
        }
    }
    Ok(page)
}

/// Reads one line of a watch of `gvk`.
///
/// # Errors
/// The line is no event, or the event says that the watch has failed.
pub(crate) fn read_event(line: &[u8], gvk: &Gvk, keep: KeepRule<'_>) -> Result<WatchEvent, ClusterError> {
    let event: WireEvent<'_> = serde_json::from_slice(line).map_err(|error| malformed(&error))?;
    let text = event.object.get();
    Ok(match event.kind {
        "ERROR" => return Err(ClusterError::from_status(text.as_bytes())),
        "BOOKMARK" => WatchEvent::Bookmark(bookmark_version(text).map_err(|error| malformed(&error))?),
        "ADDED" | "MODIFIED" => read_kept(text, gvk, keep).map_or_else(WatchEvent::Broken, WatchEvent::Applied),
        "DELETED" => read_kept(text, gvk, keep).map_or_else(WatchEvent::Broken, WatchEvent::Deleted),
        other => return Err(malformed(&format!("a watch sent an event of type {other:?}"))),
    })
}

fn bookmark_version(text: &str) -> Result<Box<str>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Bookmark {
        metadata: ListMeta,
    }
    serde_json::from_str(text)
        .map(|bookmark: Bookmark| bookmark.metadata.resource_version.unwrap_or_default().into_boxed_str())
}

fn malformed(error: &impl std::fmt::Display) -> ClusterError {
    ClusterError::new(ErrorClass::Malformed, format!("the server's answer cannot be read: {error}"))
}

fn read_kept(text: &str, gvk: &Gvk, keep: KeepRule<'_>) -> Result<Object, String> {
    let said = |error: serde_json::Error| format!("an item of {gvk} is no object: {error}");
    let parts: Parts<'_> = serde_json::from_str(text).map_err(said)?;
    let whole = Object::parse(rewrite(&parts, gvk, Keep::Everything).map_err(said)?)
        .map_err(|error| format!("an item of {gvk} is no object: {error}"))?;
    match keep(whole.meta()) {
        Keep::Everything => Ok(whole),
        less => Object::parse(rewrite(&parts, gvk, less).map_err(said)?)
            .map_err(|error| format!("an item of {gvk} is no object: {error}")),
    }
}

type Parts<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// The object's text with what it is, and no more than is to be kept; in memory of its own, so that one kept object
/// does not hold a whole page.
fn rewrite(parts: &Parts<'_>, gvk: &Gvk, keep: Keep) -> Result<Bytes, serde_json::Error> {
    let mut text = format!(
        "{{\"apiVersion\":{},\"kind\":{}",
        serde_json::to_string(&gvk.api_version())?,
        serde_json::to_string(&*gvk.kind)?
    );
    for (name, value) in parts {
        match &**name {
            "apiVersion" | "kind" => {}
            "metadata" if keep < Keep::Everything => push_field(&mut text, name, &without_managed_fields(value)?)?,
            "metadata" => push_field(&mut text, name, value.get())?,
            _ if keep == Keep::Metadata => {}
            _ => push_field(&mut text, name, value.get())?,
        }
    }
    text.push('}');
    Ok(Bytes::from(text.into_bytes().into_boxed_slice()))
}

fn without_managed_fields(metadata: &RawValue) -> Result<String, serde_json::Error> {
    let parts: Option<Parts<'_>> = serde_json::from_str(metadata.get())?;
    let mut text = String::from("{");
    for (name, value) in parts.unwrap_or_default() {
        if name != "managedFields" {
            push_field(&mut text, &name, value.get())?;
        }
    }
    text.push('}');
    Ok(text)
}

fn push_field(text: &mut String, name: &str, value: &str) -> Result<(), serde_json::Error> {
    if text.len() > 1 {
        text.push(',');
    }
    text.push_str(&serde_json::to_string(name)?);
    text.push(':');
    text.push_str(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pods() -> Gvk {
        Gvk::new("", "v1", "Pod")
    }

    fn text(keep: Keep, item: &str) -> String {
        let page = format!(r#"{{"metadata":{{"resourceVersion":"9"}},"items":[{item}]}}"#);
        let page = read_page(page.as_bytes(), &pods(), &|_| keep).expect("a page");
        String::from_utf8(page.objects[0].raw().to_vec()).expect("text")
    }

    const ITEM: &str = r#"{"spec":{"a":1},"metadata":{"name":"x","managedFields":[{}],"labels":{"a":"b"}}}"#;

    #[test]
    fn items_say_what_they_are_and_keep_what_is_asked() {
        assert_eq!(
            text(Keep::Metadata, ITEM),
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a":"b"},"name":"x"}}"#
        );
        assert_eq!(
            text(Keep::WithoutManagedFields, ITEM),
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a":"b"},"name":"x"},"spec":{"a":1}}"#
        );
        assert_eq!(
            text(Keep::Everything, ITEM),
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","managedFields":[{}],"labels":{"a":"b"}},"spec":{"a":1}}"#
        );
    }

    #[test]
    fn one_poison_item_fails_alone() {
        let page =
            r#"{"metadata":{"resourceVersion":"9","continue":""},"items":[{"metadata":{}},{"metadata":{"name":"x"}}]}"#;
        let page = read_page(page.as_bytes(), &pods(), &|_| Keep::Everything).expect("a page");
        assert_eq!((page.objects.len(), page.broken.len()), (1, 1));
        assert_eq!(page.continue_token, None);
        assert_eq!(
            page.broken,
            ["an item of v1, Kind=Pod is no object: not a Kubernetes object: metadata.name is missing"]
        );
    }

    #[test]
    fn events_of_each_type_are_read() {
        let read = |line: &str| read_event(line.as_bytes(), &pods(), &|_| Keep::Everything);
        let bookmark = r#"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"12"}}}"#;
        assert_eq!(read(bookmark), Ok(WatchEvent::Bookmark("12".into())));
        let deleted = r#"{"type":"DELETED","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}}}"#;
        assert!(matches!(read(deleted), Ok(WatchEvent::Deleted(object)) if object.name() == "x"));
        let gone = r#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#;
        assert_eq!(read(gone).map_err(|error| error.class), Err(ErrorClass::Gone));
        assert_eq!(read("nonsense").map_err(|error| error.class), Err(ErrorClass::Malformed));
    }
}
