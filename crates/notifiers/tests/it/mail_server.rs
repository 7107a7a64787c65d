//! A mail server for one message a connection: SMTP as RFC 5321 has it, with AUTH, and with TLS from the start or when it
//! is asked for.

use std::sync::{Arc, Mutex};
use testkit::Authority;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// When a connection is guarded.
#[derive(Clone)]
pub enum Tls {
    Never,
    /// When the client asks for it: RFC 3207.
    Asked(Authority),
    /// From the start: RFC 8314.
    First(Authority),
}

#[derive(Default, Clone)]
pub struct Mail {
    pub commands: Vec<String>,
    pub data: String,
}

pub struct MailServer {
    pub port: u16,
    seen: Arc<Mutex<Vec<Mail>>>,
    task: tokio::task::JoinHandle<()>,
}

impl MailServer {
    pub async fn start() -> Self {
        MailServer::with(Tls::Never).await
    }

    pub async fn with(tls: Tls) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (noted, tls) = (Arc::clone(&noted), tls.clone());
                tokio::spawn(async move {
                    let stream: Box<dyn Stream> = match &tls {
                        Tls::First(authority) => match authority.acceptor.accept(stream).await {
                            Ok(stream) => Box::new(stream),
                            Err(_) => return,
                        },
                        Tls::Never | Tls::Asked(_) => Box::new(stream),
                    };
                    if let Some(mail) = serve(stream, tls).await {
                        noted.lock().expect("no panic").push(mail);
                    }
                });
            }
        });
        MailServer { port, seen, task }
    }

    pub fn count(&self) -> usize {
        self.seen.lock().expect("no panic").len()
    }

    pub fn last(&self) -> Mail {
        self.seen.lock().expect("no panic").last().cloned().expect("a mail")
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: Box<dyn Stream>, mut tls: Tls) -> Option<Mail> {
    let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(stream);
    stream.write_all(b"220 mail.example ESMTP\r\n").await.ok()?;
    let mut mail = Mail::default();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        let word = line.split(' ').next().unwrap_or_default().to_uppercase();
        mail.commands.push(line.clone());
        let reply: &[u8] = match word.as_str() {
            "EHLO" if matches!(tls, Tls::Asked(_)) => b"250-mail.example\r\n250 STARTTLS\r\n",
            "STARTTLS" => b"220 go on\r\n",
            "EHLO" => b"250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n",
            "AUTH" if line.contains("AHUAd3Jvbmc=") => b"535 5.7.8 Authentication credentials invalid\r\n",
            "AUTH" => b"235 ok\r\n",
            "DATA" => b"354 go on\r\n",
            "QUIT" => return None,
            _ => b"250 ok\r\n",
        };
        stream.write_all(reply).await.ok()?;
        if let ("STARTTLS", Tls::Asked(authority)) = (word.as_str(), &tls) {
            let guarded = authority.acceptor.accept(stream.into_inner()).await.ok()?;
            stream = BufReader::new(Box::new(guarded));
            tls = Tls::Never;
        }
        if word == "DATA" {
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.ok()?;
                if line == ".\r\n" {
                    break;
                }
                mail.data.push_str(&line);
            }
            // Noted before it is said, so that whoever was told can look.
            let done = mail.clone();
            tokio::spawn(async move {
                let _ = stream.write_all(b"250 taken\r\n").await;
                let mut rest = String::new();
                let _ = stream.read_line(&mut rest).await;
                let _ = stream.write_all(b"221 bye\r\n").await;
            });
            return Some(done);
        }
    }
}
