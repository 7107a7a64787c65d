//! A cluster small enough to hold in the head: objects by key, each with a health that the case decides.

use api::{HealthStatusCode, OperationPhase};
use jiff::{SignedDuration, Timestamp};
use object::{Fetched, Key, Object};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use sync::{Action, Attempt, Attempts, Check, Hooks, Input, Live, Options, Request, Resource, Step, TaskResult, step};

/// The cluster, the source, the request and the operation as far as it has come.
pub struct World {
    pub desired: Vec<Object>,
    pub live: BTreeMap<Key, Object>,
    pub health: BTreeMap<Key, (HealthStatusCode, String)>,
    pub refuses: BTreeMap<Key, String>,
    pub unreadable: BTreeSet<Key>,
    pub request: Request,
    pub results: Vec<TaskResult>,
    pub last_write: Option<Timestamp>,
    pub now: Timestamp,
    pub log: String,
}

/// What identifies an object written as `group/Kind/namespace/name`, `-` for nothing.
pub fn key(text: &str) -> Key {
    let parts: Vec<&str> = text.split('/').map(|part| if part == "-" { "" } else { part }).collect();
    let [group, kind, namespace, name] = parts[..] else { panic!("{text}: group/Kind/namespace/name expected") };
    Key::new(group, kind, Some(namespace), name)
}

/// An object with these annotations and content.
pub fn object(key: &Key, annotations: &BTreeMap<String, String>, content: &str) -> Object {
    let api_version = if key.group.is_empty() { "v1".to_owned() } else { format!("{}/v1", key.group) };
    let mut value = json!({
        "apiVersion": api_version, "kind": *key.kind,
        "metadata": {"name": *key.name, "annotations": annotations}, "content": content,
    });
    if let Some(namespace) = &key.namespace {
        value["metadata"]["namespace"] = json!(**namespace);
    }
    if &*key.kind == "CustomResourceDefinition" {
        let (plural, group) = key.name.split_once('.').expect("plural.group");
        let kind = plural[..1].to_uppercase() + plural[1..].trim_end_matches('s');
        value["spec"] = json!({"group": group, "names": {"kind": kind}});
    }
    Object::from_value(&value).expect("an object")
}

impl World {
    pub fn new() -> Self {
        let started_at = Timestamp::UNIX_EPOCH;
        World {
            desired: Vec::new(),
            live: BTreeMap::new(),
            health: BTreeMap::new(),
            refuses: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            request: Request {
                options: Options::default(),
                prune: false,
                dry_run: false,
                force: false,
                client_side_manager: None,
                hooks: Hooks::Run,
                selection: Vec::new(),
                revision: "0123456789".into(),
                started_at,
                hooks_since: Some(started_at),
                approved_at: None,
                namespace: None,
            },
            results: Vec::new(),
            last_write: None,
            now: started_at,
            log: String::new(),
        }
    }

    fn live_of(&self, key: &Key) -> Fetched<Live> {
        if self.unreadable.contains(key) {
            return Fetched::Unknown("the list timed out".into());
        }
        match self.live.get(key) {
            Some(object) => Fetched::Known(Live { object: object.clone(), health: self.health.get(key).cloned() }),
            None => Fetched::Absent,
        }
    }

    pub fn resources(&self) -> Vec<Resource> {
        let targets: BTreeMap<Key, &Object> = self.desired.iter().map(|object| (object.key(), object)).collect();
        let made = self.request.namespace.as_ref().map(|namespace| &namespace.key);
        let keys: BTreeSet<&Key> = targets.keys().chain(self.live.keys()).filter(|key| Some(*key) != made).collect();
        let content = |object: &Object| object.get("/content");
        let resource = |key: &Key| {
            let target = targets.get(key).copied();
            let same = target.zip(self.live.get(key)).is_some_and(|(a, b)| content(a) == content(b));
            let differs = !same;
            Resource {
                key: key.clone(),
                target: target.cloned(),
                live: self.live_of(key),
                differs,
                check: self.check(key),
            }
        };
        keys.into_iter().map(resource).collect()
    }

