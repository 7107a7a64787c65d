//! Commands that stay: how they start, what they do when a port is taken, how they end.

use crate::stage::{Process, Stage, signal};
use crate::transcript::{Transcript, capstan};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_signal_ends_up_cleanly_and_the_next_one_finds_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut transcript = Transcript::new("up", folder.path());
    for arguments in [
        "up --api 127.0.0.1:0",
        "up --api 127.0.0.1:0 --metrics 127.0.0.1:0",
        "up --api 127.0.0.1:0 --ingress 127.0.0.1:0",
        "up --api 127.0.0.1:0 --dashboard 127.0.0.1:0",
        "cluster up --api 127.0.0.1:0",
    ] {
        let process = Process::start(folder.path(), arguments, "capstan is ready");
        transcript.run("app list");
        let ended = process.terminate();
        transcript.note(&format!("capstan {arguments}"), &ended);
        assert_eq!(ended.code, 0);
    }
    transcript.finish();
}

#[test]
fn a_taken_port_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let mut transcript = Transcript::new("taken_port", folder.path());
    let up = transcript.run(&format!("up --api {address} --dashboard off --ui off"));
    assert!(up.stderr.contains(&address.to_string()), "{}", up.stderr);
    transcript.run(&format!("cluster up --api {address}"));
    transcript.run(&format!("up --api 127.0.0.1:0 --dashboard off --ui off --ingress {address}"));
    transcript.finish();
}

#[test]
fn the_demo_takes_the_next_port_and_ends_when_asked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let mut command = capstan(folder.path());
    let output = command.args(["demo", "--exit", "--api", &address.to_string()]).output().expect("the demo runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stderr.contains(&format!("{address} is taken by another program; trying port")), "{stderr}");
    assert!(stdout.contains("myapp is Synced and Healthy."), "{stdout}");
}

fn names(folder: &Path) -> BTreeSet<std::ffi::OsString> {
    std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect()
}

#[tokio::test]
async fn an_interrupted_command_leaves_nothing_behind() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let folder = stage.folder.path();
    stage.commit("2026-01-01", "First", &[("dev/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n")]);
    stage.create(&stage.application("web")).await;
    let looked = capstan(folder).args(["app", "get", "web", "--refresh"]).output().expect("the program runs");
    assert!(looked.status.success());
    let before = names(folder);
    let mut diff = capstan(folder);
    // A program that shows both files and then waits for more.
    diff.args(["app", "diff", "web"]).env("KUBECTL_EXTERNAL_DIFF", "tail -f").stdout(Stdio::piped());
    let mut diff = diff.spawn().expect("the program runs");
    let mut lines = BufReader::new(diff.stdout.take().expect("its output")).lines();
    assert!(lines.any(|line| line.expect("a line").starts_with("==>")), "the difference is shown");
    assert_ne!(names(folder), before, "files to compare were written");
    signal("-INT", diff.id());
    assert_eq!(diff.wait().expect("it ends").code(), Some(130));
    assert_eq!(names(folder), before);
    assert_eq!(
        lines.filter(|line| line.as_ref().is_ok_and(|line| line.starts_with("====="))).count(),
        0,
        "all has ended"
    );
}
