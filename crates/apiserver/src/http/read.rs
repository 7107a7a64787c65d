//! Gets and lists.

use super::body::AnswerBody;
use super::continue_token::ContinueToken;
use super::list_options::{ListOptions, Match};
use super::represent::Representer;
use crate::error::{ApiError, Cause};
use crate::pipeline::raw_in_version;
use crate::resource::Served;
use crate::selector::FieldSelector;
use crate::shared::Shared;
use crate::store::{Entry, Snapshot, object_key};
use bytes::Bytes;
use object::Object;
use serde_json::{Value, json};
use std::ops::Bound;

/// Bytes of a list that are put together at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Reads one object as it is stored; `stale` answers from the past instead.
pub fn get(
    shared: &Shared,
    served: &Served,
    namespace: &str,
    name: &str,
    stale: Option<u64>,
) -> Result<Object, ApiError> {
    let store_name = served.resource.store_name();
    let key = object_key(namespace, name);
    let past = stale.and_then(|revision| shared.store.list_at(&store_name, namespace, revision).ok());
    let found = match past {
        Some(past) => past.entries.into_iter().find(|(candidate, _)| *candidate == key).map(|(_, entry)| entry),
        None => shared.store.get(&store_name, &key),
    };
    let entry = found.ok_or_else(|| ApiError::not_found(&served.resource.name(), name))?;
    Ok(entry.object)
}

/// A read that asks for a revision of the future is told to come back.
pub fn check_not_future(shared: &Shared, revision: u64) -> Result<(), ApiError> {
    let current = shared.store.revision();
    if revision <= current {
        return Ok(());
    }
    let message = format!("Timeout: Too large resource version: {revision}, current: {current}");
    let cause = Cause {
        reason: "ResourceVersionTooLarge".to_owned(),
        message: "Too large resource version".to_owned(),
        ..Cause::default()
    };
    let details = crate::error::Details { causes: vec![cause], retry_after_seconds: 1, ..Default::default() };
    Err(ApiError::new(504, "Timeout", message).with_details(details))
}

/// One page of a list.
pub struct Page {
    /// The revision of the list.
    pub revision: u64,
    /// Its items, as stored.
    pub items: Vec<Object>,
    /// Where to go on, empty at the end.
    pub continue_token: String,
    /// How many items are left, when that is known.
    pub remaining: Option<usize>,
}

/// Reads one page of a list.
pub fn list(
    shared: &Shared,
    served: &Served,
    namespace: &str,
    options: &ListOptions,
    stale: Option<u64>,
) -> Result<Page, ApiError> {
    let token = match options.continue_token.as_str() {
        "" => None,
        text => Some(ContinueToken::decode(text)?),
    };
    if token.is_some() && options.revision.is_some_and(|revision| revision != 0) {
        return Err(ApiError::bad_request("specifying resource version is not allowed when using continue"));
    }
    let snapshot = snapshot(shared, served, namespace, options, token.as_ref(), stale)?;
    let after = token.map(|token| full_key(namespace, &token.after));
    let lower = after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
    let start = match lower {
        Bound::Excluded(key) => snapshot.entries.partition_point(|(candidate, _)| **candidate <= *key),
        _ => 0,
    };
    // Compat: a list "of any revision" is answered from upstream's cache, which knows no pages.
    let is_any = options.revision == Some(0) && options.revision_match == Match::Unset;
    let limit = if options.limit == 0 || is_any { usize::MAX } else { options.limit };
    let mut items = Vec::new();
    let mut next = None;
    let mut left = 0;
    for (key, entry) in &snapshot.entries[start..] {
        if items.len() == limit {
            left += 1;
            if !options.selects_all() {
                break;
            }
        } else if selected(served, options, entry) {
            items.push(entry.object.clone());
            next = Some(key);
        }
    }
    let continue_token = match next {
        Some(key) if left > 0 => {
            let after = key.strip_prefix(&format!("{namespace}/")).filter(|_| !namespace.is_empty()).unwrap_or(key);
            ContinueToken { revision: Some(snapshot.revision), after: after.to_owned() }.encode()
        }
        _ => String::new(),
    };
    let remaining = (left > 0 && options.selects_all()).then_some(left);
    Ok(Page { revision: snapshot.revision, items, continue_token, remaining })
}

fn full_key(namespace: &str, after: &str) -> String {
    if namespace.is_empty() { after.to_owned() } else { format!("{namespace}/{after}") }
}

