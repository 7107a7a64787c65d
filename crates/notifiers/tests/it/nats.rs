//! NATS. <https://docs.nats.io/reference/reference-protocols/nats-protocol>

use crate::stage::Stage;
use notifiers::{Authorities, Network};
use serde_json::{Value, json};
use testkit::Authority;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server for one connection: what came, line by line.
async fn server(answer: &'static str) -> (u16, oneshot::Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a client");
        let mut stream = BufReader::new(stream);
        stream
            .write_all(b"INFO {\"server_id\": \"x\", \"nonce\": \"abc\", \"headers\": true}\r\n")
            .await
            .expect("written");
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or_default() == 0 {
                break;
            }
            lines.push(line.trim_end().to_owned());
            if line == "PING\r\n" {
                stream.write_all(answer.as_bytes()).await.expect("written");
                break;
            }
        }
        let _ = tell.send(lines);
    });
    (port, told)
}

#[tokio::test]
async fn a_message_is_published_with_its_headers() {
    let stage = Stage::start().await;
    let (port, told) = server("PING\r\nPONG\r\n").await;
    let options = json!({
        "url": format!("nats://127.0.0.1:{port}"), "headers": {"X-Own": "v"}, "username": "u", "password": "p",
        "nkey": "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY",
    });
    stage.send("nats", options, "cd.web", json!(null)).await.expect("sent");
    let lines = told.await.expect("told");
    let connect: Value = serde_json::from_str(lines[0].strip_prefix("CONNECT ").expect("CONNECT")).expect("JSON");
    assert_eq!((&connect["user"], &connect["pass"], &connect["headers"]), (&json!("u"), &json!("p"), &json!(true)));
    assert_eq!(connect["nkey"], "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4");
    assert_eq!(connect["sig"].as_str().map(str::len), Some(86), "64 bytes in base 64");
    assert_eq!(lines[1..], ["HPUB cd.web 22 33", "NATS/1.0", "X-Own: v", "", "the message", "PING"].map(String::from));
}

#[tokio::test]
async fn refusals_are_told() {
    let stage = Stage::start().await;
    let (port, _told) = server("-ERR 'Authorization Violation'\r\n").await;
    let url = format!("nats://127.0.0.1:{port}");
    let refused = stage.refusal("nats", json!({"url": url}), "cd", json!(null)).await;
    assert_eq!(refused, "NATS refused: 'Authorization Violation'");
    assert_eq!(
        stage.refusal("nats", json!({"url": url}), "a b", json!(null)).await,
        "recipient \"a b\" is no subject of NATS"
    );
}

/// A server that goes on behind TLS only, for one connection: what came there, line by line.
async fn guarded_server(authority: &Authority) -> (u16, oneshot::Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let ((tell, told), acceptor) = (oneshot::channel(), authority.acceptor.clone());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a client");
        stream.write_all(b"INFO {\"server_id\": \"x\", \"tls_required\": true}\r\n").await.expect("written");
        let mut lines = Vec::new();
        if let Ok(stream) = acceptor.accept(stream).await {
            let mut stream = BufReader::new(stream);
            while lines.last().is_none_or(|line| line != "PING") {
                let mut line = String::new();
                stream.read_line(&mut line).await.expect("a line");
                lines.push(line.trim_end().to_owned());
            }
            stream.write_all(b"PONG\r\n").await.expect("written");
        }
        let _ = tell.send(lines);
    });
    (port, told)
}

#[tokio::test]
async fn nothing_is_said_before_tls_where_the_server_requires_it() {
    let authority = Authority::of(&["127.0.0.1"]);
    let pem = authority.pem.clone();
    let authorities = Authorities::new(move |host| (host == "127.0.0.1").then(|| pem.clone()));
    let stage = Stage::trusting(Network::Anywhere, &[], &[], authorities).await;
    let (port, told) = guarded_server(&authority).await;
    let options = json!({"url": format!("nats://127.0.0.1:{port}"), "username": "u", "password": "p"});
    stage.send("nats", options, "cd.web", json!(null)).await.expect("sent");
    let lines = told.await.expect("told");
    assert!(lines[0].starts_with("CONNECT ") && lines[0].contains("\"pass\":\"p\""), "{lines:?}");
    assert_eq!(lines[1..], ["PUB cd.web 11", "the message", "PING"].map(String::from));
    let (port, told) = guarded_server(&Authority::of(&["127.0.0.1"])).await;
    let options = json!({"url": format!("nats://127.0.0.1:{port}"), "username": "u", "password": "hidden"});
    let refused = stage.refusal("nats", options, "cd.web", json!(null)).await;
    assert!(refused.starts_with("the certificate of 127.0.0.1 cannot be trusted: "), "{refused}");
    assert!(told.await.expect("told").is_empty() && !refused.contains("hidden"));
}
