//! A pod and its state in one word, as `kubectl argo rollouts` finds it.

use crate::icon;
use jiff::Timestamp;
use object::Object;
use serde_json::Value;

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodView {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its state in one word, such as `Running`, `Init:0/1` or `CrashLoopBackOff`.
    pub status: String,
    /// The sign of that state.
    pub icon: &'static str,
    /// How many of its containers are ready, of how many: `1/2`.
    pub ready: String,
    /// How often containers were started again.
    pub restarts: i64,
}

impl PodView {
    /// The pod as it is shown.
    #[must_use]
    pub fn of(pod: &Object) -> Self {
        let value = pod.value();
        let mut state = State::begin(&value);
        if !state.initialize(&value) {
            state.run(&value);
        }
        let status = state.ended(&value);
        let containers = list(&value, "/spec/containers").len();
        PodView {
            name: pod.name().to_owned(),
            created: pod.meta().creation_timestamp,
            icon: icon::of_pod(&status),
            status,
            ready: format!("{}/{containers}", state.ready),
            restarts: state.restarts,
        }
    }
}

struct State {
    reason: String,
    ready: usize,
    restarts: i64,
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

/// How a container ended without saying why.
fn ended_how(container: &Value) -> String {
    match number(container, "/state/terminated/signal") {
        0 => format!("ExitCode:{}", number(container, "/state/terminated/exitCode")),
        signal => format!("Signal:{signal}"),
    }
}

impl State {
    fn begin(pod: &Value) -> Self {
        let reason = match text(pod, "/status/reason") {
            "" => text(pod, "/status/phase"),
            reason => reason,
        };
        State { reason: reason.to_owned(), ready: 0, restarts: 0 }
    }

    /// Looks at the containers that prepare; says whether one of them is not done.
    fn initialize(&mut self, pod: &Value) -> bool {
        let all = list(pod, "/spec/initContainers");
        let is_sidecar = |name: &str| {
            all.iter().any(|container| container["name"] == name && container["restartPolicy"] == "Always")
        };
        for (index, container) in list(pod, "/status/initContainerStatuses").iter().enumerate() {
            self.restarts += number(container, "/restartCount");
            let terminated = container.pointer("/state/terminated").filter(|state| !state.is_null());
            let waiting = text(container, "/state/waiting/reason");
            if let Some(terminated) = terminated {
                if number(terminated, "/exitCode") == 0 {
                    continue;
                }
                let why = match text(terminated, "/reason") {
                    "" => ended_how(container),
                    reason => reason.to_owned(),
                };
                self.reason = format!("Init:{why}");
                return true;
            }
            if is_sidecar(text(container, "/name")) && container["started"] == true {
                if container["ready"] == true {
                    continue;
                }
                // Compat: a sidecar that has started but is not ready ends the look, and nothing prepares.
                return false;
            }
            self.reason = if waiting.is_empty() || waiting == "PodInitializing" {
                format!("Init:{index}/{}", all.len())
            } else {
                format!("Init:{waiting}")
            };
            return true;
        }
        false
    }

    /// Looks at the containers that do the work.
    fn run(&mut self, pod: &Value) {
        self.restarts = 0;
        let mut has_running = false;
        for container in list(pod, "/status/containerStatuses").iter().rev() {
            self.restarts += number(container, "/restartCount");
            let is = |state: &str| container.pointer(state).is_some_and(|state| !state.is_null());
            let (waiting, ended) =
                (text(container, "/state/waiting/reason"), text(container, "/state/terminated/reason"));
            if !waiting.is_empty() {
                self.reason = waiting.to_owned();
            } else if !ended.is_empty() {
                self.reason = ended.to_owned();
            } else if is("/state/terminated") {
                self.reason = ended_how(container);
            } else if container["ready"] == true && is("/state/running") {
                has_running = true;
                self.ready += 1;
            }
        }
        if self.reason == "Completed" && has_running {
            self.reason = "Running".to_owned();
        }
    }

    fn ended(&self, pod: &Value) -> String {
        let is_deleting = pod.pointer("/metadata/deletionTimestamp").is_some_and(|time| !time.is_null());
        match text(pod, "/status/reason") {
            "NodeLost" if is_deleting => "Unknown".to_owned(),
            _ if is_deleting => "Terminating".to_owned(),
            _ => self.reason.clone(),
        }
    }
}
