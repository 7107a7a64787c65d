//! Real kubectl and the real binary: what somebody does who has just cloned the project. Where there is no kubectl each
//! test says that it was skipped.

use crate::stage::Process;
use crate::transcript::capstan;
use git::{Change, Layout, NewCommit, Signature, commit_files};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const DEPLOYMENT: &str = include_str!("../../../../examples/first-app/repository/dev/deployment.yaml");
const SERVICE: &str = include_str!("../../../../examples/first-app/repository/dev/service.yaml");
const APPLICATION: &str = include_str!("../../../../examples/first-app/application.yaml");

/// How often something that must come is asked for; each time is a process.
const TRIES: u32 = 500;
const REPLICAS: &str = "-n myapp get deployment myapp-deployment -o jsonpath={.spec.replicas}";
const IMAGE: &str = "-n myapp get deployment myapp-deployment -o jsonpath={.spec.template.spec.containers[0].image}";
const SERVICES: &str = "-n myapp get services -o name";

/// The kubectl of this machine, unless there is none.
pub fn kubectl() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|path| path.join("kubectl")).find(|path| path.is_file());
    if found.is_none() {
        writeln!(std::io::stdout(), "skipped: kubectl absent").expect("somebody reads");
    }
    found
}

/// `capstan up`, a repository, and kubectl.
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
        Some(Session { kubectl, _up: up, folder })
    }

    /// With the application of the first example on a repository of its files.
    fn with_application() -> Option<Self> {
        let session = Session::begin()?;
        session.commit("first", [("dev/deployment.yaml", DEPLOYMENT.into()), ("dev/service.yaml", SERVICE.into())]);
        let url = format!("file://{}", session.repository().display());
        let application = session.file("application.yaml", &APPLICATION.replace("REPOSITORY", &url));
        let applied = session.ok(&format!("apply -f {application}"));
        assert_eq!(applied, "application.argoproj.io/myapp created\n");
        session.until_well();
        Some(session)
    }

    fn repository(&self) -> PathBuf {
        self.folder.path().join("shop.git")
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn commit<const N: usize>(&self, message: &str, files: [(&str, Change); N]) -> String {
        let time = jiff::Timestamp::UNIX_EPOCH;
        let author = Signature { name: "Example".into(), email: "author@example.com".into(), time };
        let changes = files.map(|(path, change)| (path.to_owned(), change)).into();
        let commit = NewCommit { branch: "main".into(), message: message.into(), author, changes };
        commit_files(&self.repository(), Layout::Bare, &commit).expect("committed").to_string()
    }

    /// kubectl with these arguments, separated by spaces.
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(&self.kubectl);
        command
            .args(line.split_whitespace())
            .env("KUBECONFIG", self.folder.path().join(".capstan/kubeconfig"))
            .env("HOME", self.folder.path())
            .env_remove("KUBE_EDITOR");
        command
    }

    /// What kubectl prints; it must succeed.
    #[track_caller]
    fn ok(&self, line: &str) -> String {
        done(line, &self.command(line).output().expect("kubectl runs"))
    }

    /// What kubectl complains; it must fail.
    #[track_caller]
    fn fails(&self, line: &str) -> String {
        let output = self.command(line).output().expect("kubectl runs");
        assert!(!output.status.success(), "kubectl {line} should fail");
        text(&output.stderr)
    }

    /// The binary's own commands.
    fn app(&self, line: &str) -> Output {
        capstan(self.folder.path()).arg("app").args(line.split_whitespace()).output().expect("capstan runs")
    }

    /// `kubectl edit`, with a person who replaces text.
    fn edit(&self, line: &str, script: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        let editor = self.file("editor", &format!("#!/bin/sh\nsed -i.bak '{script}' \"$1\"\n"));
        std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).expect("executable");
        done(line, &self.command(line).env("EDITOR", &editor).output().expect("kubectl runs"))
    }

    /// Asks until kubectl succeeds and prints what is wanted.
    #[track_caller]
    fn until(&self, line: &str, wanted: impl Fn(&str) -> bool) {
        let mut last = String::new();
        for _ in 0..TRIES {
            let output = self.command(line).output().expect("kubectl runs");
            last = text(&output.stdout);
            if output.status.success() && wanted(&last) {
                return;
            }
        }
        let app = self.ok("-n argocd get application myapp --ignore-not-found -o jsonpath={.status}");
        panic!("kubectl {line} never printed what is wanted; last {last:?}\nthe application: {app}");
    }

    #[track_caller]
    fn until_well(&self) {
        let line = "-n argocd get application myapp -o jsonpath={.status.sync.status},{.status.health.status}";
        self.until(line, |text| text == "Synced,Healthy");
    }

    #[track_caller]
    fn until_at(&self, revision: &str) {
        let line = "-n argocd get application myapp -o jsonpath={.status.sync.status},{.status.sync.revision}";
        self.until(line, |text| text == format!("Synced,{revision}"));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn done(line: &str, output: &Output) -> String {
    assert!(output.status.success(), "{line}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
fn contains(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "{wanted:?} is not in:\n{text}");
    }
}

#[test]
fn an_application_comes_up() {
    let Some(session) = Session::with_application() else { return };
    assert_eq!(session.ok("get namespace myapp -o name"), "namespace/myapp\n");
    session.ok("-n myapp rollout status deployment/myapp-deployment --timeout=60s");
    let ready = session.ok("-n myapp wait pod -l app=myapp --for=condition=Ready --timeout=60s");
    assert_eq!(ready.lines().filter(|line| line.ends_with("condition met")).count(), 2, "{ready}");
    contains(&session.ok("-n myapp get deployment"), &["myapp-deployment   2/2"]);
    contains(&session.ok("-n argocd get application"), &["SYNC STATUS   HEALTH STATUS", "Synced        Healthy"]);
    contains(&session.ok("-n argocd describe application myapp"), &["Initiated automated sync to"]);
    contains(&session.ok("explain application.spec.syncPolicy.automated"), &["selfHeal", "<boolean>"]);
    contains(&session.ok("api-resources --api-group=argoproj.io"), &["applications", "app,apps", "AppProject"]);
}

#[test]
fn changes_by_hand_are_undone() {
    let Some(session) = Session::with_application() else { return };
    session.ok("-n myapp scale deployment myapp-deployment --replicas 4");
    session.until(REPLICAS, |text| text == "2");
    session.ok("-n myapp delete service myapp-service");
    session.until(SERVICES, |text| text == "service/myapp-service\n");
    let edited = session.edit("-n myapp edit deployment myapp-deployment", "s/argocd-app:1.0/argocd-app:9.9/");
    assert_eq!(edited, "deployment.apps/myapp-deployment edited\n");
    session.until(IMAGE, |text| text == "nanajanashia/argocd-app:1.0");
    session.until_well();
}

#[test]
fn a_commit_arrives_and_what_it_removes_is_pruned() {
    let Some(session) = Session::with_application() else { return };
    let line = "-n argocd get application myapp -w --no-headers -o custom-columns=S:.status.sync.status \
                --request-timeout=60s";
    let mut watch = session.command(line).stdout(Stdio::piped()).spawn().expect("kubectl runs");
    let mut seen = BufReader::new(watch.stdout.take().expect("its output")).lines();
    let mut sees = |wanted: &str| seen.any(|line| line.expect("a line").trim() == wanted);
    assert!(sees("Synced"));
    let newer = session.commit("newer", [("dev/deployment.yaml", DEPLOYMENT.replace(":1.0", ":1.2").into())]);
    assert!(sees("OutOfSync"), "OutOfSync is shown");
    assert!(sees("Synced"), "then Synced");
    watch.kill().expect("ended");
    watch.wait().expect("ended");
    session.until_at(&newer);
    session.until(IMAGE, |text| text == "nanajanashia/argocd-app:1.2");
    session.until_well();
    let without = session.commit("without", [("dev/service.yaml", Change::Remove)]);
    session.until(SERVICES, str::is_empty);
    session.until_at(&without);
}

#[test]
fn history_lists_revisions_and_a_rollback_needs_automated_sync_off() {
    let Some(session) = Session::with_application() else { return };
    let newer = session.commit("newer", [("dev/deployment.yaml", DEPLOYMENT.replace(":1.0", ":1.2").into())]);
    session.until_at(&newer);
    session.until_well();
    let history = done("history", &session.app("history myapp"));
    contains(&history, &["ID", &newer[..7]]);
    assert_eq!(history.lines().count(), 4, "{history}");
    let refused = session.app("rollback myapp 0 --timeout 60");
    assert_eq!(refused.status.code(), Some(20));
    contains(&text(&refused.stderr), &["rollback cannot be initiated when auto-sync is enabled"]);
    let off = r#"-n argocd patch application myapp --type merge -p {"spec":{"syncPolicy":{"automated":null}}}"#;
    assert_eq!(session.ok(off), "application.argoproj.io/myapp patched\n");
    done("rollback", &session.app("rollback myapp 0 --timeout 60"));
    session.until(IMAGE, |text| text == "nanajanashia/argocd-app:1.0");
    session.until("-n argocd get application myapp -o jsonpath={.status.sync.status}", |text| text == "OutOfSync");
}

#[test]
fn deleting_an_application_with_its_finalizer_deletes_what_it_made() {
    let Some(session) = Session::with_application() else { return };
    let keep = r#"{"metadata":{"finalizers":["resources-finalizer.argocd.argoproj.io"]}}"#;
    session.ok(&format!("-n argocd patch application myapp --type merge -p {keep}"));
    session.ok("-n argocd delete application myapp --timeout=60s");
    session.until("-n myapp get deployments,services,replicasets,pods -o name", str::is_empty);
}

#[test]
fn the_usual_commands_behave_as_on_kubernetes() {
    let Some(session) = Session::begin() else { return };
    let (deployment, service) = (session.file("d.yaml", DEPLOYMENT), session.file("s.yaml", SERVICE));
    let both = format!("apply -f {deployment} -f {service}");
    assert_eq!(session.ok(&both), "deployment.apps/myapp-deployment created\nservice/myapp-service created\n");
    assert_eq!(session.ok(&both), "deployment.apps/myapp-deployment unchanged\nservice/myapp-service unchanged\n");
    let on = "deployment/myapp-deployment";
    contains(&session.ok(&format!("rollout status {on} --timeout=60s")), &["successfully rolled out"]);
    contains(&session.ok("get pods -l app=myapp"), &["READY", "1/1", "Running"]);
    contains(&session.ok(&format!("describe {on}")), &["2 desired | 2 updated", "ScalingReplicaSet", "argocd-app:1.0"]);
    assert_eq!(session.ok(&format!("scale {on} --replicas=3")), "deployment.apps/myapp-deployment scaled\n");
    contains(
        &session.ok(&format!("wait {on} --for=jsonpath={{.status.readyReplicas}}=3 --timeout=60s")),
        &["condition met"],
    );
    let edited = session.edit(&format!("edit {on}"), "s/argocd-app:1.0/argocd-app:1.2/");
    assert_eq!(edited, "deployment.apps/myapp-deployment edited\n");
    contains(&session.ok(&format!("rollout status {on} --timeout=60s")), &["successfully rolled out"]);
    assert_eq!(session.ok(&format!("rollout undo {on}")), "deployment.apps/myapp-deployment rolled back\n");
    let image = "get deployment myapp-deployment -o jsonpath={.spec.template.spec.containers[0].image}";
    assert_eq!(session.ok(image), "nanajanashia/argocd-app:1.0");
    let patch = r#"patch service myapp-service -p {"spec":{"ports":[{"port":8080,"name":"web"}]}}"#;
    assert_eq!(session.ok(patch), "service/myapp-service patched\n");
    contains(&session.ok("explain deployment.spec.strategy"), &["rollingUpdate", "GROUP:      apps"]);
    contains(&session.ok("api-resources"), &["deployments", "services", "applications", "appprojects"]);
    contains(&session.fails("get deployment no-such"), &["deployments.apps \"no-such\" not found"]);
    let deleted = session.ok(&format!("delete -f {deployment} -f {service} --timeout=60s"));
    contains(&deleted, &["deployment.apps \"myapp-deployment\" deleted", "service \"myapp-service\" deleted"]);
    session.ok("wait pod -l app=myapp --for=delete --timeout=60s");
    assert_eq!(session.ok("get pods,replicasets,deployments -o name"), "");
}

/// kubectl checks lists itself, by a document that it asks for in a binary form.
#[test]
fn lists_are_applied_whole() {
    let Some(session) = Session::begin() else { return };
    let map = |name: &str| format!("- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: {name}\n");
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{}{}", map("one"), map("two"));
    let list = session.file("list.yaml", &list);
    assert_eq!(session.ok(&format!("create -f {list}")), "configmap/one created\nconfigmap/two created\n");
    assert_eq!(session.ok(&format!("delete -f {list}")), "configmap \"one\" deleted\nconfigmap \"two\" deleted\n");
    assert_eq!(session.ok(&format!("apply -f {list}")), "configmap/one created\nconfigmap/two created\n");
}
