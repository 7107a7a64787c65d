//! `capstan rollouts …`, and the same under the name of kubectl's plugin: on objects placed by hand that no controller
//! touches, and all the way round with the controller.

use crate::stage::Stage;
use crate::transcript::{Ended, Transcript, capstan};
use api::rollouts::names::LABEL_INSTANCE_ID;
use cluster::{Change, Part, PatchKind, Target, Write};
use object::{Gvk, Object};
use regex::Regex;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const ROLLOUT: &str = "argoproj.io/v1alpha1";

fn template(image: &str) -> Value {
    json!({
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": image}, {"name": "proxy", "image": "proxy:1"}]},
    })
}

/// A Rollout of another controller's: nobody acts on it here.
fn rollout(name: &str, strategy: Value) -> Value {
    json!({
        "apiVersion": ROLLOUT, "kind": "Rollout",
        "metadata": {
            "name": name, "namespace": "default",
            "labels": {LABEL_INSTANCE_ID: "nobody", "team": name},
            "annotations": {"rollout.argoproj.io/revision": "2"},
        },
        "spec": {
            "replicas": 5, "selector": {"matchLabels": {"app": "web"}}, "template": template("web:2"),
            "strategy": strategy,
        },
    })
}

fn canary() -> Value {
    json!({"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {"duration": "1h"}}]}})
}

fn paused() -> Value {
    json!({
        "observedGeneration": "1", "currentPodHash": "b2", "stableRS": "a1", "currentStepIndex": 1,
        "replicas": 5, "updatedReplicas": 1, "readyReplicas": 5, "availableReplicas": 5,
        "phase": "Paused", "message": "CanaryPauseStep", "controllerPause": true,
        "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}],
    })
}

struct Hands {
    stage: Stage,
}

impl Hands {
    /// Places a Rollout with its status and two ReplicaSets without pods.
    async fn place(&self, rollout: &Value, status: Value) {
        self.stage.create(rollout).await;
        let object = Object::from_value(rollout).expect("an object");
        let change = Change::Patch { kind: PatchKind::Merge, body: json!({"status": status}), part: Part::Status };
        let write = Write::new(Target::of(&object), change);
        let written = self.stage.client.write(&write).await.expect("patched").object.expect("the Rollout");
        for (hash, image, revision) in [("a1", "web:1", "1"), ("b2", "web:2", "2")] {
            let name = format!("{}-{hash}", object.name());
            let mut template = template(image);
            template["metadata"]["labels"]["rollouts-pod-template-hash"] = hash.into();
            let labels = json!({"app": "web", "rollouts-pod-template-hash": hash});
            let owner = json!({
                "apiVersion": ROLLOUT, "kind": "Rollout", "name": object.name(), "uid": written.meta().uid.to_string(),
                "controller": true,
            });
            let set = json!({
                "apiVersion": "apps/v1", "kind": "ReplicaSet",
                "metadata": {
                    "name": name, "namespace": "default", "labels": labels, "ownerReferences": [owner],
                    "annotations": {"rollout.argoproj.io/revision": revision},
                },
                "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": template},
            });
            self.stage.create(&set).await;
        }
    }

    /// Notes a part of a Rollout as it is now.
    async fn show(&self, transcript: &mut Transcript, name: &str, pointer: &str) {
        let gvk = Gvk::from_api_version(ROLLOUT, "Rollout");
        let object = self.stage.client.get(&gvk, Some("default"), name).await.expect("readable").expect("there");
        let part = object.get(pointer).map_or_else(|| "nothing".to_owned(), |value| value.to_string());
        let ended = Ended { code: 0, stdout: format!("{part}\n"), stderr: String::new() };
        transcript.note(&format!("({name} {pointer})"), &ended);
    }
}

/// Ages and the names of pods are others on every run.
pub fn neutral(ended: &Ended) -> Ended {
    let ages = Regex::new(r"(?m)(NAME .*|^.*[─⟳].*)$").expect("a pattern");
    let stdout = ages.replace_all(&ended.stdout, |found: &regex::Captures<'_>| {
        let line = Regex::new(r" +\d+s +").expect("a pattern").replace(&found[0], "  <age>  ").into_owned();
        Regex::new(r" {2,}").expect("a pattern").replace_all(&line, "  ").into_owned()
    });
    let since = Regex::new(r"\(\d+[a-z0-9]* ago\)").expect("a pattern");
    let stdout = since.replace_all(&stdout, "(<age> ago)").into_owned();
    let again = Regex::new(r"again in \d+s at").expect("a pattern");
    let stdout = again.replace_all(&stdout, "again in <age> at").into_owned();
    Ended { code: ended.code, stdout, stderr: ended.stderr.clone() }
}

