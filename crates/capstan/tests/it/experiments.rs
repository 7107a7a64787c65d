//! `capstan rollouts` on Experiments and AnalysisRuns: on objects placed by hand that no controller touches, and with the
//! controllers.

use crate::rollouts::{ended, neutral};
use crate::stage::{Process, Stage};
use crate::transcript::{Ended, Transcript, capstan};
use api::rollouts::names::LABEL_INSTANCE_ID;
use object::Gvk;
use regex::Regex;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const ARGO: &str = "argoproj.io/v1alpha1";
/// Longer than any machine takes; nothing waits that long where all is well.
const PATIENCE: Duration = Duration::from_secs(900);
const POLL: Duration = Duration::from_millis(50);

/// An object of another controller's: nobody acts on it here.
fn nobodys(kind: &str, name: &str, more: Value) -> Value {
    let mut value = json!({
        "apiVersion": ARGO, "kind": kind,
        "metadata": {"name": name, "namespace": "default", "labels": {LABEL_INSTANCE_ID: "nobody", "team": name}},
    });
    for (key, part) in more.as_object().expect("an object") {
        value[key] = part.clone();
    }
    value
}

fn pods(image: &str) -> Value {
    json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": image}]}})
}

fn version(name: &str, image: &str) -> Value {
    json!({"name": name, "selector": {"matchLabels": {"app": "web"}}, "template": pods(image)})
}

async fn get(stage: &Stage, kind: &str, name: &str) -> Value {
    let gvk = Gvk::from_api_version(ARGO, kind);
    let found = stage.client.get(&gvk, Some("default"), name).await.expect("readable");
    found.map(|found| found.value()).unwrap_or_default()
}

async fn until(stage: &Stage, kind: &str, name: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let waited = timeout(PATIENCE, async {
        loop {
            let found = get(stage, kind, name).await;
            if holds(&found) {
                return found;
            }
            sleep(POLL).await;
        }
    });
    match waited.await {
        Ok(found) => found,
        Err(_) => panic!("never: {what}: {:#}", get(stage, kind, name).await),
    }
}

/// An Experiment under way with its two versions and a measurement; one that is over; and one that lasts until it is ended.
async fn place(stage: &Stage) {
    let running = json!({
        "phase": "Running", "availableAt": "2026-01-01T00:00:00Z",
        "analysisRuns": [{"name": "rate", "analysisRun": "try-rate", "phase": "Running"}],
    });
    let templates = json!([version("a", "web:1"), version("b", "web:2")]);
    let spec = json!({"duration": "1h", "templates": templates});
    stage.create(&nobodys("Experiment", "try", json!({"spec": spec, "status": running}))).await;
    let uid = get(stage, "Experiment", "try").await["metadata"]["uid"].clone();
    let owner = json!({"apiVersion": ARGO, "kind": "Experiment", "name": "try", "uid": uid, "controller": true});
    for (name, image) in [("a", "web:1"), ("b", "web:2")] {
        let labels = json!({"app": "web", "rollouts-pod-template-hash": name});
        let mut template = pods(image);
        template["metadata"]["labels"] = labels.clone();
        stage
            .create(&json!({
                "apiVersion": "apps/v1", "kind": "ReplicaSet",
                "metadata": {"name": format!("try-{name}"), "namespace": "default", "labels": labels, "ownerReferences": [owner]},
                "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
            }))
            .await;
    }
    let result =
        json!({"name": "rate", "phase": "Running", "count": 4, "successful": 3, "failed": 1, "measurements": []});
    let metrics = json!([{"name": "rate", "interval": "1m", "provider": {"web": {"url": "http://metrics"}}}]);
    let status = json!({"phase": "Running", "metricResults": [result]});
    let mut run = nobodys("AnalysisRun", "try-rate", json!({"spec": {"metrics": metrics}, "status": status}));
    run["metadata"]["ownerReferences"] = json!([owner]);
    stage.create(&run).await;
    let status = json!({"phase": "Failed", "message": "Template 'a' exceeded its progressDeadlineSeconds (600)"});
    let spec = json!({"templates": [version("a", "web:1")]});
    stage.create(&nobodys("Experiment", "over", json!({"spec": spec, "status": status}))).await;
    stage.create(&nobodys("Experiment", "fresh", json!({"spec": spec}))).await;
}

