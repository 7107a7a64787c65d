//! Applications and projects that cannot be read or do not hold together: the API server refuses what it can, the
//! controllers name the rest on the object, and every other application goes on.

use crate::stage::{Stage, URL, app_at, application, conditions, config_map, sync, text};
use git::MemoryGit;
use serde_json::{Value, json};

/// A spec with one thing wrong, and what is said about it: by the API server, and on the object if that was stored. No
/// project is no fault of a stored object: it means the default one.
fn wrong() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let spec = |change: fn(&mut Value)| {
        let mut app = application("x", "good");
        change(&mut app["spec"]);
        app["spec"].take()
    };
    let without = |field: &str| {
        let mut spec = spec(|_| ());
        spec.as_object_mut().and_then(|spec| spec.remove(field));
        spec
    };
    let directory = spec(|spec| spec["source"]["directory"] = json!({"recurse": "yes"}));
    let prune = spec(|spec| spec["syncPolicy"]["automated"]["prune"] = json!("yes"));
    let limit = spec(|spec| spec["syncPolicy"]["retry"] = json!({"limit": "many"}));
    let options = spec(|spec| spec["syncPolicy"]["syncOptions"] = json!({"Prune": false}));
    vec![
        ("text", json!("nonsense"), "spec", "field spec: invalid type: string \"nonsense\", expected an object"),
        ("empty", json!({}), "spec.destination", "spec.source.repoURL and either spec.source.path"),
        ("no-destination", without("destination"), "spec.destination", "Destination server missing from app spec"),
        (
            "numeric-path",
            spec(|spec| spec["source"]["path"] = json!(7)),
            "spec.source.path",
            "field spec.source.path: ",
        ),
        ("listed-source", spec(|spec| spec["source"] = json!([])), "spec.source", "field spec.source: "),
        ("odd-recurse", directory, "spec.source.directory.recurse", "field spec.source.directory.recurse: "),
        ("odd-prune", prune, "spec.syncPolicy.automated.prune", "field spec.syncPolicy.automated.prune: "),
        ("odd-limit", limit, "spec.syncPolicy.retry.limit", "field spec.syncPolicy.retry.limit: "),
        ("odd-options", options, "spec.syncPolicy.syncOptions", "field spec.syncPolicy.syncOptions: "),
    ]
}

fn named(name: &str, spec: &Value) -> Value {
    let mut app = application(name, "good");
    app["spec"] = spec.clone();
    app
}

async fn started(definitions: Vec<Value>) -> (Stage, MemoryGit) {
    let git = MemoryGit::new();
    git.commit(URL, "main", "good", [("good/a.yaml", config_map("a", "1"))]);
    let stage = Stage::with(git.clone(), definitions, None).await;
    stage.create(application("neighbour", "good")).await;
    stage.until_well("neighbour").await;
    (stage, git)
}

async fn the_neighbour_goes_on(stage: &Stage, git: &MemoryGit) {
    let commit = git.commit(URL, "main", "next", [("good/a.yaml", config_map("a", "2"))]).to_string();
    let is_there = |app: &Value| sync(app) == "Synced" && text(app, "/status/sync/revision") == commit;
    stage.until(app_at("neighbour"), "at the next commit", is_there).await;
}

/// The definitions without their schemas, as some clusters have them: then anything can be stored.
fn without_schemas() -> Vec<Value> {
    let mut definitions = api::crds();
    let versions = definitions.iter_mut().filter_map(|one| one.pointer_mut("/spec/versions")?.as_array_mut()).flatten();
    for version in versions {
        version["schema"]["openAPIV3Schema"] = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    }
    definitions
}

