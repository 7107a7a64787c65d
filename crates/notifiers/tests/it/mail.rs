//! E-mail. RFC 5321 (SMTP), RFC 5322 (messages), RFC 4954 (AUTH).

use crate::mail_server::{MailServer, Tls};
use crate::stage::Stage;
use notifiers::{Authorities, Network};
use serde_json::json;
use testkit::Authority;

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

/// Those who know the authority of `mail.example`, and a server there.
async fn guarded(authority: &Authority, server: &MailServer) -> Stage {
    let pem = authority.pem.clone();
    let authorities = Authorities::new(move |host| (host == "mail.example").then(|| pem.clone()));
    let place = format!("127.0.0.1:{}", server.port);
    Stage::trusting(Network::Anywhere, &[("email", place)], &[], authorities).await
}

/// RFC 3207 on any port, RFC 8314 on 465.
#[tokio::test]
async fn a_mail_is_guarded_by_tls() {
    let authority = Authority::of(&["mail.example"]);
    for (port, tls) in [(587, Tls::Asked(authority.clone())), (465, Tls::First(authority.clone()))] {
        let server = MailServer::with(tls).await;
        let stage = guarded(&authority, &server).await;
        let options =
            json!({"host": "mail.example", "port": port, "from": "cd@example.com", "username": "u", "password": "p"});
        stage.send("email", options, "a@example.com", json!(null)).await.expect("sent");
        let commands = server.last().commands;
        let place = |word: &str| commands.iter().position(|line| line.starts_with(word));
        assert_eq!(place("STARTTLS").is_some(), port == 587, "{commands:?}");
        assert!(place("STARTTLS") < place("AUTH") && place("AUTH").is_some(), "no password before TLS: {commands:?}");
        assert!(server.last().data.contains("the message"));
    }
}

#[tokio::test]
async fn a_mail_server_that_nobody_vouches_for_gets_nothing_unless_anything_goes() {
    let authority = Authority::of(&["mail.example"]);
    let other = Authority::of(&["mail.example"]);
    for (port, tls) in [(587, Tls::Asked(other.clone())), (465, Tls::First(other.clone()))] {
        let server = MailServer::with(tls).await;
        let stage = guarded(&authority, &server).await;
        let mut options = json!({"host": "mail.example", "port": port, "from": "cd@example.com", "password": "hidden"});
        let refused = stage.refusal("email", options.clone(), "a@example.com", json!(null)).await;
        assert!(
            refused.starts_with("mail.example did not take the message: ") && !refused.contains("hidden"),
            "{refused}"
        );
        assert_eq!(server.count(), 0);
        options["insecure_skip_verify"] = true.into();
        stage.send("email", options, "a@example.com", json!(null)).await.expect("sent");
    }
}
