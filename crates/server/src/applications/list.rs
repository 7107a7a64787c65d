//! Lists of applications, and one application.

use super::filter::{Filter, Order};
use super::refresh;
use crate::call::Call;
use crate::fields::Fields;
use crate::index::Entry;
use crate::problem::Problem;
use crate::reply::Reply;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rbac::{Request, Resource, actions};
use serde_json::{Value, json};
use std::sync::Arc;

/// The applications that whoever calls may see.
pub async fn list(call: Call) -> Result<Reply, Problem> {
    let (filter, order) = (Filter::read(&call.asked)?, Order::read(call.asked.query("sort"))?);
    let page = Page::read(call.asked.query("limit"), call.asked.query("continue"))?;
    let fields = Fields::read(call.asked.query("fields"));
    let mut entries = permitted(&call, &filter);
    let version = call.site.index.all().values().map(|entry| entry.revision).max().unwrap_or(0);
    order.apply(&mut entries);
    let (entries, left) = page.cut(&entries);
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if let Some((token, remaining)) = left {
        metadata["continue"] = json!(token);
        metadata["remainingItemCount"] = json!(remaining);
    }
    if !fields.is_everything() {
        let items: Vec<Value> = entries.iter().map(|entry| entry.object.value()).collect();
        return Ok(Reply::Json(fields.take(json!({"metadata": metadata, "items": items}))));
    }
    Ok(Reply::Text(text(&metadata, entries).into()))
}

/// Written down by hand: the objects are text already. Compat: no items are null.
fn text(metadata: &Value, entries: &[Arc<Entry>]) -> Vec<u8> {
    let size: usize = entries.iter().map(|entry| entry.object.raw().len() + 1).sum();
    let mut text = Vec::with_capacity(size + 128);
    text.extend_from_slice(b"{\"items\":");
    for (index, entry) in entries.iter().enumerate() {
        text.push(if index == 0 { b'[' } else { b',' });
        text.extend_from_slice(entry.object.raw());
    }
    text.extend_from_slice(if entries.is_empty() { b"null" } else { b"]" });
    text.extend_from_slice(format!(",\"metadata\":{metadata}}}").as_bytes());
    text
}

/// Those applications a filter takes that whoever calls may see, by name.
pub fn permitted(call: &Call, filter: &Filter) -> Vec<Arc<Entry>> {
    let said = call.site.plane.now();
    let powers = said.authority.powers(&call.who.subject);
    let may = |entry: &&Arc<Entry>| {
        let request = Request { resource: Resource::Applications, action: actions::GET, object: &entry.policy_object };
        powers.decide(request).is_allowed()
    };
    let all = call.site.index.all();
    all.values().filter(|entry| filter.takes(entry)).filter(may).cloned().collect()
}

/// One application.
pub async fn get(call: Call) -> Result<Reply, Problem> {
    let kind = refresh::Kind::read(call.asked.query("refresh"))?;
    let entry = call.entry()?;
    let entry = match kind {
        Some(kind) => refresh::refresh(&call, entry, kind).await?,
        None => Arc::clone(entry),
    };
    let fields = Fields::read(call.asked.query("fields"));
    match fields.is_everything() {
        true => Ok(Reply::Text(entry.object.raw().clone())),
        false => Ok(Reply::Json(fields.take(entry.object.value()))),
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    limit: Option<usize>,
    after: usize,
}

impl Page {
    fn read(limit: &str, token: &str) -> Result<Self, Problem> {
        let limit = match limit {
            "" | "0" => None,
            text => Some(text.parse().map_err(|_| Problem::invalid("limit must be a whole number"))?),
        };
        let after = match token {
            "" => 0,
            text => {
                let wrong = || Problem::invalid("continue must be what an earlier page gave");
                let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
                std::str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok()).ok_or_else(wrong)?
            }
        };
        Ok(Page { limit, after })
    }

    /// The part, and where the next begins and how many are left.
    fn cut<'e>(&self, entries: &'e [Arc<Entry>]) -> (&'e [Arc<Entry>], Option<(String, usize)>) {
        let rest = entries.get(self.after..).unwrap_or_default();
        match self.limit {
            Some(limit) if limit < rest.len() => {
                let token = URL_SAFE_NO_PAD.encode((self.after + limit).to_string());
                (&rest[..limit], Some((token, rest.len() - limit)))
            }
            _ => (rest, None),
        }
    }
}
