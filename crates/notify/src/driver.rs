//! Observes one object at a time, and sees to what is to be sent.

use crate::configs::Configs;
use crate::deliver::{Around, ROUNDS_MAX, deliver, find_out};
use crate::evaluate::{Access, Due, Evaluation, Input, evaluate};
use crate::fired::{Fired, Inbox};
use crate::key::ObjectKey;
use crate::metrics::{EventLabels, Metrics};
use crate::observed::{Observed, Query, Seen};
use crate::outbox::{Outbox, Outcome};
use crate::plan::{NEWS, decide};
use crate::self_service::{NAME_APPLICATIONS, NAME_ROLLOUTS, SelfService};
use crate::source::{Lookups, Sender};
use api::names::{APP_PROJECT, DEFAULT_PROJECT, GROUP};
use api::rollouts::names::{ANNOTATION_REVISION, LABEL_POD_TEMPLATE_HASH};
use api::rollouts::{ANALYSIS_RUN, ANNOTATION_WAITING, WaitingEvents};
use cluster::{Cache, GroupKind, WRITE_TIMEOUT};
use controller::{Controller, Failure, Leadership, Level, Queue, Step};
use futures::FutureExt;
use jiff::Timestamp;
use notifications::notified::{ANNOTATION, Notified};
use notifications::{Config, Facts, Product, subscription};
use object::{Fetched, Gvk, Key, Object};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many deliveries to one service are under way: one that hangs keeps its own waiting, and nobody else's.
const PER_SERVICE: usize = 32;

/// The longest that one try may take, whatever its service does.
const TRY: Duration = Duration::from_secs(300);

/// How long the end of a delivery waits for others of its object: they are recorded together.
const TOGETHER: Duration = Duration::from_millis(20);

/// What the passes share.
pub(crate) struct Driver {
    pub product: Product,
    pub objects: Cache,
    pub configs: Configs,
    pub self_service: SelfService,
    pub sender: Arc<dyn Sender>,
    pub lookups: Arc<dyn Lookups>,
    pub outbox: Arc<Outbox>,
    pub inbox: Inbox,
    pub queue: Queue<ObjectKey>,
    pub leadership: Leadership,
    pub metrics: Metrics,
    pub services: Mutex<BTreeMap<(String, String), Arc<Semaphore>>>,
}

/// What a pass reads of an object's surroundings.
struct Read {
    object: Object,
    value: Arc<Json>,
    project: Option<Object>,
    runs: Option<Arc<Json>>,
    configs: Vec<Arc<Config>>,
    fired: Vec<Fired>,
}

impl Driver {
    fn may_send(&self) -> bool {
        self.leadership.may_act_for(WRITE_TIMEOUT)
    }

    fn access(&self) -> Access {
        let is_denied = self.product == Product::Applications && self.self_service == SelfService::On;
        if is_denied { Access::Denied } else { Access::Allowed }
    }

    async fn read(&self, key: &ObjectKey) -> Result<Option<Read>, Failure> {
        let object = match self.objects.get(&key.object_key(self.product)) {
            Fetched::Known(cached) => cached.object,
            Fetched::Absent => {
                self.outbox.forget(key);
                self.inbox.forget_all(key);
                return Ok(None);
            }
            Fetched::Unknown(cause) => return Err(Failure::Retry(cause)),
        };
        let configs = self.configs.all(&key.namespace, self.self_service).map_err(Failure::Retry)?;
        let value = object.value();
        let project = self.project(&object, &value);
        // Most objects have nobody to tell: they cost no more than this.
        let annotations = &object.meta().annotations;
        let is_subscribed = subscription::subscribes(annotations)
            || configs.iter().any(|config| !config.subscriptions.is_empty())
            || project.as_ref().is_some_and(|project| subscription::subscribes(&project.meta().annotations))
            || annotations.contains_key(ANNOTATION)
            || annotations.contains_key(ANNOTATION_WAITING)
            || has_condition(&value);
        if !is_subscribed {
            self.inbox.forget_all(key);
            return Ok(None);
        }
        let value = Arc::new(self.with_workload(key, value).await);
        // Whoever may not send leaves it to who may.
        if self.product == Product::Rollouts && self.may_send() {
            self.inbox.find(key, &written(&object), self.objects.client().clock().now());
        }
        let fired = self.inbox.read(key, &value);
        let runs = if fired.is_empty() { None } else { self.runs(&object, &value) };
        Ok(Some(Read { object, value, project, runs, configs, fired }))
    }

    /// The Application's project, in its own namespace as upstream looks for it, or in the control plane's.
    fn project(&self, object: &Object, value: &Json) -> Option<Object> {
        if self.product != Product::Applications {
            return None;
        }
        let name = value.pointer("/spec/project").and_then(Json::as_str).filter(|name| !name.is_empty());
        let key = Key::new(GROUP, APP_PROJECT, object.namespace(), name.unwrap_or(DEFAULT_PROJECT));
        self.objects.get(&key).into_known().map(|cached| cached.object)
    }

