//! Streams: applications and trees as they change, one line of JSON for each change.
//!
//! A stream ends when whoever listens is no longer let in: the token is looked at anew every few seconds.

use super::filter::Filter;
use super::list::permitted;
use super::place::Place;
use super::tree::tree;
use crate::call::Call;
use crate::index::{Entry, EntryKey, Event, News};
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use rbac::{Request, Resource, actions};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::{Instant, timeout_at};

/// How often it is looked whether whoever listens is still let in. Well within the minute that is promised.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// A stream that has nothing to tell says so, so that what stands between notices that both ends are there.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// Changes of a tree come many at a time.
const TOGETHER: Duration = Duration::from_millis(250);

/// The applications that whoever calls may see, as they change.
pub async fn applications(call: Call) -> Result<Reply, Problem> {
    let filter = Filter::read(&call.asked)?;
    let since = call.asked.query("resourceVersion").parse::<u64>().ok().filter(|_| call.asked.query("name").is_empty());
    // First the ear, then the list: nothing is lost between them.
    let news = call.site.index.news();
    let mut told = BTreeSet::new();
    let mut first = Vec::new();
    for entry in permitted(&call, &filter) {
        told.insert(entry.key());
        if since.is_none_or(|since| entry.revision > since) {
            first.push(entry.line(Event::Added.word()));
        }
    }
    let now = call.site.clock.monotonic();
    let listener =
        Listener { call, filter, news, told, waiting: first.into(), looked: now, spoke: now, is_over: false };
    Ok(Reply::Lines(Body::from_stream(stream::unfold(listener, |mut listener| async move {
        let line = listener.next().await?;
        Some((Ok::<Bytes, Infallible>(line), listener))
    }))))
}

struct Listener {
    call: Call,
    filter: Filter,
    news: broadcast::Receiver<News>,
    /// What the listener believes to be there.
    told: BTreeSet<EntryKey>,
    waiting: VecDeque<Bytes>,
    looked: Instant,
    spoke: Instant,
    is_over: bool,
}

impl Listener {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.is_over {
                return None;
            }
            let now = self.call.site.clock.monotonic();
            if now >= self.looked + LOOK_EVERY {
                self.looked = now;
                if let Err(problem) = self.call.site.still_in(&self.call.who).await {
                    self.is_over = true;
                    return Some(problem.line().into());
                }
            }
            if let Some(line) = self.waiting.pop_front() {
                self.spoke = now;
                return Some(line);
            }
            if now >= self.spoke + SILENCE_MAX {
                self.spoke = now;
                // An empty line is no message to whoever reads lines of JSON.
                return Some(Bytes::from_static(b"\n"));
            }
            let until = (self.looked + LOOK_EVERY).min(self.spoke + SILENCE_MAX);
            match timeout_at(until, self.news.recv()).await {
                Err(_) => {}
                Ok(Ok(news)) => self.take(&news),
                Ok(Err(broadcast::error::RecvError::Lagged(_))) => self.anew(),
                Ok(Err(broadcast::error::RecvError::Closed)) => return None,
            }
        }
    }

    fn take(&mut self, news: &News) {
        let entry = &news.entry;
        let key = entry.key();
        let is_wanted = news.event != Event::Deleted && self.filter.takes(entry) && self.may(entry);
        match (self.told.contains(&key), is_wanted) {
            (true, true) => self.waiting.push_back(news.line()),
            (false, true) => {
                self.waiting.push_back(entry.line(Event::Added.word()));
                self.told.insert(key);
            }
            // It is gone, or no longer for this listener, who must not learn what it has become.
            (true, false) => {
                let gone = if news.event == Event::Deleted { news.line() } else { parting(entry) };
                self.waiting.push_back(gone);
                self.told.remove(&key);
            }
            (false, false) => {}
        }
    }

    /// Whoever fell behind is told everything as it is now.
    fn anew(&mut self) {
        let entries = permitted(&self.call, &self.filter);
        let now: BTreeSet<EntryKey> = entries.iter().map(|entry| entry.key()).collect();
        for key in self.told.difference(&now) {
            self.waiting.push_back(name_only(&key.namespace, &key.name));
        }
        self.waiting.extend(entries.iter().map(|entry| entry.line(Event::Modified.word())));
        self.told = now;
    }

    fn may(&self, entry: &Entry) -> bool {
        let said = self.call.site.plane.now();
        let request = Request { resource: Resource::Applications, action: actions::GET, object: &entry.policy_object };
        said.authority.decide(&self.call.who.subject, request).is_allowed()
    }
}

fn parting(entry: &Entry) -> Bytes {
    name_only(entry.namespace(), entry.object.name())
}

fn name_only(namespace: &str, name: &str) -> Bytes {
    let application = json!({"metadata": {"name": name, "namespace": namespace}});
    format!("{}\n", json!({"result": {"type": "DELETED", "application": application}})).into()
}

/// The tree of one application, whenever it changes.
pub async fn resource_tree(call: Call) -> Result<Reply, Problem> {
    let entry = Arc::clone(call.entry()?);
    let now = call.site.clock.monotonic();
    let follower = TreeFollower { call, entry, last: None, looked: now, is_over: false };
    Ok(Reply::Lines(Body::from_stream(stream::unfold(follower, |mut follower| async move {
        let line = follower.next().await?;
        Some((Ok::<Bytes, Infallible>(line), follower))
    }))))
}

struct TreeFollower {
    call: Call,
    entry: Arc<Entry>,
    last: Option<Value>,
    looked: Instant,
    is_over: bool,
}

impl TreeFollower {
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let mut heard = self.call.site.changes.subscribe();
        let quiet_until = self.call.site.clock.monotonic() + SILENCE_MAX;
        loop {
            heard.mark_unchanged();
            match self.look().await {
                Err(problem) => {
                    self.is_over = true;
                    return Some(problem.line().into());
                }
                Ok(tree) if self.last.as_ref() != Some(&tree) => {
                    let line = format!("{}\n", json!({"result": tree}));
                    self.last = Some(tree);
                    return Some(line.into());
                }
                Ok(_) => {}
            }
            tokio::time::sleep(TOGETHER).await;
            match timeout_at(quiet_until, heard.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some(Bytes::from_static(b"\n")),
            }
        }
    }

    async fn look(&mut self) -> Result<Value, Problem> {
        let now = self.call.site.clock.monotonic();
        if now >= self.looked + LOOK_EVERY {
            self.looked = now;
            self.call.site.still_in(&self.call.who).await?;
        }
        let (namespace, name) = (self.entry.namespace(), self.entry.object.name());
        let entry = self.call.site.index.get(namespace, name);
        let gone = || Problem::new(Code::NotFound, "the application is gone");
        let entry = entry.ok_or_else(gone)?;
        self.call.must(Resource::Applications, actions::GET, &entry.policy_object)?;
        self.entry = entry;
        let place = Place::of_entry(&self.call.site, &self.entry)?;
        tree(&self.call.site, &place).await
    }
}
