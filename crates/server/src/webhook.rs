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
use tokio::task::JoinSet;
use webhooks::{BODY_BYTES_MAX, Concern, Delivery, Secrets};

/// The Secret in which the image updater keeps what registries prove themselves with; `argocd-secret` goes before it.
const IMAGES_SECRET: &str = "argocd-image-updater-secret";

/// So many applications are asked to be refreshed at a time.
const AT_ONCE: usize = 20;

/// Keeps the table by repository, and lets the waiting go: when their time has come and fewer than [`AT_ONCE`] are under
/// way. Ends with the site.
pub async fn run(site: Weak<Site>) {
    let (mut news, index) = match site.upgrade() {
        Some(site) => (site.index.news(), site.index.clone()),
        None => return,
    };
    learn_all(&site, &index);
    let mut refreshes = JoinSet::new();
    loop {
        let Some(strong) = site.upgrade() else { return };
        let next = {
            let mut waiting = strong.webhooks.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let due = waiting.take(elapsed(&strong), AT_ONCE.saturating_sub(refreshes.len()));
            for ((namespace, name), concern) in due {
                refreshes.spawn(refresh(Arc::downgrade(&strong), namespace, name, concern));
            }
            waiting.next().filter(|_| refreshes.len() < AT_ONCE)
        };
        let (webhooks, started) = (Arc::clone(&strong.webhooks), strong.started);
        drop(strong);
        tokio::select! {
            told = news.recv() => match told {
                Ok(news) => webhooks.learn(&news.entry, news.event),
                Err(broadcast::error::RecvError::Lagged(_)) => learn_all(&site, &index),
                Err(broadcast::error::RecvError::Closed) => return,
            },
            () = webhooks.added.notified() => {}
            Some(_) = refreshes.join_next(), if !refreshes.is_empty() => {}
            () = tokio::time::sleep_until(started + next.unwrap_or_default()), if next.is_some() => {}
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

/// Asks for one refresh. One that could not be asked for waits again: what was pushed last must not be lost.
async fn refresh(site: Weak<Site>, namespace: Box<str>, name: Box<str>, concern: Concern) {
    let Some(site) = site.upgrade() else { return };
    let Some(entry) = site.index.get(&namespace, &name) else { return };
    match crate::applications::refresh::ask(&site, &entry, concern).await {
        Ok(()) => site.webhooks.count_refresh(),
        Err(problem) => {
            tracing::warn!("{namespace}/{name} is not refreshed after a push: {problem}");
            if is_passing(problem.code) {
                wait(&site, BTreeMap::from([((namespace, name), concern)]));
            }
        }
    }
}

/// Whether what went wrong may be right a moment later.
fn is_passing(code: Code) -> bool {
    matches!(code, Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Aborted)
}

/// These wait for their refresh from now on.
fn wait(site: &Site, concerned: BTreeMap<(Box<str>, Box<str>), Concern>) {
    let pace = crate::pushes::pace(&site.plane.now().config);
    let mut random = site.clock.random("webhook jitter");
    let mut waiting = site.webhooks.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.set_pace(pace);
    waiting.add(elapsed(site), concerned, || random.below(1_000) as f64 / 1_000.0);
    drop(waiting);
    site.webhooks.added.notify_one();
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
    let of_images = site.plane.secret(IMAGES_SECRET);
    let secrets = Secrets::read(|key| resolved(site, &own, key).or_else(|| resolved(site, &of_images, key)));
    let event = webhooks::receive(&delivery, &secrets, body_max(site)).map_err(|refusal| {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
        Problem::new(Code::InvalidArgument, refusal.to_string()).with_status(status)
    })?;
    if let (webhooks::Event::Images(images), Some(pushed)) = (&event, &site.options.pushed) {
        images.iter().for_each(|image| pushed(image));
    }
    let concerned = site.webhooks.concerned(&event, site.options.rendered.as_ref());
    if !concerned.is_empty() {
        wait(site, concerned);
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