fn run(folder: &Path, transcript: &mut Transcript, arguments: &str) -> Ended {
    let mut command = capstan(folder);
    command.arg("rollouts").args(arguments.split_whitespace());
    let ended = ended(command);
    transcript.note(&format!("capstan rollouts {arguments}"), &neutral(&ended));
    ended
}

/// Runs a command to its end.
pub fn ended(mut command: Command) -> Ended {
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    Ended {
        code: output.status.code().expect("an exit code"),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

#[tokio::test]
async fn what_is_shown_and_what_each_command_changes() {
    let hands = Hands { stage: Stage::start("up --api 127.0.0.1:0").await };
    let folder = hands.stage.folder.path().to_owned();
    hands.place(&rollout("shop", canary()), paused()).await;
    let blue_green = json!({"blueGreen": {"activeService": "active", "autoPromotionEnabled": false}});
    let status = json!({
        "observedGeneration": "1", "phase": "Degraded", "message": "RolloutAborted: Rollout aborted update to revision 2",
        "abort": true, "currentPodHash": "b2", "stableRS": "a1", "replicas": 5, "blueGreen": {"activeSelector": "a1"},
    });
    hands.place(&rollout("blog", blue_green), status).await;

    let mut transcript = Transcript::new("rollouts", &folder);
    let run = |transcript: &mut Transcript, arguments: &str| run(&folder, transcript, arguments);
    for arguments in [
        "get rollout shop",
        "get ro blog --no-color",
        "get rollout shop --revision 1",
        "get rollout shop --revision 7",
        "get rollout nobody",
        "list rollouts",
        "list ro -A -l team=shop",
        "list rollouts --status degraded",
        "list rollouts --name nobody",
        "list experiments",
        "status shop --watch=false",
        "status blog --watch=false",
        "status blog",
        "status shop --timeout 1ms",
        "explain shop",
        "explain blog",
    ] {
        run(&mut transcript, arguments);
    }
    run(&mut transcript, "promote shop");
    hands.show(&mut transcript, "shop", "/status/pauseConditions").await;
    run(&mut transcript, "promote shop");
    hands.show(&mut transcript, "shop", "/status/currentStepIndex").await;
    run(&mut transcript, "promote shop --full");
    hands.show(&mut transcript, "shop", "/status/promoteFull").await;
    run(&mut transcript, "promote blog -c");
    run(&mut transcript, "promote shop -c -a");
    run(&mut transcript, "abort shop nobody");
    hands.show(&mut transcript, "shop", "/status/abort").await;
    run(&mut transcript, "retry rollout shop blog");
    hands.show(&mut transcript, "shop", "/status/abort").await;
    run(&mut transcript, "pause shop");
    hands.show(&mut transcript, "shop", "/spec/paused").await;
    run(&mut transcript, "restart shop --in 10s");
    hands.show(&mut transcript, "shop", "/spec/restartAt").await;
    run(&mut transcript, "set image shop web=web:3 proxy=proxy:2");
    run(&mut transcript, "set image shop none=web:3");
    hands.show(&mut transcript, "shop", "/spec/template/spec").await;
    run(&mut transcript, "undo shop --to-revision 2");
    run(&mut transcript, "undo shop --to-revision 2");
    run(&mut transcript, "undo shop");
    hands.show(&mut transcript, "shop", "/spec/template").await;
    run(&mut transcript, "undo shop --to-revision 9");
    run(&mut transcript, "terminate analysisrun nobody");
    run(&mut transcript, "retry experiment nobody");
    run(&mut transcript, "__complete status sh");
    run(&mut transcript, "__complete get rollout shop -");
    transcript.finish();
}

const DEMO: &str = "apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: demo
spec:
  replicas: 2
  selector:
    matchLabels:
      app: demo
  template:
    metadata:
      labels:
        app: demo
    spec:
      containers:
      - name: demo
        image: demo:blue
  strategy:
    canary:
      maxSurge: 1
      maxUnavailable: 0
      steps:
      - setWeight: 50
      - pause: {}
";

/// The last line a command printed, and its exit code.
fn last(ended: &Ended) -> (i32, &str) {
    (ended.code, ended.stdout.lines().last().unwrap_or_default())
}

/// The commands as kubectl finds them, on a canary that the controller brings out.
#[tokio::test]
async fn a_canary_is_made_promoted_aborted_and_undone_under_the_name_of_the_plugin() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let folder = stage.folder.path();
    std::fs::write(folder.join("demo.yaml"), DEMO).expect("written");
    let mut install = capstan(folder);
    install.args(["plugins", "install", "--dir", "links"]);
    let installed = ended(install);
    assert_eq!((installed.code, installed.stdout.lines().count()), (0, 2), "{}", installed.stderr);

    let link = folder.join("links/kubectl-argo-rollouts");
    let plugin = |arguments: &str| {
        let mut command = Command::new(&link);
        command.current_dir(folder).env_clear().env("HOME", folder).args(arguments.split_whitespace());
        ended(command)
    };
    assert_eq!(plugin("create -f demo.yaml").stdout, "rollout.argoproj.io/demo created\n");
    assert_eq!(last(&plugin("status demo --timeout 60s")), (0, "Healthy"));
    assert_eq!(plugin("set image demo demo=demo:yellow").stdout, "rollout \"demo\" image updated\n");
    // It pauses by itself, and stays so: the time runs out.
    let paused = || {
        for _ in 0..TRIES {
            if plugin("status demo --watch=false").stdout == "Paused - CanaryPauseStep\n" {
                return;
            }
        }
        panic!("it does not pause: {}", plugin("explain demo").stdout);
    };
    paused();
    let waited = plugin("status demo --timeout 1ms");
    assert_eq!((waited.code, waited.stderr.as_str()), (1, "Error: Rollout status watch exceeded timeout\n"));
    assert!(plugin("explain demo").stdout.contains("unblocked by  kubectl argo rollouts promote demo"));
    assert_eq!(plugin("promote demo").stdout, "rollout 'demo' promoted\n");
    assert_eq!(last(&plugin("status demo --timeout 60s")), (0, "Healthy"));
    let shown = plugin("get rollout demo").stdout;
    assert!(shown.contains("demo:yellow (stable)") && !shown.contains('\x1b'), "{shown}");

    assert_eq!(plugin("set image demo *=demo:red").code, 0);
    paused();
    assert_eq!(plugin("abort demo").stdout, "rollout 'demo' aborted\n");
    let aborted = plugin("status demo --timeout 60s");
    let message = "RolloutAborted: Rollout aborted update to revision 3";
    assert_eq!(last(&aborted), (1, &*format!("Degraded - {message}")));
    assert_eq!(aborted.stderr, format!("Error: The rollout is in a degraded state with message: {message}\n"));
    assert_eq!(plugin("undo demo").stdout, "rollout 'demo' undo\n");
    assert_eq!(last(&plugin("status demo --timeout 60s")), (0, "Healthy"));

    let complete = ended({
        let mut command = Command::new(folder.join("links/kubectl_complete-argo-rollouts"));
        command.current_dir(folder).env_clear().env("HOME", folder).args(["get", "rollout", "d"]);
        command
    });
    assert_eq!(complete.stdout, "demo\n:4\n");
}

/// How often a state that must come is asked for; each time is a process.
const TRIES: u32 = 500;

const LINTED: &str = "apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: demo
spec:
  selector:
    matchLabels:
      app: demo
  template:
    metadata:
      labels:
        app: demo
    spec:
      containers:
      - name: demo
        image: demo:blue
  strategy:
    canary:
      stableService: stable
      canaryService: canary
      trafficRouting:
        nginx:
          stableIngress: demo
      steps:
      - setWeight: 110
      - setWeight: 20
        setCanaryScale:
          replicas: 1
      - analysis:
          templates:
          - templateName: errors
---
apiVersion: v1
kind: Service
metadata:
  name: stable
spec:
  selector:
    app: another
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: demo
spec:
  rules:
  - http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: canary
            port:
              number: 80
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata:
  name: errors
spec:
  metrics:
  - name: errors
    interval: 5s
    provider:
      web:
        url: http://metrics
        jsonPath: '{$}'
";

#[test]
fn words_that_need_no_cluster() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    std::fs::write(folder.join("demo.yaml"), DEMO).expect("written");
    std::fs::write(folder.join("linted.yaml"), LINTED).expect("written");
    std::fs::write(folder.join("unknown.yaml"), DEMO.replace("maxSurge", "maxSurges")).expect("written");
    std::fs::write(folder.join("template.yaml"), DEMO.replace("image:", "img:")).expect("written");
    let mut transcript = Transcript::new("rollouts_words", folder);
    for arguments in [
        "lint -f demo.yaml",
        "lint -f linted.yaml",
        "lint -f unknown.yaml",
        "lint -f template.yaml",
        "lint -f nowhere.yaml",
        "lint",
        "",
        "nonsense",
        "get",
        "get nonsense",
        "get rollout",
        "abort",
        "abort --nonsense",
        "abort -x",
        "promote one two",
        "status -t 5 web",
        "undo web --to-revision=last",
        "get rollout web --timeout-seconds soon",
        "set image web",
        "dashboard --port x",
        "dashboard --port 1 --kubeconfig nowhere",
        "completion",
        "completion tcsh",
        "completion bash",
        "notifications trigger get --kubeconfig nowhere",
        "version --short",
        "create analysisrun --kubeconfig nowhere",
        "__complete ter",
        "__complete list -",
    ] {
        run(folder, &mut transcript, arguments);
    }
    transcript.finish();
}