    /// Kinds of `example.com` are served once their definition is live.
    fn check(&self, key: &Key) -> Check {
        let definition = format!("{}s.{}", key.kind.to_lowercase(), key.group);
        let is_served = &*key.group != "example.com" || self.live.keys().any(|live| *live.name == *definition);
        if is_served { Check::Valid } else { Check::NoKind(format!("{} is not served", key.kind)) }
    }

    fn step(&self, resources: &[Resource], attempts: &Attempts) -> Step {
        let hooks = self.live.keys().map(|key| (key.clone(), self.live_of(key))).collect();
        step(&Input {
            resources,
            hooks: &hooks,
            request: &self.request,
            results: &self.results,
            attempts,
            last_write: self.last_write,
            now: self.now,
        })
    }

    /// One pass: plan, write the first `writes_max` of it, conclude. Gives the phase reached.
    pub fn pass(&mut self, writes_max: usize) -> OperationPhase {
        let before = self.resources();
        let planned = self.step(&before, &Attempts::new());
        let mut attempts = Attempts::new();
        for action in planned.actions.iter().take(writes_max) {
            let _ = writeln!(self.log, "  {action}");
            self.carry_out(action, &mut attempts);
        }
        let mut after = self.resources();
        let is_gone = |resource: &&Resource| !after.iter().any(|other| other.key == resource.key);
        let gone: Vec<Resource> = before.iter().filter(is_gone).cloned().collect();
        after.extend(gone);
        let reached = if attempts.is_empty() { planned } else { self.step(&after, &attempts) };
        // What is still to be written is the next pass's, and the operation ends only then.
        let is_over = attempts.is_empty() || reached.actions.is_empty();
        let phase = if is_over { reached.phase } else { OperationPhase::Running };
        self.results = reached.results;
        let _ = writeln!(self.log, "{}: {}", phase, reached.message);
        if let Some(wake) = reached.wake {
            let _ = writeln!(
                self.log,
                "  looks again after {}",
                SignedDuration::from_secs(wake.as_second() - self.now.as_second())
            );
        }
        phase
    }

    fn carry_out(&mut self, action: &Action, attempts: &mut Attempts) {
        let touched = match action {
            Action::Apply { target, .. } => target.key(),
            Action::Adopt { live, .. }
            | Action::Prune { live, .. }
            | Action::DeleteHook { live }
            | Action::ReleaseHook { live } => live.key(),
        };
        if let Some(reason) = self.refuses.get(&touched) {
            attempts.extend(action.task().map(|task| (task.clone(), Attempt::Refused(reason.clone()))));
            return;
        }
        self.last_write = Some(self.now);
        let word = match action {
            Action::Apply { target, live, .. } => {
                let mut value = target.value();
                value["metadata"]["creationTimestamp"] = json!(format!("{:.0}", self.now));
                self.live.insert(touched, Object::from_value(&value).expect("an object"));
                if live.is_some() { "configured" } else { "created" }
            }
            Action::Prune { .. } | Action::DeleteHook { .. } => {
                self.live.remove(&touched);
                "deleted"
            }
            Action::ReleaseHook { live } => {
                let mut value = live.value();
                value["metadata"]["finalizers"] = json!([]);
                self.live.insert(touched, Object::from_value(&value).expect("an object"));
                "configured"
            }
            // The write that follows tells what became of the task.
            Action::Adopt { .. } => return,
        };
        attempts.extend(action.task().map(|task| (task.clone(), Attempt::Done(word.into()))));
    }

    pub fn advance(&mut self, seconds: i64) {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds)).expect("in range");
    }

    pub fn result_lines(&self) -> String {
        self.results.iter().fold(String::new(), |mut text, result| {
            let code = result.progress.code.map_or("-", api::ResultCode::as_str);
            let _ = writeln!(text, "{}: {code} {} {:?}", result.id, result.progress.state, result.progress.message);
            text
        })
    }
}

/// The health a word stands for.
pub fn health(word: &str) -> HealthStatusCode {
    HealthStatusCode::parse(word).unwrap_or_else(|| panic!("{word} is no health"))
}

/// A value for annotations.
pub fn annotations(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
