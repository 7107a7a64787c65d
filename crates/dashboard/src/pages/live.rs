//! Pages that are kept up to date: the pieces that changed, as server-sent events.

use super::filter::Filter;
use super::view::View;
use super::{list as list_page, rollout as rollout_page};
use crate::action::not_found;
use crate::problem::Problem;
use crate::site::Site;
use crate::snapshot::Snapshot;
use crate::stream::{self, Follower, Pace, Told};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{Uri, header};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// People see no more than a few changes a second.
const PACE: Pace =
    Pace { at_most_every: Duration::from_millis(200), heartbeat: Some((Duration::from_secs(15), ": \n\n")) };

/// Follows the list.
pub async fn list(State(site): State<Arc<Site>>, uri: Uri) -> Result<Response, Problem> {
    let filter = Filter::read(uri.query());
    let own = Arc::clone(&site);
    let show = move |snapshot: &Snapshot| {
        let now = own.clock.now();
        list_page::view(&own, snapshot, &filter, |entry| list_page::shared_row(&own, entry, now))
    };
    events(&site, show).await
}

/// Follows one Rollout.
pub async fn rollout(
    State(site): State<Arc<Site>>,
    Path((namespace, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    if site.board().await?.now().entry(&namespace, &name).is_none() {
        return Err(not_found(&name));
    }
    let own = Arc::clone(&site);
    let show = move |snapshot: &Snapshot| match snapshot.entry(&namespace, &name) {
        Some(entry) => rollout_page::shared_view(&own, entry, own.clock.now()),
        None => rollout_page::gone(&own),
    };
    events(&site, show).await
}

async fn events<S>(site: &Site, show: S) -> Result<Response, Problem>
where
    S: Fn(&Snapshot) -> View + Send + 'static,
{
    let body = stream::body(site.board().await?, Events { show, order: Vec::new(), last: BTreeMap::new() }, PACE);
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

struct Events<S> {
    show: S,
    order: Vec<String>,
    last: BTreeMap<String, Arc<str>>,
}

impl<S: Fn(&Snapshot) -> View + Send + 'static> Follower for Events<S> {
    fn tell(&mut self, snapshot: &Snapshot) -> Told {
        let view = (self.show)(snapshot);
        let is_same_order = self.order.iter().eq(view.parts().map(|part| &part.id));
        let mut text = String::new();
        if is_same_order {
            for part in view.parts().filter(|part| self.last.get(&part.id) != Some(&part.html)) {
                event(&mut text, "part", &part.html);
            }
        } else {
            event(&mut text, "whole", &view.html());
        }
        self.order = view.parts().map(|part| part.id.clone()).collect();
        self.last = view.parts().map(|part| (part.id.clone(), Arc::clone(&part.html))).collect();
        Told { text, is_last: false }
    }
}

/// One event; a line of data for each line.
fn event(text: &mut String, name: &str, data: &str) {
    text.push_str("event: ");
    text.push_str(name);
    for line in data.split(['\n', '\r']) {
        text.push_str("\ndata: ");
        text.push_str(line);
    }
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::view::Part;

    #[test]
    fn only_what_changed_is_told() {
        let shown = Arc::new(std::sync::Mutex::new(View::default()));
        let source = Arc::clone(&shown);
        let show = move |_: &Snapshot| source.lock().expect("no panic").clone();
        let mut events = Events { show, order: Vec::new(), last: BTreeMap::new() };
        let part = |id: &str, text: &str| Part { id: id.into(), html: text.into() };
        let mut tell = |parts: Vec<Part>| {
            *shown.lock().expect("no panic") = View { head: parts, ..View::default() };
            events.tell(&Snapshot::default()).text
        };
        assert_eq!(tell(vec![part("a", "<p>\n1"), part("b", "2")]), "event: whole\ndata: <p>\ndata: 12\n\n");
        assert_eq!(tell(vec![part("a", "<p>\n1"), part("b", "2")]), "");
        assert_eq!(tell(vec![part("a", "<p>\n1"), part("b", "3")]), "event: part\ndata: 3\n\n");
        assert_eq!(tell(vec![part("b", "3")]), "event: whole\ndata: 3\n\n");
    }
}
