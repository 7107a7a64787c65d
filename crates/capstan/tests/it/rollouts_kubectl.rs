//! The examples of Rollouts under real kubectl, with this program linked as its plugin: each is applied, broken, aborted,
//! undone, changed, promoted and undone again. Where there is no kubectl each test says that it was skipped.

use crate::kubectl::kubectl;
use crate::stage::Process;
use crate::transcript::{Ended, capstan};
use git::{Change, Layout, NewCommit, Signature, commit_files};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/rollouts");

/// How long a state that must come is waited for; only a failure takes so long.
const PATIENCE_SECONDS: u32 = 240;

const HEALTHY: &str = "Status: ✔ Healthy";
const PAUSED: &str = "Status: ॥ Paused";

/// `capstan up`, and kubectl that finds its plugin.
struct Session {
    kubectl: PathBuf,
    // Ends before its folder goes.
    _up: Process,
    folder: TempDir,
}

impl Session {
    /// `None` where there is no kubectl.
    fn begin() -> Option<Self> {
        let kubectl = kubectl()?;
        let folder = tempfile::tempdir().expect("a folder");
        let up = Process::start(folder.path(), "up --api 127.0.0.1:0", "capstan is ready");
        let mut install = capstan(folder.path());
        let installed = ended(install.args(["plugins", "install", "--dir", "links"]));
        assert_eq!(installed.code, 0, "{}", installed.stderr);
        Some(Session { kubectl, _up: up, folder })
    }

    /// kubectl with these arguments, separated by spaces.
    fn command(&self, line: &str) -> Command {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let links = self.folder.path().join("links");
        let paths = std::iter::once(links).chain(std::env::split_paths(&paths));
        let mut command = Command::new(&self.kubectl);
        command
            .args(line.split_whitespace())
            .env("PATH", std::env::join_paths(paths).expect("paths"))
            .env("KUBECONFIG", self.folder.path().join(".capstan/kubeconfig"))
            .env("HOME", self.folder.path());
        command
    }

    /// What kubectl prints; it must succeed.
    #[track_caller]
    fn ok(&self, line: &str) -> String {
        let ended = ended(&mut self.command(line));
        assert_eq!(ended.code, 0, "kubectl {line}: {}{}", ended.stdout, ended.stderr);
        ended.stdout
    }

    #[track_caller]
    fn argo(&self, line: &str) -> String {
        self.ok(&format!("argo rollouts {line}"))
    }

    /// Watches a Rollout until one frame has all words of one of these; gives which.
    #[track_caller]
    fn until_any(&self, name: &str, wanted: &[&[&str]]) -> usize {
        let line = format!("argo rollouts get rollout {name} --watch --timeout-seconds {PATIENCE_SECONDS}");
        let mut watch = self.command(&line).stdout(Stdio::piped()).spawn().expect("kubectl runs");
        let lines = BufReader::new(watch.stdout.take().expect("its output")).lines();
        let (mut frame, mut found) = (String::new(), None);
        for line in lines {
            let line = line.expect("a line");
            if line.starts_with("Name:") {
                frame.clear();
            }
            frame.extend(line.split_whitespace().flat_map(|word| [word, " "]));
            found = wanted.iter().position(|words| words.iter().all(|word| frame.contains(word)));
            if found.is_some() {
                break;
            }
        }
        // It may have ended already.
        let _ = watch.kill();
        let _ = watch.wait();
        found.unwrap_or_else(|| {
            let shown = ended(&mut self.command(&format!("argo rollouts get rollout {name}"))).stdout;
            let explained = ended(&mut self.command(&format!("argo rollouts explain {name}"))).stdout;
            panic!("{name} never shows one of {wanted:?}; last:\n{shown}\n{explained}")
        })
    }

    #[track_caller]
    fn until(&self, name: &str, wanted: &[&str]) {
        self.until_any(name, &[wanted]);
    }