    /// A Rollout that refers to a workload, with that one's template, as upstream shows it.
    async fn with_workload(&self, key: &ObjectKey, mut value: Json) -> Json {
        let word = |name: &str| value.pointer(&format!("/spec/workloadRef/{name}")).and_then(Json::as_str);
        let Some(((api_version, kind), name)) = word("apiVersion").zip(word("kind")).zip(word("name")) else {
            return value;
        };
        let gvk = Gvk::from_api_version(api_version, kind);
        let found = self.objects.client().get(&gvk, Some(&key.namespace), name).await;
        if let (Ok(Some(workload)), Some(spec)) = (found, value.get_mut("spec").and_then(Json::as_object_mut)) {
            for part in ["template", "selector"] {
                if let Some(it) = workload.get(&format!("/spec/{part}")) {
                    spec.insert(part.to_owned(), it);
                }
            }
        }
        value
    }

    /// The AnalysisRuns of the newest version, the newest first.
    fn runs(&self, object: &Object, value: &Json) -> Option<Arc<Json>> {
        let hash = value.pointer("/status/currentPodHash").and_then(Json::as_str).unwrap_or_default();
        let revision = object.meta().annotation(ANNOTATION_REVISION);
        let all = self.objects.objects(&GroupKind::new(GROUP, ANALYSIS_RUN));
        let is_own = |run: &&Object| {
            let meta = run.meta();
            run.namespace() == object.namespace()
                && meta.labels.get(LABEL_POD_TEMPLATE_HASH).is_some_and(|it| **it == *hash)
                && meta.annotation(ANNOTATION_REVISION) == revision
        };
        let mut own: Vec<&Object> = all.iter().map(|cached| &cached.object).filter(is_own).collect();
        own.sort_by_key(|run| std::cmp::Reverse(run.meta().creation_timestamp));
        let runs: Vec<Json> = own.into_iter().map(Object::value).collect();
        (!runs.is_empty()).then(|| Arc::new(runs.into()))
    }

    /// Evaluates, finding out what conditions ask of repositories.
    async fn evaluated(&self, read: &Read, now: Timestamp) -> Evaluation {
        let mut facts = Facts::default();
        let project = read.project.as_ref().map(Object::value);
        let mut round = 0;
        loop {
            let input = Input {
                product: self.product,
                object: &read.object,
                value: &read.value,
                project: read.project.as_ref(),
                project_value: project.as_ref(),
                runs: read.runs.as_deref(),
                configs: &read.configs,
                fired: &read.fired,
                facts: &facts,
                secrets: self.access(),
            };
            let evaluation = evaluate(&input, now);
            let wanted = facts.take_wanted();
            round += 1;
            if wanted.is_empty() || round > ROUNDS_MAX {
                return evaluation;
            }
            find_out(&wanted, &read.value, &mut facts, &*self.lookups).await;
        }
    }

    /// Lets go of what was recorded, is no longer wanted, or is no news any more.
    fn tidy(&self, key: &ObjectKey, read: &Read, evaluation: &mut Evaluation, now: Timestamp) {
        match self.product {
            Product::Applications => {
                let known = Notified::parse(read.object.meta().annotation(ANNOTATION));
                let is_due = |item: &str| evaluation.due.iter().any(|due| due.item == item);
                self.outbox.retain(key, |item| is_due(item) && !known.has(item));
            }
            Product::Rollouts => {
                let outbox = self.outbox.read(key);
                let is_settled =
                    |due: &Due| matches!(outbox.get(&due.item), Some(crate::outbox::Standing::Settled { .. }));
                let is_done = |fired: &&Fired| {
                    let is_old = fired.at.checked_add(NEWS).is_ok_and(|end| end < now);
                    is_old || evaluation.due.iter().filter(|due| due.fired == Some(fired.number)).all(is_settled)
                };
                let done: Vec<u64> = read.fired.iter().filter(is_done).map(|fired| fired.number).collect();
                self.inbox.settle(key, &done, &written(&read.object));
                let of = |item: &str| item.split(':').next().and_then(|number| number.parse::<u64>().ok());
                self.outbox.retain(key, |item| of(item).is_some_and(|number| !done.contains(&number)));
                // Nothing of it is remembered any more: it must not look as if nobody had been told.
                evaluation.due.retain(|due| due.fired.is_none_or(|number| !done.contains(&number)));
            }
        }
    }

    fn turn(&self, due: &Due) -> Arc<Semaphore> {
        let name = (due.config.namespace.clone(), due.destination.service.clone());
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(services.entry(name).or_insert_with(|| Arc::new(Semaphore::new(PER_SERVICE))))
    }

