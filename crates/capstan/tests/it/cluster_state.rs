//! `cluster kubeconfig|load|snapshot|restore`: the embedded cluster's state, taken along.

use crate::stage::Process;
use crate::transcript::{Ended, Transcript};
use std::path::Path;

const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
";
const OBJECTS: &str = "
{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: shop}, data: {a: '1'}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn run(&self, arguments: &str) -> Ended {
        Transcript::new("unkept", self.0.path()).run(arguments)
    }

    /// What it prints, the folder's own name left out; it must succeed.
    fn ok(&self, arguments: &str) -> String {
        let Ended { code, stdout, stderr } = self.run(arguments);
        assert_eq!(code, 0, "capstan {arguments}: {stdout}{stderr}");
        stdout
    }

    /// What it complains; it must end with 1.
    fn fails(&self, arguments: &str) -> String {
        let Ended { code, stdout, stderr } = self.run(arguments);
        assert_eq!(code, 1, "capstan {arguments}: {stdout}{stderr}");
        stderr
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).expect("written")
    }
}

fn loaded(word: &str) -> String {
    let names = [
        "customresourcedefinition.apiextensions.k8s.io/things.example.com",
        "namespace/shop",
        "thing.example.com/t",
        "configmap/m",
    ];
    names.map(|name| format!("{name} {word}\n")).concat()
}

/// The objects come before their definition and their namespace: `load` puts them in order.
#[test]
fn a_cluster_is_loaded_kept_in_a_file_and_restored_elsewhere() {
    let folder = Folder(tempfile::tempdir().expect("a folder"));
    let path = folder.0.path();
    write(path, "state/a.yaml", OBJECTS);
    write(path, "state/crds/things.yaml", DEFINITION);
    write(path, "more.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: late}}");
    write(path, "wrong.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: Wrong}}");
    for command in ["snapshot none.snapshot", "load state"] {
        let refused = folder.fails(&format!("cluster {command}"));
        assert!(refused.contains(".capstan holds no cluster; `capstan cluster up` starts one"), "{refused}");
    }
    assert!(folder.fails("cluster kubeconfig").contains("`capstan cluster up` writes it"));
    let process = Process::start(path, "cluster up --api 127.0.0.1:0", "capstan is ready");
    assert_eq!(folder.ok("cluster load state"), loaded("created"));
    assert_eq!(folder.ok("cluster load state"), loaded("unchanged"));
    let refused = folder.fails("cluster load more.yaml wrong.yaml --namespace shop");
    assert!(
        refused.contains("wrong.yaml:1: configmap/Wrong:") && refused.contains("1 of 2 objects were refused"),
        "{refused}"
    );
    assert!(folder.ok("cluster snapshot running.snapshot").contains(" objects as of revision "));
    assert_eq!(process.terminate().code, 0);
    // A stopped cluster takes manifests as well.
    write(path, "more.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: later}}");
    assert_eq!(folder.ok("cluster load more.yaml"), "configmap/later created\n");
    folder.ok("cluster snapshot stopped.snapshot");
    let (running, stopped) = (folder.text("running.snapshot"), folder.text("stopped.snapshot"));
    assert!(running.contains("\"late\"") && !running.contains("\"later\"") && stopped.contains("\"later\""));
    let refused = folder.fails("cluster restore running.snapshot");
    assert!(
        refused.contains("state.redb is a cluster's already; name another folder, or remove that file"),
        "{refused}"
    );
    folder.ok("cluster restore --data elsewhere stopped.snapshot");
    let process = Process::start(path, "cluster up --api 127.0.0.1:0 --data elsewhere", "capstan is ready");
    assert_eq!(folder.ok("cluster kubeconfig --data elsewhere"), folder.text("elsewhere/kubeconfig"));
    assert_eq!(folder.ok("cluster load --data elsewhere state"), loaded("unchanged"));
    assert_eq!(folder.ok("cluster load --data elsewhere more.yaml"), "configmap/later unchanged\n");
    assert_eq!(process.terminate().code, 0);
}

#[test]
fn damaged_and_newer_snapshots_are_refused_and_leave_nothing_behind() {
    let folder = Folder(tempfile::tempdir().expect("a folder"));
    let path = folder.0.path();
    let process = Process::start(path, "cluster up --api 127.0.0.1:0", "capstan is ready");
    folder.ok("cluster snapshot whole.snapshot");
    assert_eq!(process.terminate().code, 0);
    let whole = folder.text("whole.snapshot");
    write(path, "cut.snapshot", &whole[..whole.len() / 2]);
    write(path, "changed.snapshot", &whole.replacen("kube-system", "cube-system", 1));
    write(path, "newer.snapshot", &whole.replacen("\"format\":1", "\"format\":9", 1));
    write(path, "other.snapshot", OBJECTS);
    for (name, why) in [
        ("cut", "nothing was restored: take another copy of it"),
        ("changed", "what is above has another sum than was written down"),
        ("newer", "it has format 9, this version reads 1; restore it with the version that wrote it"),
        ("other", "it is no snapshot of an embedded cluster"),
        ("missing", "No such file or directory"),
    ] {
        let refused = folder.fails(&format!("cluster restore --data new {name}.snapshot"));
        assert!(refused.contains(&format!("{name}.snapshot: ")) && refused.contains(why), "{refused}");
    }
    assert!(!path.join("new").exists(), "nothing is left of what was refused");
}