fn snapshot(
    shared: &Shared,
    served: &Served,
    namespace: &str,
    options: &ListOptions,
    token: Option<&ContinueToken>,
    stale: Option<u64>,
) -> Result<Snapshot, ApiError> {
    let store_name = served.resource.store_name();
    let exact = match (token, options.revision, options.revision_match) {
        (Some(token), ..) => token.revision,
        (None, Some(revision), Match::Exact) => Some(revision),
        // A page of an old list without a match rule means that very revision.
        (None, Some(revision), Match::Unset) if revision > 0 && options.limit > 0 => Some(revision),
        _ => None,
    };
    let asked = exact.or(options.revision).unwrap_or_default();
    check_not_future(shared, asked)?;
    if let Some(revision) = exact {
        return shared.store.list_at(&store_name, namespace, revision).map_err(|_| match token {
            Some(_) => ApiError::expired(
                "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.",
            ),
            None => ApiError::expired(format!("The resourceVersion for the provided list is too old: {revision}")),
        });
    }
    let past = stale.and_then(|revision| shared.store.list_at(&store_name, namespace, revision).ok());
    Ok(past.unwrap_or_else(|| shared.store.list(&store_name, namespace)))
}

/// Whether an object is selected.
pub fn selected(served: &Served, options: &ListOptions, entry: &Entry) -> bool {
    selects(served, options, &entry.object)
}

/// Whether an object is selected.
pub fn selects(served: &Served, options: &ListOptions, object: &Object) -> bool {
    options.labels.matches(&object.meta().labels) && fields_match(served, &options.fields, object)
}

fn fields_match(served: &Served, fields: &FieldSelector, object: &Object) -> bool {
    if fields.is_empty() {
        return true;
    }
    let only_names = fields.terms.iter().all(|term| matches!(&*term.field, "metadata.name" | "metadata.namespace"));
    let value = if only_names { Value::Null } else { object.value() };
    fields.matches(|field| {
        Some(match field {
            "metadata.name" => object.name().to_owned().into(),
            "metadata.namespace" => object.namespace().unwrap_or_default().to_owned().into(),
            other => served.selectable_value(other, &value)?.into(),
        })
    })
}

/// The answer to a list, put together as it is sent.
pub fn list_answer(shared: &Shared, served: &Served, representer: &Representer, page: Page) -> AnswerBody {
    let mut metadata = json!({"resourceVersion": page.revision.to_string()});
    // Compat: lists of custom resources say that there is no more.
    let says_end = served.resource.is_custom() && representer.is_streamed();
    if !page.continue_token.is_empty() || says_end {
        metadata["continue"] = page.continue_token.into();
    }
    if let Some(remaining) = page.remaining {
        metadata["remainingItemCount"] = remaining.into();
    }
    let in_version = |object: &Object| raw_in_version(served, object.raw());
    if !representer.is_streamed() {
        let items: Vec<Bytes> = page.items.iter().map(in_version).collect();
        if let Some(table) = representer.list_table(&items, shared.clock.now(), metadata.clone()) {
            return AnswerBody::whole(table);
        }
    }
    let (kind, api_version) = representer.list_type();
    let head = format!(
        "{{\"kind\":{},\"apiVersion\":{},\"metadata\":{metadata},\"items\":[",
        quoted(&kind),
        quoted(&api_version)
    );
    let total: usize = page.items.iter().map(|object| object.raw().len()).sum();
    if total <= CHUNK_BYTES {
        let mut body = head.into_bytes();
        for (index, object) in page.items.iter().enumerate() {
            append_item(&mut body, index == 0, &representer.item(&in_version(object)));
        }
        body.extend_from_slice(b"]}\n");
        return AnswerBody::whole(body);
    }
    let state = Streaming { head: Some(head), items: page.items, at: 0, is_done: false };
    let (served, representer) = (served.clone(), representer.clone());
    AnswerBody::streamed(futures::stream::unfold(state, move |mut state| {
        let chunk = state.next_chunk(&served, &representer);
        async move { chunk.map(|chunk| (Ok(chunk), state)) }
    }))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn append_item(body: &mut Vec<u8>, is_first: bool, item: &[u8]) {
    if !is_first {
        body.push(b',');
    }
    body.extend_from_slice(item);
}

struct Streaming {
    head: Option<String>,
    items: Vec<Object>,
    at: usize,
    is_done: bool,
}

impl Streaming {
    fn next_chunk(&mut self, served: &Served, representer: &Representer) -> Option<Bytes> {
        if self.is_done {
            return None;
        }
        let mut chunk = self.head.take().map(String::into_bytes).unwrap_or_default();
        while let Some(object) = self.items.get(self.at).filter(|_| chunk.len() < CHUNK_BYTES) {
            append_item(&mut chunk, self.at == 0, &representer.item(&raw_in_version(served, object.raw())));
            self.at += 1;
        }
        if self.at == self.items.len() {
            chunk.extend_from_slice(b"]}\n");
            self.is_done = true;
        }
        Some(chunk.into())
    }
}