    /// Begins a try; its end wakes the object.
    fn send(self: &Arc<Self>, key: &ObjectKey, due: Due, read: &Read) {
        if !self.outbox.begin(key, &due.item) {
            return;
        }
        let (driver, key, turn) = (Arc::clone(self), key.clone(), self.turn(&due));
        let clock = self.objects.client().clock().clone();
        let around = Around {
            product: self.product,
            project: read.project.as_ref().map(|project| Arc::new(project.value())),
            runs: read.runs.clone(),
            secrets: self.access(),
            sender: Arc::clone(&self.sender),
            lookups: Arc::clone(&self.lookups),
            now: clock.now(),
        };
        let fired = due.fired.and_then(|number| read.fired.iter().find(|fired| fired.number == number)).cloned();
        tokio::spawn(async move {
            let _turn = turn.acquire_owned().await;
            let began = clock.monotonic();
            let trying = AssertUnwindSafe(timeout(TRY, deliver(&due, &around))).catch_unwind().await;
            let outcome = match trying {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => failed(format!("it took longer than {}s (limit)", TRY.as_secs())),
                Err(_) => failed("a defect in the service: it panicked".to_owned()),
            };
            let succeeded = match &outcome {
                Outcome::Delivered => Ok(()),
                Outcome::Dropped => Err("dropped".to_owned()),
                Outcome::Failed { cause, .. } => Err(cause.clone()),
            };
            driver.count(&key, &due, fired.as_ref(), &succeeded, clock.monotonic().duration_since(began));
            if let Err(cause) = &succeeded {
                tracing::warn!(object = %key, trigger = due.trigger, destination = %due.destination, "not delivered: {cause}");
            }
            driver.outbox.end(&key, &due.item, outcome, clock.now());
            driver.queue.add_after(key, Level::LOWEST, TOGETHER);
        });
    }

    fn count(&self, key: &ObjectKey, due: &Due, fired: Option<&Fired>, succeeded: &Result<(), String>, took: Duration) {
        match fired {
            None => self.metrics.delivered(&due.trigger, &due.destination.service, succeeded),
            Some(fired) => {
                let (namespace, name) = (key.namespace.clone(), key.name.clone());
                let labels =
                    EventLabels { namespace, name, severity: fired.severity.clone(), reason: fired.reason.clone() };
                self.metrics.sent(&labels, succeeded, took);
            }
        }
    }
}

/// The events that are written down on a Rollout.
fn written(object: &Object) -> WaitingEvents {
    WaitingEvents::parse(object.meta().annotation(ANNOTATION_WAITING))
}

fn failed(cause: String) -> Outcome {
    Outcome::Failed { cause, after: None }
}

fn has_condition(value: &Json) -> bool {
    let conditions = value.pointer("/status/conditions").and_then(Json::as_array);
    conditions.into_iter().flatten().any(|it| it["type"] == crate::problem::CONDITION)
}

/// The driver as the runtime holds it.
pub(crate) struct Running(pub Arc<Driver>);

impl Controller for Running {
    type Key = ObjectKey;
    type Observed = Observed;
    type Query = Query;

    fn name(&self) -> &'static str {
        match self.0.product {
            Product::Applications => NAME_APPLICATIONS,
            Product::Rollouts => NAME_ROLLOUTS,
        }
    }

    async fn observe(&self, key: &ObjectKey, _: Level) -> Result<Observed, Failure> {
        let driver = &self.0;
        let Some(read) = driver.read(key).await? else { return Ok(Observed { key: key.clone(), seen: None }) };
        let now = driver.objects.client().clock().now();
        let mut evaluation = driver.evaluated(&read, now).await;
        if driver.product == Product::Applications {
            evaluation.outcomes.iter().for_each(|(trigger, outcome)| driver.metrics.evaluated(trigger, outcome));
        }
        driver.tidy(key, &read, &mut evaluation, now);
        let outbox = driver.outbox.read(key);
        let may_send = driver.may_send();
        let written = written(&read.object);
        let remaining = driver.inbox.remaining(key, &written, now);
        let (product, object) = (driver.product, read.object);
        let seen = Seen { product, object, evaluation, outbox, may_send, written, remaining };
        Ok(Observed { key: key.clone(), seen: Some(Box::new(seen)) })
    }

    async fn answer(&self, key: &ObjectKey, mut observed: Observed, queries: Vec<Query>) -> Result<Observed, Failure> {
        let Some(read) = self.0.read(key).await? else { return Ok(Observed { seen: None, ..observed }) };
        for Query::Send(due) in queries {
            self.0.send(key, *due, &read);
        }
        if let Some(seen) = &mut observed.seen {
            seen.outbox = self.0.outbox.read(key);
        }
        Ok(observed)
    }

    fn plan(observed: &Observed, now: Timestamp) -> Step<Query> {
        decide(observed, now)
    }
}