/// A template with an argument of no value, and one of a value.
fn template(kind: &str, name: &str) -> Value {
    let metric = json!({"name": "rate", "provider": {"web": {"url": "http://{{args.host}}/{{args.path}}"}}});
    let spec = json!({"args": [{"name": "host"}, {"name": "path", "value": "rate"}], "metrics": [metric]});
    let mut template = nobodys(kind, name, json!({ "spec": spec }));
    template["metadata"]["annotations"] = json!({"owner": "shop"});
    if kind == "ClusterAnalysisTemplate" {
        template["metadata"].as_object_mut().expect("an object").remove("namespace");
    }
    template
}

fn write_files(folder: &Path) {
    let write = |name: &str, value: &Value| {
        std::fs::write(folder.join(name), value.to_string()).expect("written");
    };
    write("rate.json", &template("AnalysisTemplate", "from-file"));
    let mut nameless = template("AnalysisTemplate", "x");
    nameless["metadata"].as_object_mut().expect("an object").remove("name");
    write("nameless.json", &nameless);
    let spec = json!({"templates": [version("a", "web:1")]});
    write("experiment.json", &nobodys("Experiment", "made", json!({ "spec": spec })));
    write("unknown.json", &nobodys("Experiment", "unknown", json!({"spec": {"templates": [], "durations": "1h"}})));
    let metrics = json!([{"name": "rate", "provider": {"web": {"url": "http://metrics"}}}]);
    write("run.json", &nobodys("AnalysisRun", "made", json!({"spec": {"metrics": metrics}})));
    write("map.json", &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}}));
    std::fs::write(folder.join("empty.yaml"), "").expect("written");
}

struct Desk {
    stage: Stage,
    transcript: Transcript,
}

impl Desk {
    fn run(&mut self, arguments: &str) {
        let mut command = capstan(self.stage.folder.path());
        command.arg("rollouts").args(arguments.split_whitespace());
        let mut ended = neutral(&ended(command));
        // A generated name, and what passes in a list.
        let generated = Regex::new(r"(drawn|from-file)-\w{5} created").expect("a pattern");
        ended.stdout = generated.replace_all(&ended.stdout, "$1-<drawn> created").into_owned();
        // Whatever the table has as age, of whatever unit.
        let rows = Regex::new(r"(?m)^([Σ├└│].*?) {2,}(?:\d+[smhdy])+( .*)?$").expect("a pattern");
        let row = |found: &regex::Captures<'_>| {
            let more = found.get(2).map_or("", |more| more.as_str());
            let row = format!("{}  <age>{more}", &found[1]);
            Regex::new(r" {2,}").expect("a pattern").replace_all(&row, "  ").into_owned()
        };
        ended.stdout = rows.replace_all(&ended.stdout, row).into_owned();
        if ended.stdout.contains("REMAINING") {
            let ages = Regex::new(r"(?m) +\d+(s|m|m\d+s|h|h\d+m) *$").expect("a pattern");
            ended.stdout = ages.replace_all(&ended.stdout, "  <age>").into_owned();
        }
        self.transcript.note(&format!("capstan rollouts {arguments}"), &ended);
    }

    /// Notes a part of an object as it is now.
    async fn show(&mut self, kind: &str, name: &str, pointer: &str) {
        let value = get(&self.stage, kind, name).await;
        let part = value.pointer(pointer).map_or_else(|| "nothing".to_owned(), ToString::to_string);
        let ended = Ended { code: 0, stdout: format!("{part}\n"), stderr: String::new() };
        self.transcript.note(&format!("({name} {pointer})"), &ended);
    }
}

