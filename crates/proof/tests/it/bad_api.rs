//! An API that answers 429, 500 or 410, to everything or to one kind: said on the objects it concerns, outlasted, and
//! never taken for an absence.

use crate::stage::{At, Stage, URL, app_at, application, conditions, config_map, sync, text};
use embedded::{ApiError, Event, EventFault, Faults, RequestFault, RequestSummary};
use git::MemoryGit;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const STATUSES: [(u16, &str); 3] = [(429, "TooManyRequests"), (500, "InternalError"), (410, "Expired")];

/// What is wrong with the API server at the moment, for the controllers.
#[derive(Default)]
struct Trouble(Mutex<Option<Failing>>);

/// Answers with an error whatever `concerns` picks.
#[derive(Clone, Copy)]
struct Failing {
    status: u16,
    reason: &'static str,
    concerns: fn(&RequestSummary) -> bool,
}

impl Trouble {
    fn begin(&self, (status, reason): (u16, &'static str), concerns: fn(&RequestSummary) -> bool) {
        *self.0.lock().expect("no panic") = Some(Failing { status, reason, concerns });
    }

    fn end(&self) {
        *self.0.lock().expect("no panic") = None;
    }

    fn of(&self, request: &RequestSummary) -> Option<Failing> {
        let failing = (*self.0.lock().expect("no panic"))?;
        (request.user_agent.starts_with("capstan") && (failing.concerns)(request)).then_some(failing)
    }
}

impl Faults for Trouble {
    fn before(&self, request: &RequestSummary) -> RequestFault {
        match self.of(request) {
            Some(Failing { status, reason, .. }) => {
                RequestFault::Refuse(ApiError::new(status, reason, "the test says so"))
            }
            None => RequestFault::Serve,
        }
    }

    /// Watches that are open break at their next event.
    fn event(&self, request: &RequestSummary, _: &Event) -> EventFault {
        if self.of(request).is_some() { EventFault::Disconnect } else { EventFault::Deliver }
    }
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n";
const SERVED: At<'_> = ["v1", "Service", "shop", "web"];

/// `shop` has a Service and a ConfigMap, `neighbour` a ConfigMap.
async fn started() -> (Stage, MemoryGit, Arc<Trouble>) {
    let git = MemoryGit::new();
    let files = [
        ("shop/web.yaml", SERVICE.to_owned()),
        ("shop/a.yaml", config_map("a", "1")),
        ("neighbour/a.yaml", config_map("a", "1")),
    ];
    git.commit(URL, "main", "first", files);
    let trouble = Arc::new(Trouble::default());
    let stage = Stage::with(git.clone(), api::crds(), Some(trouble.clone())).await;
    for name in ["shop", "neighbour"] {
        stage.create(application(name, name)).await;
        stage.until_well(name).await;
    }
    (stage, git, trouble)
}

/// Commits new values for both applications, and the Service's port under a new name.
fn commit(git: &MemoryGit, value: &str) {
    let files = [
        ("shop/web.yaml", format!("{SERVICE}    name: p{value}\n")),
        ("shop/a.yaml", config_map("a", value)),
        ("neighbour/a.yaml", config_map("a", value)),
    ];
    git.commit(URL, "main", "next", files);
}

async fn arrives(stage: &Stage, name: &str, value: &str) {
    let has = |object: &Value| text(object, "/data/value") == value;
    stage.until(["v1", "ConfigMap", name, "a"], "at the new value", has).await;
}

/// All of a commit is there, and the Service was never deleted.
async fn all_arrives(stage: &Stage, value: &str, uid: &str) {
    for name in ["shop", "neighbour"] {
        arrives(stage, name, value).await;
    }
    let has = |object: &Value| text(object, "/spec/ports/0/name") == format!("p{value}");
    let served = stage.until(SERVED, "updated", has).await;
    assert_eq!(text(&served, "/metadata/uid"), uid, "it was deleted");
    stage.until_well("shop").await;
    stage.until_well("neighbour").await;
}

#[tokio::test(start_paused = true)]
async fn an_api_that_fails_altogether_is_outlasted() {
    let (stage, git, trouble) = started().await;
    let uid = text(&stage.get(SERVED).await, "/metadata/uid").to_owned();
    for answer in STATUSES {
        let value = answer.0.to_string();
        trouble.begin(answer, |_| true);
        commit(&git, &value);
        tokio::time::sleep(Duration::from_secs(120)).await;
        trouble.end();
        all_arrives(&stage, &value, &uid).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_cannot_be_read_is_told_by_those_who_have_it() {
    let (stage, git, trouble) = started().await;
    let uid = text(&stage.get(SERVED).await, "/metadata/uid").to_owned();
    for answer in STATUSES {
        let value = answer.0.to_string();
        trouble.begin(answer, |request| request.resource == "services" && !request.is_write());
        // An event breaks the watch, and the kind must be read anew.
        stage.patch(SERVED, json!({"metadata": {"labels": {"touched": value}}})).await;
        let told = stage.until_told("shop", "ComparisonError: Failed to load live state: ").await;
        assert!(told.iter().any(|told| told.contains("the test says so")), "{told:?}");
        assert_eq!(sync(&stage.get(app_at("shop")).await), "Unknown", "{told:?}");
        commit(&git, &value);
        arrives(&stage, "neighbour", &value).await;
        assert_eq!(conditions(&stage.until_well("neighbour").await), Vec::<String>::new());
        trouble.end();
        all_arrives(&stage, &value, &uid).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_cannot_be_followed_is_read_one_by_one() {
    let (stage, git, trouble) = started().await;
    let uid = text(&stage.get(SERVED).await, "/metadata/uid").to_owned();
    for answer in STATUSES {
        let value = answer.0.to_string();
        trouble.begin(answer, |request| request.resource == "services" && ["list", "watch"].contains(&request.verb));
        stage.patch(SERVED, json!({"metadata": {"labels": {"touched": value}}})).await;
        tokio::time::sleep(Duration::from_secs(120)).await;
        commit(&git, &value);
        all_arrives(&stage, &value, &uid).await;
        trouble.end();
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_fails_is_told_in_the_servers_words() {
    let (stage, git, trouble) = started().await;
    let uid = text(&stage.get(SERVED).await, "/metadata/uid").to_owned();
    for answer in STATUSES {
        let value = answer.0.to_string();
        trouble.begin(answer, |request| request.resource == "services" && request.is_write());
        commit(&git, &value);
        arrives(&stage, "neighbour", &value).await;
        // The rest of the wave is applied.
        arrives(&stage, "shop", &value).await;
        let message = |app: &Value| text(app, "/status/operationState/message").to_owned();
        let tells = |app: &Value| message(app).contains("the test says so");
        stage.until(app_at("shop"), "told the server's words", tells).await;
        // What goes on like this is no longer waited for, but counted and tried again as any failure.
        let is_tried_again = |app: &Value| {
            message(app).starts_with("one or more objects failed to apply, reason: the test says so. Retrying attempt")
        };
        stage.until(app_at("shop"), "tried again", is_tried_again).await;
        trouble.end();
        all_arrives(&stage, &value, &uid).await;
    }
}