#[tokio::test(start_paused = true)]
async fn the_api_server_refuses_wrong_types_by_the_field() {
    let (stage, git) = started(api::crds()).await;
    for (name, spec, field, _) in wrong() {
        let refused = stage.try_create(named(name, &spec)).await.expect_err(name);
        let kube::Error::Api(status) = refused else { panic!("{name}: {refused}") };
        assert_eq!((status.code, &*status.reason), (422, "Invalid"), "{name}: {status:?}");
        assert!(status.message.contains(field), "{name}: {}", status.message);
    }
    the_neighbour_goes_on(&stage, &git).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_stored_all_the_same_is_named_on_the_object() {
    let (stage, git) = started(without_schemas()).await;
    for (name, spec, ..) in wrong() {
        stage.create(named(name, &spec)).await;
    }
    for (name, _, _, wanted) in wrong() {
        let told = stage.until_told(name, "InvalidSpecError: ").await;
        assert!(told.iter().any(|told| told.contains(wanted)), "{name}: {told:?}");
    }
    the_neighbour_goes_on(&stage, &git).await;
}

#[tokio::test(start_paused = true)]
async fn an_application_that_becomes_unreadable_keeps_what_it_made() {
    let (stage, git) = started(without_schemas()).await;
    stage.create(application("turning", "good")).await;
    let well = stage.until_well("turning").await;
    for patch in
        [json!({"spec": {"destination": "nonsense"}}), json!({"operation": 7}), json!({"status": {"history": "none"}})]
    {
        stage.patch(app_at("turning"), patch.clone()).await;
        stage.until_told("turning", "argocd/turning is not a valid Application: field ").await;
        assert!(!stage.get(["v1", "ConfigMap", "turning", "a"]).await.is_null(), "{patch}: pruned");
        let undo = json!({"spec": {"destination": well["spec"]["destination"]}, "operation": null, "status": {"history": null}});
        stage.patch(app_at("turning"), undo).await;
        stage
            .until(app_at("turning"), "readable again", |app| conditions(app).is_empty() && sync(app) == "Synced")
            .await;
    }
    stage.patch(app_at("turning"), json!({"spec": {"source": 7}})).await;
    stage.until_told("turning", "InvalidSpecError: ").await;
    stage.delete(app_at("turning")).await;
    stage.until(app_at("turning"), "deleted", Value::is_null).await;
    the_neighbour_goes_on(&stage, &git).await;
}

/// Its name, what is wrong with it, and what it is told.
type BadApplication = (&'static str, fn(&mut Value), &'static str);

#[tokio::test(start_paused = true)]
async fn what_does_not_hold_together_is_named() {
    let (stage, git) = started(api::crds()).await;
    let cases: [BadApplication; 7] = [
        (
            "stray",
            |app| app["spec"]["project"] = json!("nobody"),
            "Application referencing project nobody which does not exist",
        ),
        (
            "two-names",
            |app| app["spec"]["destination"]["name"] = json!("in-cluster"),
            "can't have both name and server defined",
        ),
        (
            "nowhere",
            |app| app["spec"]["destination"] = json!({"namespace": "x"}),
            "Destination server missing from app spec",
        ),
        (
            "far",
            |app| app["spec"]["destination"]["server"] = json!("https://far.example"),
            "cluster \"https://far.example\" not found; register it",
        ),
        (
            "sourceless",
            |app| drop(app["spec"].as_object_mut().and_then(|spec| spec.remove("source"))),
            "spec.source.repoURL and either spec.source.path",
        ),
        (
            "pathless",
            |app| app["spec"]["source"] = json!({"repoURL": URL}),
            "spec.source.repoURL and either spec.source.path",
        ),
        ("charted", |app| app["spec"]["source"]["chart"] = json!("redis"), "expected https://…, http://… or oci://…"),
    ];
    for (name, change, _) in &cases {
        let mut app = application(name, "good");
        change(&mut app);
        stage.create(app).await;
    }
    for (name, _, wanted) in cases {
        let is_told = |app: &Value| conditions(app).iter().any(|told| told.contains("Error: "));
        let told = conditions(&stage.until(app_at(name), "told", is_told).await);
        assert!(told.iter().any(|told| told.contains(wanted)), "{name}: {told:?}");
    }
    the_neighbour_goes_on(&stage, &git).await;
}

#[tokio::test(start_paused = true)]
async fn a_project_that_cannot_be_read_is_named_on_its_applications() {
    let (stage, git) = started(without_schemas()).await;
    let metadata = json!({"name": "odd", "namespace": "argocd"});
    let project = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": metadata, "spec": {"sourceRepos": 7}});
    stage.create(project).await;
    let mut app = application("member", "good");
    app["spec"]["project"] = json!("odd");
    stage.create(app).await;
    let told = stage.until_told("member", "Error: ").await;
    let wanted =
        "InvalidSpecError: argoproj.io/AppProject/argocd/odd is not a valid AppProject: field spec.sourceRepos: ";
    assert!(told.iter().any(|told| told.starts_with(wanted)), "{told:?}");
    the_neighbour_goes_on(&stage, &git).await;
}
