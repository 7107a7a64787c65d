//! What forges and registries send: checked, read, and turned into refreshes of those applications that it concerns.

use crate::call::Call;
use crate::index::{Event, Index};
use crate::problem::{Code, Problem};
use crate::reply::Reply;
use crate::site::Site;
use http::StatusCode;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::broadcast;
use webhooks::{BODY_BYTES_MAX, Concern, Delivery, Secrets};

/// So many applications are asked to be refreshed at a time.
const AT_ONCE: usize = 20;

/// How often it is looked who may go, while somebody waits.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Keeps the table by repository, and lets the waiting go. Ends with the site.
pub async fn run(site: Weak<Site>) {
    let (mut news, index) = match site.upgrade() {
        Some(site) => (site.index.news(), site.index.clone()),
        None => return,
    };
    learn_all(&site, &index);
    loop {
        let added = site.upgrade();
        let Some(strong) = added else { return };
        let is_waiting = {
            let mut waiting = strong.webhooks.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let now = elapsed(&strong);
            let due = waiting.take(now, AT_ONCE);
            let left = !waiting.is_empty();
            drop(waiting);
            for ((namespace, name), concern) in due {
                tokio::spawn(refresh(Arc::downgrade(&strong), namespace, name, concern));
            }
            left
        };
        let webhooks = Arc::clone(&strong.webhooks);
        drop(strong);
        tokio::select! {
            told = news.recv() => match told {
                Ok(news) => webhooks.learn(&news.entry, news.event),
                Err(broadcast::error::RecvError::Lagged(_)) => learn_all(&site, &index),
                Err(broadcast::error::RecvError::Closed) => return,
            },
            () = webhooks.added.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY), if is_waiting => {}
        }
    }
}

fn learn_all(site: &Weak<Site>, index: &Index) {
    if let Some(site) = site.upgrade() {
        for entry in index.all().values() {
            site.webhooks.learn(entry, Event::Added);
        }
    }
}

fn elapsed(site: &Site) -> Duration {
    site.clock.monotonic().saturating_duration_since(site.started)
}

async fn refresh(site: Weak<Site>, namespace: Box<str>, name: Box<str>, concern: Concern) {
    let Some(site) = site.upgrade() else { return };
    let Some(entry) = site.index.get(&namespace, &name) else { return };
    if let Err(problem) = crate::applications::refresh::ask(&site, &entry, concern).await {
        tracing::warn!("{namespace}/{name} is not refreshed after a push: {problem}");
    }
}

/// How large a body may be.
#[must_use]
pub fn body_max(site: &Site) -> usize {
    let said = site.plane.now();
    let megabytes = said.config.get("webhook.maxPayloadSizeMB").and_then(|text| text.trim().parse::<usize>().ok());
    megabytes.map_or(BODY_BYTES_MAX, |size| size.saturating_mul(1 << 20).min(BODY_BYTES_MAX))
}

/// Takes in one delivery. Who sends learns only whether it was understood.
pub async fn receive(call: Call) -> Result<Reply, Problem> {
    let site = &call.site;
    let text = |value: &http::HeaderValue| value.to_str().map(str::to_owned).ok();
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in &call.asked.headers {
        if let Some(value) = text(value) {
            headers.entry(name.as_str().to_owned()).or_insert(value);
        }
    }
    let query: BTreeMap<String, String> = call.asked.query.iter().rev().cloned().collect();
    let delivery = Delivery { headers: &headers, query: &query, body: &call.asked.raw };
    let own = site.plane.secret(crate::plane::OWN_SECRET);
    let secrets = Secrets::read(|key| resolved(site, &own, key));
    let event = webhooks::receive(&delivery, &secrets, body_max(site)).map_err(|refusal| {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
        Problem::new(Code::InvalidArgument, refusal.to_string()).with_status(status)
    })?;
    let concerned = site.webhooks.concerned(&event);
    if !concerned.is_empty() {
        let mut random = site.clock.random("webhook jitter");
        let now = elapsed(site);
        let mut waiting = site.webhooks.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.add(now, concerned, || random.below(1_000) as f64 / 1_000.0);
        drop(waiting);
        site.webhooks.added.notify_one();
    }
    Ok(Reply::done())
}

/// A secret, or the one that it refers to: `$key`, or `$name:key` of another Secret.
fn resolved(site: &Site, own: &crate::plane::Data, key: &str) -> Option<String> {
    let said = own.get(key).filter(|text| !text.is_empty())?;
    let found = accounts::resolve(said, |reference| match reference.secret {
        None => own.get(reference.key).cloned(),
        Some(name) => site.plane.secret(name).remove(reference.key),
    });
    // A reference that leads nowhere must not let everybody in: what is demanded then is known to nobody.
    found.filter(|secret| !secret.is_empty()).or_else(|| Some(signin::Entropy::of(&site.clock).text(32)))
}