#[tokio::test]
async fn experiments_and_runs_are_shown_ended_tried_again_and_made() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    place(&stage).await;
    stage.create(&template("AnalysisTemplate", "rate")).await;
    stage.create(&template("ClusterAnalysisTemplate", "global")).await;
    write_files(stage.folder.path());
    let transcript = Transcript::new("experiments", stage.folder.path());
    let mut desk = Desk { stage, transcript };
    for arguments in [
        "get experiment try",
        "get exp over --no-color",
        "get experiments fresh",
        "get experiment nobody",
        "get experiment nobody -w",
        "get experiment",
        "get experiment one two",
        "get experiment try --timeout-seconds 1",
        "list experiments",
        "list exp -A",
        "list experiment -l team=over",
        "list experiments -n kube-system",
        "list experiments --name try",
    ] {
        desk.run(arguments);
    }
    desk.run("terminate experiment try nobody");
    desk.show("Experiment", "try", "/spec/terminate").await;
    desk.run("terminate exp over");
    desk.run("terminate analysisrun try-rate");
    desk.show("AnalysisRun", "try-rate", "/spec/terminate").await;
    for arguments in ["terminate ar nobody", "terminate analysisrun", "terminate experiment", "terminate"] {
        desk.run(arguments);
    }
    desk.run("retry experiment try over");
    desk.show("Experiment", "over", "/status").await;
    for arguments in
        ["retry exp nobody", "retry experiment", "get experiment try", "__complete terminate analysisrun t"]
    {
        desk.run(arguments);
    }
    make_runs(&mut desk).await;
    for arguments in [
        "create -f experiment.json",
        "create -f experiment.json",
        "create -f unknown.json",
        "create -f map.json",
        "create -f run.json -w",
        "create -f run.json -f experiment.json -w",
        "create -f empty.yaml",
        "create -f nowhere.yaml",
        "create",
    ] {
        desk.run(arguments);
    }
    desk.transcript.finish();
}

async fn make_runs(desk: &mut Desk) {
    for arguments in [
        "create analysisrun",
        "create analysisrun --from rate --from-file rate.json",
        "create analysisrun --from rate -a host",
        "create analysisrun --from nobody",
        "create analysisrun --global --from nobody",
        "create analysisrun --from rate",
        "create analysisrun --from rate --argument path=x",
        "create analysisrun --from-file nowhere.json",
        "create analysisrun --from-file empty.yaml",
        "create analysisrun --from-file nameless.json -a host=h",
    ] {
        desk.run(arguments);
    }
    desk.run(
        "create analysisrun --from rate --name one -a host=metrics --argument path=a=b -a other=1 --instance-id nobody",
    );
    desk.show("AnalysisRun", "one", "/spec/args").await;
    desk.show("AnalysisRun", "one", "/metadata/labels").await;
    desk.show("AnalysisRun", "one", "/metadata/annotations").await;
    for arguments in [
        "create ar --from rate --name one -a host=metrics",
        "create analysisruns --global --from global --name two -a host=metrics",
        "create analysisrun --from rate --generate-name drawn- -a host=metrics",
        "create analysisrun --from-file rate.json -a host=metrics",
        "create analysisrun --from-file nameless.json -a host=h --generate-name drawn-",
    ] {
        desk.run(arguments);
    }
    desk.show("AnalysisRun", "two", "/metadata/labels").await;
}

fn rollouts(stage: &Stage, arguments: &str) -> Ended {
    let mut command = capstan(stage.folder.path());
    command.arg("rollouts").args(arguments.split_whitespace());
    ended(command)
}

fn write_yaml(stage: &Stage, name: &str, value: &Value) {
    std::fs::write(stage.folder.path().join(name), value.to_string()).expect("written");
}

