//! `capstan notifications …`: configurations of files and of the cluster, looked at and tried.

use crate::stage::Stage;
use crate::transcript::{Transcript, capstan};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

const CONFIG: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-notifications-cm
  namespace: argocd
data:
  service.slack: |
    token: $slack-token
    apiURL: http://127.0.0.1:1/
  service.broken: "[1"
  trigger.on-degraded: |
    - when: app.status.health.status == 'Degraded'
      send: [app-degraded]
    - when: app.spec.nothing.there == 'x'
      oncePer: app.metadata.name
      send: [app-degraded, other]
  trigger.on-bad: |
    - when: 'app =='
      send: [app-degraded]
  template.app-degraded: |
    message: "{{.app.metadata.name}} is {{.app.status.health.status}}"
    slack:
      attachments: '[{"title": "{{.app.metadata.name}}"}]'
  template.fails: |
    message: "{{fail .secrets.token}}"
"#;

const SECRET: &str = r#"apiVersion: v1
kind: Secret
metadata:
  name: argocd-notifications-secret
stringData:
  slack-token: xoxb-hidden
  token: seeded-secret
"#;

fn application() -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "web", "namespace": "argocd"},
        "spec": {"project": "default", "destination": {"server": "x"}, "source": {"repoURL": "https://git.example/a"}},
        "status": {"health": {"status": "Degraded"}},
    })
}

fn write(folder: &Path) {
    std::fs::write(folder.join("cm.yaml"), CONFIG).expect("written");
    std::fs::write(folder.join("secret.yaml"), SECRET).expect("written");
    std::fs::write(folder.join("app.yaml"), application().to_string()).expect("written");
}

/// Nobody but the files is asked: there is no cluster.
#[test]
fn configurations_of_files() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let mut transcript = Transcript::new("notifications", folder.path());
    for command in [
        "trigger get --config-map cm.yaml --secret :empty",
        "trigger get on-degraded -o name --config-map cm.yaml --secret :empty",
        "trigger get on-degraded -o yaml --config-map cm.yaml --secret secret.yaml",
        "trigger get on-degraded -o json --config-map cm.yaml --secret secret.yaml",
        "template get --config-map cm.yaml --secret :empty",
        "template get app-degraded -o yaml --config-map cm.yaml --secret :empty",
        "template get app-degraded -o json --config-map cm.yaml --secret :empty",
        "template get -o name --config-map cm.yaml --secret :empty",
        "template get -o wrong --config-map cm.yaml --secret :empty",
        "trigger run on-degraded app.yaml --config-map cm.yaml --secret :empty",
        "trigger run on-none app.yaml --config-map cm.yaml --secret :empty",
        "trigger run on-bad app.yaml --config-map cm.yaml --secret :empty",
        "template notify app-degraded app.yaml --config-map cm.yaml --secret secret.yaml",
        "template notify none app.yaml --config-map cm.yaml --secret secret.yaml",
        "template notify fails app.yaml --config-map cm.yaml --secret secret.yaml",
        "template notify app-degraded app.yaml --recipient pigeon:ops --config-map cm.yaml --secret secret.yaml",
        "template notify app-degraded app.yaml --recipient broken:ops --config-map cm.yaml --secret secret.yaml",
        "trigger get --config-map secret.yaml --secret :empty",
        "trigger get --config-map nowhere.yaml --secret :empty",
        "trigger get --kubeconfig nowhere",
        "catalog --rollouts",
    ] {
        transcript.run(&format!("notifications {command}"));
    }
    assert!(!transcript.text().contains("seeded-secret") && !transcript.text().contains("xoxb-hidden"));
    transcript.finish();
}

#[test]
fn a_configuration_of_the_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let arguments = "notifications trigger get -o name --config-map - --secret :empty";
    let mut command = capstan(folder.path());
    command.args(arguments.split(' ')).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = command.spawn().expect("the program runs");
    running.stdin.take().expect("an input").write_all(CONFIG.as_bytes()).expect("written");
    let ended = running.wait_with_output().expect("it ends");
    assert!(ended.status.success());
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "on-degraded\n");
}

/// Takes one request and answers as Slack does; what came, head and body.
fn slack() -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        let mut reader = BufReader::new(stream);
        let (mut text, mut length) = (String::new(), 0);
        while !text.ends_with("\r\n\r\n") {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            if let Some(found) = line.to_lowercase().strip_prefix("content-length: ") {
                length = found.trim().parse().expect("a number");
            }
            text.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let answer = r#"{"ok": true, "channel": "C", "ts": "1"}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
        reader.get_mut().write_all(format!("{head}{answer}").as_bytes()).expect("written");
        text + &String::from_utf8_lossy(&body)
    });
    (port, heard)
}

/// Configuration and Application are those of the cluster, and somebody is really told.
#[tokio::test]
async fn configurations_of_the_cluster() {
    let stage = Stage::start("up --api 127.0.0.1:0").await;
    let (port, heard) = slack();
    let metadata = |name: &str| json!({"name": name, "namespace": "argocd"});
    let data = json!({
        "service.slack": format!("token: $slack-token\napiURL: http://127.0.0.1:{port}/"),
        "trigger.on-degraded": "- when: app.status.health.status == 'Degraded'\n  send: [told]\n",
        "template.told": "message: \"{{.app.metadata.name}} is told of\"",
    });
    let map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("argocd-notifications-cm"), "data": data});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata("argocd-notifications-secret"),
        "stringData": {"slack-token": "xoxb-hidden"}});
    for object in [map, secret, application()] {
        stage.create(&object).await;
    }
    let run = |arguments: &str| {
        let mut command = capstan(stage.folder.path());
        let output = command.arg("notifications").args(arguments.split(' ')).output().expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, table, _) = run("trigger get");
    let expected = "NAME         TEMPLATE  CONDITION\non-degraded  told      app.status.health.status == 'Degraded'\n";
    assert_eq!((code, table.as_str()), (Some(0), expected));
    let (code, _, told) = run("trigger run on-degraded nobody");
    assert_eq!(code, Some(1));
    assert!(told.contains("failed to load resource: Application argocd/nobody is not there"), "{told}");
    let (code, said, told) = run("template notify told web --recipient slack:ops");
    assert_eq!((code, said.as_str()), (Some(0), ""), "{told}");
    let heard = heard.join().expect("heard");
    assert!(
        heard.starts_with("POST /chat.postMessage ") && heard.contains("authorization: Bearer xoxb-hidden"),
        "{heard}"
    );
    assert!(heard.contains("\"channel\":\"ops\"") && heard.contains("\"text\":\"web is told of\""), "{heard}");
}
