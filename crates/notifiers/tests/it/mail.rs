//! E-mail. RFC 5321 (SMTP), RFC 5322 (messages), RFC 4954 (AUTH).

use crate::mail_server::MailServer;
use crate::stage::Stage;
use serde_json::json;

#[tokio::test]
async fn a_mail_has_its_fields_and_reaches_everybody() {
    let stage = Stage::start().await;
    let server = MailServer::start().await;
    let options = json!({
        "host": "127.0.0.1", "port": server.port, "from": "cd@example.com", "username": "u", "password": "p", "html": true,
    });
    let fields = json!({"subject": "web is well", "body": "<b>well</b>"});
    stage.send("email", options.clone(), "a@example.com, b@example.com", fields).await.expect("sent");
    let mail = server.last();
    let commands = mail.commands.join("\n");
    for wanted in
        ["AUTH PLAIN AHUAcA==", "MAIL FROM:<cd@example.com>", "RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>"]
    {
        assert!(commands.contains(wanted), "{wanted} in {commands}");
    }
    for wanted in [
        "From: cd@example.com",
        "To: a@example.com, b@example.com",
        "Subject: web is well",
        "Content-Type: text/html",
        "<b>well</b>",
        "Date: Fri, 02 Jan 2026",
        "Message-ID: <",
    ] {
        assert!(mail.data.contains(wanted), "{wanted} in {}", mail.data);
    }
    let plain = json!({"host": "127.0.0.1", "port": server.port, "from": "cd@example.com"});
    stage.send("email", plain, "a@example.com", json!(null)).await.expect("sent");
    let mail = server.last();
    assert!(mail.data.contains("Content-Type: text/plain") && mail.data.contains("the message"), "{}", mail.data);
    assert!(!mail.commands.iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn what_cannot_be_mailed_is_said() {
    let stage = Stage::start().await;
    let server = MailServer::start().await;
    let options = json!({"host": "127.0.0.1", "port": server.port, "from": "cd@example.com", "username": "u", "password": "wrong"});
    let refused = stage.refusal("email", options.clone(), "a@example.com", json!(null)).await;
    assert!(refused.contains("did not take the message") && !refused.contains("wrong"), "{refused}");
    assert_eq!(
        stage.refusal("email", options, "nobody", json!(null)).await,
        "recipient \"nobody\" is no address of e-mail"
    );
}