#[tokio::test]
async fn an_experiment_is_watched_to_its_end_and_tried_again() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let spec = json!({"duration": "5s", "templates": [version("a", "web:1")]});
    let value = json!({"apiVersion": ARGO, "kind": "Experiment", "metadata": {"name": "try"}, "spec": spec});
    write_yaml(&stage, "try.json", &value);
    let mut watching =
        Process::start(stage.folder.path(), "rollouts create -f try.json -w", "experiment.argoproj.io/try created");
    watching.read_until("Status:          ✔ Successful");
    let watched = watching.terminate();
    assert_eq!((watched.code, watched.stderr.as_str()), (0, ""), "{}", watched.stdout);
    let row = rollouts(&stage, "list experiments").stdout;
    assert!(row.lines().nth(1).is_some_and(|row| row.starts_with("try         Successful  5s        -")), "{row}");

    let before = get(&stage, "Experiment", "try").await["status"]["availableAt"].clone();
    assert_eq!(rollouts(&stage, "retry experiment try").stdout, "experiment 'try' retried\n");
    let watching =
        Process::start(stage.folder.path(), "rollouts get experiment try -w", "Status:          ✔ Successful");
    assert_eq!(watching.terminate().code, 0);
    let after = get(&stage, "Experiment", "try").await["status"]["availableAt"].clone();
    assert!(after.is_string() && before.is_string() && before != after, "{before} {after}");
}

#[tokio::test]
async fn what_goes_on_for_ever_is_ended_from_the_command_line() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let metric = json!({"name": "rate", "initialDelay": "1h", "provider": {"web": {"url": "http://{{args.host}}"}}});
    let spec = json!({"args": [{"name": "host"}], "metrics": [metric]});
    let template = json!({"apiVersion": ARGO, "kind": "AnalysisTemplate", "metadata": {"name": "rate"}, "spec": spec});
    write_yaml(&stage, "rate.json", &template);
    assert_eq!(rollouts(&stage, "create -f rate.json").stdout, "analysistemplate.argoproj.io/rate created\n");
    let made = rollouts(&stage, "create analysisrun --from rate --name run -a host=127.0.0.1:1");
    assert_eq!(made.stdout, "analysisrun.argoproj.io/run created\n", "{}", made.stderr);
    until(&stage, "AnalysisRun", "run", "it begins", |run| run["status"]["startedAt"].is_string()).await;
    assert_eq!(rollouts(&stage, "terminate analysisrun run").stdout, "analysisRun 'run' terminated\n");
    let run = until(&stage, "AnalysisRun", "run", "it ends", |run| run["status"]["completedAt"].is_string()).await;
    assert_eq!((&run["status"]["phase"], &run["status"]["message"]), (&json!("Successful"), &json!("Run Terminated")));

    let analyses =
        json!([{"name": "rate", "templateName": "rate", "args": [{"name": "host", "value": "127.0.0.1:1"}]}]);
    let spec = json!({"analyses": analyses, "templates": [version("a", "web:1")]});
    let value = json!({"apiVersion": ARGO, "kind": "Experiment", "metadata": {"name": "try"}, "spec": spec});
    write_yaml(&stage, "try.json", &value);
    assert_eq!(rollouts(&stage, "create -f try.json").stdout, "experiment.argoproj.io/try created\n");
    let is_running = |it: &Value| it["status"]["phase"] == "Running" && it["status"]["analysisRuns"][0].is_object();
    until(&stage, "Experiment", "try", "it runs", is_running).await;
    let mut watching =
        Process::start(stage.folder.path(), "rollouts get experiment try -w", "Status:          ◌ Running");
    assert_eq!(rollouts(&stage, "terminate experiment try").stdout, "experiment 'try' terminated\n");
    watching.read_until("Status:          ✔ Successful");
    assert_eq!(watching.terminate().code, 0);
    let run = until(&stage, "AnalysisRun", "try-rate", "its run ends", |run| run["status"]["completedAt"].is_string());
    assert_eq!(run.await["status"]["message"], "Run Terminated");
}
