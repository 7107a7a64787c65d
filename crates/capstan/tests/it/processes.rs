//! Commands that stay: how they start, what they do when a port is taken, how they end.

use crate::stage::Process;
use crate::transcript::Transcript;
use std::net::TcpListener;

#[test]
fn a_signal_ends_up_cleanly_and_the_next_one_finds_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut transcript = Transcript::new("up", folder.path());
    for arguments in
        ["up --api 127.0.0.1:0", "up --api 127.0.0.1:0 --metrics 127.0.0.1:0", "cluster up --api 127.0.0.1:0"]
    {
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
    let up = transcript.run(&format!("up --api {address}"));
    assert!(up.stderr.contains(&address.to_string()), "{}", up.stderr);
    transcript.run(&format!("cluster up --api {address}"));
    transcript.finish();
}

#[test]
fn the_demo_takes_the_next_port_and_ends_when_asked_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let mut command = crate::transcript::capstan(folder.path());
    let output = command.args(["demo", "--exit", "--api", &address.to_string()]).output().expect("the demo runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stderr.contains(&format!("{address} is taken by another program; trying port")), "{stderr}");
    assert!(stdout.contains("myapp is Synced and Healthy."), "{stdout}");
}
