//! Running cases and judging their answers.

use crate::case::{Case, Step};
use crate::client::{self, Answer, Service};
use crate::compare;
use crate::placeholder::Bindings;
use crate::report::{Outcome, Report};
use serde_json::{Value, json};
use std::time::Duration;

/// How often a step that was polled is tried, and how long is waited in between.
const POLLS_MAX: usize = 50;
const POLL_EVERY: Duration = Duration::from_millis(200);

/// Replays the cases, each on a server of its own that `server` makes.
pub async fn replay<S: Service>(cases: &[Case], server: impl AsyncFn() -> S) -> Report {
    let mut outcomes = Vec::new();
    for case in cases {
        let service = server().await;
        let difference = run(&service, case).await.err();
        outcomes.push(Outcome { file: case.file.clone(), name: case.name.clone(), difference });
    }
    Report { outcomes }
}

async fn run<S: Service>(service: &S, case: &Case) -> Result<(), String> {
    let mut bindings = Bindings::default();
    let mut watches = Vec::new();
    for (index, step) in case.steps.iter().enumerate() {
        let context = |difference: String| format!("step {}: {} {}: {difference}", index + 1, step.method, step.path);
        if step.note.as_deref().is_some_and(|note| note.starts_with("watch opened here")) {
            let opened = client::open(service, step, &bindings).await.map_err(context)?;
            watches.push((step, opened));
            continue;
        }
        let answer = answer(service, step, &mut bindings).await.map_err(context)?;
        let judged = judge(step, &answer, &mut bindings).map_err(context);
        if !is_edited(step, case.steps.get(index + 1)) {
            judged?;
        }
        if index == 0 {
            add_service_account(service, step, &bindings).await;
        }
    }
    for (step, opened) in watches {
        let answer = opened.finish().await?;
        judge(step, &answer, &mut bindings).map_err(|difference| format!("watch of {}: {difference}", step.path))?;
    }
    Ok(())
}

/// The recorder made some bodies by editing the answer before them, and recorded the edited answer.
fn is_edited(step: &Step, next: Option<&Step>) -> bool {
    step.method == "GET" && next.is_some_and(|next| next.method == "PUT" && next.body.as_ref() == Some(&step.response))
}

async fn answer<S: Service>(service: &S, step: &Step, bindings: &mut Bindings) -> Result<Answer, String> {
    let is_polled = step.note.as_deref() == Some("polled until settled");
    for _ in 1..if is_polled { POLLS_MAX } else { 1 } {
        let answer = client::open(service, step, bindings).await?.finish().await?;
        if judge(step, &answer, &mut bindings.clone()).is_ok() {
            return Ok(answer);
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
    client::open(service, step, bindings).await?.finish().await
}

/// The recorder put a `default` ServiceAccount into each namespace, without recording it.
async fn add_service_account<S: Service>(service: &S, step: &Step, bindings: &Bindings) {
    let namespace = step.body.as_ref().and_then(|body| body["metadata"]["name"].as_str());
    let Some(namespace) = namespace.filter(|_| step.path == "/api/v1/namespaces" && step.method == "POST") else {
        return;
    };
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}});
    let step = Step {
        method: "POST".to_owned(),
        path: format!("/api/v1/namespaces/{namespace}/serviceaccounts"),
        query: None,
        headers: Some([("Content-Type".to_owned(), "application/json".to_owned())].into()),
        body: Some(account),
        status: 201,
        response_headers: None,
        note: None,
        response: Value::Null,
    };
    // A server without service accounts says so in the cases that need them.
    let _ = client::open(service, &step, bindings).await;
}

fn judge(step: &Step, answer: &Answer, bindings: &mut Bindings) -> Result<(), String> {
    if step.status != answer.status {
        let message = answer.body["message"].as_str().unwrap_or_default();
        return Err(format!("expected status {}, got {}: {message}", step.status, answer.status));
    }
    let expected = upstream_only(&step.response);
    if let Some(difference) = compare::difference(&expected, &answer.body, bindings) {
        return Err(difference);
    }
    let expected = json!(step.response_headers.clone().unwrap_or_default());
    match compare::difference(&expected, &json!(answer.headers), bindings) {
        Some(difference) => Err(format!("headers{difference}")),
        None => Ok(()),
    }
}

/// The recorded server is OpenShift's build: it adds one more certificate to every pod's token volume.
fn upstream_only(value: &Value) -> Value {
    match value {
        Value::Array(items) => items
            .iter()
            .filter(|item| item["configMap"]["name"] != "openshift-service-ca.crt")
            .map(upstream_only)
            .collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), upstream_only(value))).collect(),
        other => other.clone(),
    }
}