    #[track_caller]
    fn apply(&self, example: &str) {
        self.ok(&format!("apply -f {}", Path::new(EXAMPLES).join(example).display()));
    }

    /// Applies an example of which one word is another: a state that ends by itself is to stay until it was seen.
    #[track_caller]
    fn apply_with(&self, example: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(Path::new(EXAMPLES).join(example)).expect("an example");
        assert!(text.contains(from), "{example} has no {from}");
        let path = self.folder.path().join(example);
        std::fs::write(&path, text.replace(from, to)).expect("written");
        self.ok(&format!("apply -f {}", path.display()));
    }

    /// The shares that an Ingress of an Application Load Balancer has for a Service, the canary's first.
    fn shares(&self, ingress: &str, root: &str) -> Vec<u64> {
        let key = format!("alb\\.ingress\\.kubernetes\\.io/actions\\.{root}");
        let action = self.ok(&format!("get ingress {ingress} -o jsonpath={{.metadata.annotations.{key}}}"));
        let action: serde_json::Value = serde_json::from_str(&action).expect("an action");
        assert_eq!(action["Type"], "forward");
        let groups = action["ForwardConfig"]["TargetGroups"].as_array().expect("target groups");
        groups.iter().map(|group| group["Weight"].as_u64().expect("a weight")).collect()
    }
}

