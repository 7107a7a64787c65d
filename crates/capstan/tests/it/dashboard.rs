//! The Rollouts dashboard as `up` and `rollouts dashboard` serve it: where, for whom, and what is said when they cannot.

use crate::stage::signal;
use crate::transcript::capstan;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Output, Stdio};

/// A process that serves it; ends with this.
struct Serving {
    child: Child,
    /// The rest of the line that said where.
    place: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn line_after(pipe: impl Read, said: &str) -> String {
    let mut lines = BufReader::new(pipe).lines().map(|line| line.expect("text"));
    let line = lines.find(|line| line.starts_with(said)).unwrap_or_else(|| panic!("it never said {said:?}"));
    line.trim_start_matches(said).to_owned()
}

fn up(folder: &Path) -> Serving {
    let mut command = capstan(folder);
    command
        .args("up --api 127.0.0.1:0 --ui off --dashboard 127.0.0.1:0".split(' '))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let place = line_after(child.stderr.take().expect("its errors"), "Rollouts dashboard on ");
    line_after(child.stdout.take().expect("its output"), "capstan is ready");
    Serving { child, place }
}

fn alone(folder: &Path, arguments: &str) -> Serving {
    let mut command = capstan(folder);
    command.args(format!("rollouts dashboard --port 0 {arguments}").split_whitespace());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program runs");
    let place = line_after(child.stdout.take().expect("its output"), "Argo Rollouts Dashboard is now available at ");
    Serving { child, place }
}

fn run(folder: &Path, arguments: &str) -> (i32, String, String) {
    let Output { status, stdout, stderr } =
        capstan(folder).args(arguments.split_whitespace()).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

impl Serving {
    fn port(&self) -> u16 {
        let (_, after) = self.place.rsplit_once(':').expect("an address");
        after.split('/').next().expect("a port").parse().expect("a port")
    }

    /// Asks as a program on this machine does; gives status and body.
    fn get(&self, path: &str, header: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port())).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        (head.split(' ').nth(1).expect("a status").parse().expect("a number"), body.to_owned())
    }
}

#[test]
fn where_capstan_answers_already_its_address_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let up = up(folder);
    let port = up.port();
    assert_eq!(up.place, format!("http://127.0.0.1:{port}/rollouts/"));
    assert_eq!(up.get("/rollouts/api/v1/namespace", ""), (200, "{\"namespace\":\"default\"}".to_owned()));
    let told = format!("Capstan answers already: http://127.0.0.1:{port}/rollouts/\n");
    assert_eq!(run(folder, &format!("rollouts dashboard --port {port}")), (0, told, String::new()));

    let (code, _, said) =
        run(folder, &format!("up --data other --api 127.0.0.1:0 --ui off --dashboard 127.0.0.1:{port}"));
    assert_eq!(code, 1);
    assert!(said.contains(&format!("cannot serve the Rollouts dashboard on 127.0.0.1:{port}: ")), "{said}");
    assert!(said.contains("--dashboard 127.0.0.1:0 takes a free port, --dashboard off goes without"), "{said}");
    assert!(!folder.join("other").exists(), "a taken port costs nothing");
}

#[test]
fn another_program_on_the_port_is_not_taken_for_capstan() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    // Answers nobody, and hangs up.
    let stranger = std::thread::spawn(move || taken.incoming().take(3).for_each(drop));
    let (code, _, said) = run(folder.path(), &format!("rollouts dashboard --port {port}"));
    assert_eq!(
        (code, said.contains(&format!("somebody else answers on 127.0.0.1:{port}; choose another"))),
        (1, true),
        "{said}"
    );
    while !stranger.is_finished() {
        drop(TcpStream::connect(("127.0.0.1", port)));
    }
}

#[test]
fn it_is_served_for_any_cluster_and_to_others_with_a_token_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let up = up(folder);
    let cluster = "--kubeconfig .capstan/kubeconfig";
    let mut served = alone(folder, &format!("{cluster} -n shop --root-path board"));
    assert_eq!(served.place, format!("http://127.0.0.1:{}/board/", served.port()));
    assert_eq!(served.get("/board/api/v1/namespace", ""), (200, "{\"namespace\":\"shop\"}".to_owned()));
    signal("-TERM", served.child.id());
    assert_eq!(served.child.wait().expect("it ends").code(), Some(0));

    let open = alone(folder, &format!("{cluster} --address 0.0.0.0"));
    let (_, token) = open.place.split_once("/rollouts/?token=").expect("a token");
    assert_eq!(open.get("/rollouts/api/v1/namespace", "").0, 401);
    assert_eq!(open.get("/rollouts/api/v1/namespace", &format!("Authorization: Bearer {token}\r\n")).0, 200);
    drop(up);
}