fn ended(command: &mut Command) -> Ended {
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended {
        code: output.status.code().expect("an exit code"),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

#[test]
fn the_demo_behind_a_load_balancer() {
    let Some(session) = Session::begin() else { return };
    let (name, ingress, root) = ("rollouts-demo", "rollouts-demo-ingress", "rollouts-demo-root");
    session.apply_with("canary-alb.yaml", "      steps:", "      scaleDownDelaySeconds: 900\n      steps:");
    session.until(name, &[HEALTHY, "Step: 2/2", "rollouts-demo:blue (stable)"]);
    let set = session.argo("set image rollouts-demo rollouts-demo=argoproj/rollouts-demo:yellow");
    assert_eq!(set, "rollout \"rollouts-demo\" image updated\n");
    let paused = [PAUSED, "Message: CanaryPauseStep", "Step: 1/2", "SetWeight: 5", "ActualWeight: 5"];
    session.until(name, &[&paused[..], &["Desired: 1", "Current: 2", "Updated: 1"]].concat());
    assert_eq!(session.shares(ingress, root), [5, 95]);
    assert_eq!(session.argo("promote rollouts-demo"), "rollout 'rollouts-demo' promoted\n");
    session.until(name, &[HEALTHY, "Step: 2/2", "rollouts-demo:yellow (stable)", "delay:"]);
    assert_eq!(session.shares(ingress, root), [0, 100]);
}

/// The counts of ten pods at each step, with and without a router.
#[test]
fn ten_pods_with_and_without_a_load_balancer() {
    let Some(session) = Session::begin() else { return };
    let (routed, plain) = ("shop-front", "workers");
    session.apply_with("canary-alb-ten.yaml", "30s", "900s");
    session.apply_with("canary-ten.yaml", "30s", "900s");
    for name in [routed, plain] {
        session.until(name, &[HEALTHY, "Current: 10"]);
        session.argo(&format!("set image {name} *=argoproj/rollouts-demo:yellow"));
    }
    // Step, weight, then all and new pods with a router and without.
    let steps = [("1/6", 25, (13, 3), (11, 3)), ("3/6", 50, (15, 5), (10, 5)), ("5/6", 75, (18, 8), (11, 8))];
    for (step, weight, with, without) in steps {
        for (name, (current, updated)) in [(routed, with), (plain, without)] {
            let [step, weight] = [format!("Step: {step}"), format!("SetWeight: {weight}")];
            let [current, updated] = [format!("Current: {current} "), format!("Updated: {updated} ")];
            session.until(name, &[PAUSED, "Message: CanaryPauseStep", &step, &weight, &current, &updated]);
            session.argo(&format!("promote {name}"));
        }
    }
    for name in [routed, plain] {
        session.until(name, &[HEALTHY, "Step: 6/6", "rollouts-demo:yellow (stable)"]);
    }
    assert_eq!(session.shares(routed, "shop-front-stable"), [0, 100]);
}

/// An example and what is particular about it.
struct Example {
    file: &'static str,
    name: &'static str,
    image: &'static str,
    /// What is shown when it waits for somebody; empty when it goes on by itself.
    waits: &'static [&'static str],
    /// Whose template the pods follow.
    pods_of: &'static str,
}

/// There and back: a version that cannot start is aborted and undone, a good one is promoted and undone.
fn all_the_way_round(example: &Example) {
    let Some(session) = Session::begin() else { return };
    let Example { file, name, image, waits, pods_of } = example;
    let (repository, _) = image.split_once(':').expect("a tag");
    let newer = format!("{repository}:9.9.9");
    let [stable, newer_stable] = [image, &*newer].map(|image| format!("{image} (stable"));
    session.apply(file);
    session.until(name, &[HEALTHY, &stable]);

    let broken = "registry.example.com/does-not-exist:1";
    let set = session.argo(&format!("set image {name} *={broken}"));
    assert_eq!(set, format!("{pods_of} \"{name}\" image updated\n"));
    session.until(name, &["ImagePullBackOff", &stable]);
    assert_eq!(session.argo(&format!("abort {name}")), format!("rollout '{name}' aborted\n"));
    let aborted = "Message: RolloutAborted: Rollout aborted update to revision 2";
    session.until(name, &["Status: ✖ Degraded", aborted, &stable]);
    assert_eq!(session.argo(&format!("undo {name}")), format!("rollout '{name}' undo\n"));
    session.until(name, &[HEALTHY, &stable]);

    session.argo(&format!("set image {name} *={newer}"));
    if !waits.is_empty() {
        session.until(name, &[&[PAUSED, &stable], *waits].concat());
        assert_eq!(session.argo(&format!("promote {name}")), format!("rollout '{name}' promoted\n"));
    }
    session.until(name, &[HEALTHY, &newer_stable]);

    session.argo(&format!("undo {name}"));
    // A version whose pods still stand is gone back to at once; otherwise it waits like any other.
    if session.until_any(name, &[&[HEALTHY, &stable], &[PAUSED, &newer_stable]]) == 1 {
        session.argo(&format!("promote {name} --full"));
    }
    session.until(name, &[HEALTHY, &stable]);
    let status = session.argo(&format!("status {name} --timeout 60s"));
    assert_eq!(status.lines().last(), Some("Healthy"));
}

const ROLLOUT: &str = "rollout";
const CANARY_WAITS: &[&str] = &["Message: CanaryPauseStep", "9.9.9 (canary)"];

#[test]
fn a_canary_with_a_surge_of_a_share() {
    let image = "registry.example.com/orders:1.0.0";
    let waits = &["Message: CanaryPauseStep", "9.9.9 (canary)", "Step: 1/2", "SetWeight: 30", "Updated: 3 "];
    all_the_way_round(&Example { file: "canary-surge.yaml", name: "orders", image, waits, pods_of: ROLLOUT });
}

#[test]
fn a_canary_behind_a_load_balancer() {
    let image = "argoproj/rollouts-demo:blue";
    all_the_way_round(&Example {
        file: "canary-alb.yaml",
        name: "rollouts-demo",
        image,
        waits: CANARY_WAITS,
        pods_of: ROLLOUT,
    });
}

#[test]
fn a_canary_behind_an_ingress_controller() {
    let image = "nginx:1.27-alpine";
    all_the_way_round(&Example {
        file: "canary-nginx.yaml",
        name: "guestbook",
        image,
        waits: CANARY_WAITS,
        pods_of: ROLLOUT,
    });
}

#[test]
fn a_preview_that_waits_for_somebody() {
    let image = "registry.example.com/billing:1.0.0";
    let waits = &["Message: BlueGreenPause", "(stable, active)", "9.9.9 (preview)"];
    all_the_way_round(&Example { file: "blue-green-manual.yaml", name: "billing", image, waits, pods_of: ROLLOUT });
}

#[test]
fn a_preview_that_is_promoted_after_a_while() {
    let image = "registry.example.com/search:1.0.0";
    all_the_way_round(&Example { file: "blue-green-timed.yaml", name: "search", image, waits: &[], pods_of: ROLLOUT });
}

#[test]
fn a_blue_green_rollout_with_terms_that_mean_nothing() {
    let image = "registry.example.com/reports:1.0.0";
    all_the_way_round(&Example {
        file: "blue-green-node-terms.yaml",
        name: "reports",
        image,
        waits: &[],
        pods_of: ROLLOUT,
    });
}

#[test]
fn a_rollout_in_place_of_a_deployment() {
    let image = "registry.example.com/catalogue:1.0.0";
    all_the_way_round(&Example {
        file: "workload-ref.yaml",
        name: "catalogue",
        image,
        waits: &[],
        pods_of: "deployment",
    });
}

/// Columns, the scale that autoscalers use, fields of later versions, refusals at the door, and the end.
#[test]
fn kubectl_deals_with_rollouts_as_with_workloads() {
    let Some(session) = Session::begin() else { return };
    session.apply("canary-surge.yaml");
    session.until("orders", &[HEALTHY, "Current: 10 "]);
    let listed = session.ok("get rollout orders");
    let columns: Vec<&str> = listed.lines().next().expect("columns").split_whitespace().collect();
    assert_eq!(columns, ["NAME", "DESIRED", "CURRENT", "UP-TO-DATE", "AVAILABLE", "AGE"]);
    assert_eq!(session.ok("scale rollout orders --replicas=4"), "rollout.argoproj.io/orders scaled\n");
    session.until("orders", &[HEALTHY, "Desired: 4 ", "Current: 4 ", "Available: 4 "]);
    let scale = session.ok("get --raw /apis/argoproj.io/v1alpha1/namespaces/default/rollouts/orders/scale");
    assert!(scale.contains("\"selector\":\"app=orders\""), "{scale}");

    session.ok(r#"patch rollout orders --type merge -p {"spec":{"strategy":{"canary":{"laterVersions":{"a":1}}}}}"#);
    session.argo("pause orders");
    assert_eq!(session.ok("get rollout orders -o jsonpath={.spec.strategy.canary.laterVersions.a}"), "1");

    let wrong =
        r#"patch rollout orders --type merge -p {"spec":{"strategy":{"canary":{"steps":[{"setWeight":130}]}}}}"#;
    let refused = ended(&mut session.command(wrong));
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    assert!(refused.stderr.contains("SetWeight needs to be between 0 and 100"), "{}", refused.stderr);
    session.ok("delete rollout orders --timeout=240s");
    session.ok("wait replicaset -l app=orders --for=delete --timeout=240s");
    session.ok("wait pod -l app=orders --for=delete --timeout=240s");
    assert_eq!(session.ok("get rollouts,replicasets,pods -o name"), "");
}

/// Fields that mean nothing are accepted and told of.
#[test]
fn what_means_nothing_is_told_of() {
    let Some(session) = Session::begin() else { return };
    session.apply("blue-green-node-terms.yaml");
    session.until("reports", &[HEALTHY]);
    let line = "get events --field-selector reason=SpecWarning -o jsonpath={.items[*].message}";
    // It is written with the first ReplicaSet, beside it.
    let told = (0..500).map(|_| session.ok(line)).find(|told| !told.is_empty());
    assert!(told.as_ref().is_some_and(|told| told.contains("nodeSelectorTerms")), "{told:?}");
    session.ok("delete rollout reports --timeout=240s");
}

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/helm-rollout");

/// Commits the example's chart with this tag among its values.
fn commit_chart(session: &Session, tag: &str) {
    let files =
        ["Chart.yaml", "values.yaml", "templates/rollout.yaml", "templates/services.yaml", "templates/ingress.yaml"];
    let file = |path: &str| {
        let text = std::fs::read_to_string(Path::new(CHART).join(path)).expect("a file of the chart");
        (format!("helm-rollout/{path}"), Change::File(text.replace("tag: blue", &format!("tag: {tag}"))))
    };
    let time = jiff::Timestamp::UNIX_EPOCH;
    let author = Signature { name: "Example".into(), email: "author@example.com".into(), time };
    let changes = files.map(file).into();
    let commit = NewCommit { branch: "main".into(), message: tag.to_owned(), author, changes };
    commit_files(&session.folder.path().join("manifests.git"), Layout::Bare, &commit).expect("committed");
}

/// The example's Application on the repository, with nothing of the chart given otherwise.
fn apply_application(session: &Session) {
    let text = std::fs::read_to_string(Path::new(CHART).join("application.yaml")).expect("an application");
    let url = format!("file://{}", session.folder.path().join("manifests.git").display());
    let (before, rest) = text.split_once("    helm:\n").expect("parameters");
    let (_, after) = rest.split_once("  destination:").expect("a destination");
    let text = format!("{before}  destination:{after}").replace("https://git.example.com/demo/manifests.git", &url);
    let path = session.folder.path().join("application.yaml");
    std::fs::write(&path, text).expect("written");
    assert_eq!(session.ok(&format!("apply -f {}", path.display())), "application.argoproj.io/rollouts-demo created\n");
}

#[test]
fn a_commit_to_a_chart_begins_a_canary_and_a_promotion_ends_it() {
    let Some(session) = Session::begin() else { return };
    let until_app = |sync: &str, health: &str| {
        for (field, wanted) in [("health", health), ("sync", sync)] {
            let condition = format!("--for=jsonpath={{.status.{field}.status}}={wanted}");
            session.ok(&format!("-n argocd wait application/rollouts-demo {condition} --timeout={PATIENCE_SECONDS}s"));
        }
    };
    let in_tree = || {
        let path = "{.status.resources[?(@.kind==\"Rollout\")].health.status}";
        session.ok(&format!("-n argocd get application rollouts-demo -o jsonpath={path}"))
    };
    commit_chart(&session, "blue");
    apply_application(&session);
    session.ok(&format!("-n rollouts-demo wait rollout/rollouts-demo --for=create --timeout={PATIENCE_SECONDS}s"));
    let name = "rollouts-demo -n rollouts-demo";
    session.until(name, &[HEALTHY, "argoproj/rollouts-demo:blue (stable)"]);
    // As the load balancer's own controller does: until it has an address, an Ingress is not healthy.
    let address = r#"{"status":{"loadBalancer":{"ingress":[{"hostname":"demo.example.com"}]}}}"#;
    session.ok(&format!("-n rollouts-demo patch ingress rollouts-demo --subresource status --type merge -p {address}"));
    until_app("Synced", "Healthy");

    commit_chart(&session, "yellow");
    let paused =
        [PAUSED, "Message: CanaryPauseStep", "SetWeight: 5", "ActualWeight: 5", "rollouts-demo:yellow (canary)"];
    session.until(name, &paused);
    until_app("Synced", "Suspended");
    assert_eq!(in_tree(), "Suspended");
    session.argo(&format!("promote {name}"));
    session.until(name, &[HEALTHY, "Step: 2/2", "argoproj/rollouts-demo:yellow (stable)"]);
    until_app("Synced", "Healthy");
    assert_eq!(in_tree(), "Healthy");
}
