//! An ssh server that runs `git upload-pack`.

use crate::fixture::git_environment;
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::ChildStdin;

/// A running server; it ends with the test's runtime.
pub struct SshServer {
    pub port: u16,
    logins: Arc<AtomicU32>,
}

/// The text of a key file.
pub fn key_text(name: &str) -> String {
    let path = format!("{}/tests/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("a key file")
}

fn public_key(name: &str) -> PublicKey {
    PublicKey::from_openssh(&key_text(&format!("{name}.pub"))).expect("a public key")
}

impl SshServer {
    /// Serves `root` with that host key to whoever holds the key of that name.
    pub async fn start(root: PathBuf, host: &str, user: &str) -> Self {
        let key = PrivateKey::from_openssh(key_text(host)).expect("a key");
        let config = Arc::new(Config { keys: vec![key], ..Config::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (logins, user) = (Arc::new(AtomicU32::new(0)), public_key(user));
        let counted = Arc::clone(&logins);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let guest = Guest {
                    root: root.clone(),
                    user: user.clone(),
                    logins: Arc::clone(&counted),
                    version: None,
                    inputs: BTreeMap::new(),
                };
                let config = Arc::clone(&config);
                tokio::spawn(async move {
                    if let Ok(session) = russh::server::run_stream(config, socket, guest).await {
                        drop(session.await);
                    }
                });
            }
        });
        SshServer { port, logins }
    }

    pub fn url(&self) -> String {
        format!("ssh://git@127.0.0.1:{}/repo.git", self.port)
    }

    /// A known_hosts line for this server with the host key of that name.
    pub fn known(&self, host: &str) -> String {
        format!("[127.0.0.1]:{} {}\n", self.port, key_text(&format!("{host}.pub")))
    }

    pub fn logins(&self) -> u32 {
        self.logins.load(Ordering::Relaxed)
    }
}

struct Guest {
    root: PathBuf,
    user: PublicKey,
    logins: Arc<AtomicU32>,
    version: Option<String>,
    inputs: BTreeMap<ChannelId, ChildStdin>,
}

impl Handler for Guest {
    type Error = russh::Error;

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let same = key.public_key.key_data() == self.user.key_data();
        if user == "git" && same {
            self.logins.fetch_add(1, Ordering::Relaxed);
            return Ok(Auth::Accept);
        }
        Ok(Auth::reject())
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn env_request(
        &mut self,
        _channel: ChannelId,
        name: &str,
        value: &str,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        if name == "GIT_PROTOCOL" {
            self.version = Some(value.to_owned());
        }
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let command = String::from_utf8_lossy(data).into_owned();
        let (service, path) = command.split_once(' ').expect("a command with a path");
        let service = service.strip_prefix("git-").filter(|name| matches!(*name, "upload-pack" | "receive-pack"));
        let service = service.expect("one of the two commands this server knows");
        let path = path.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).expect("a quoted path");
        let strict = (service == "upload-pack").then_some("--strict");
        let mut git = tokio::process::Command::new("git");
        git.arg(service).args(strict).arg(self.root.join(path.trim_start_matches('/'))).envs(git_environment());
        git.envs(self.version.take().map(|version| ("GIT_PROTOCOL", version)));
        git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = git.spawn().expect("git runs");
        self.inputs.insert(channel, child.stdin.take().expect("piped"));
        session.channel_success(channel)?;
        let handle = session.handle();
        tokio::spawn(async move {
            let (mut output, mut piece) = (child.stdout.take().expect("piped"), vec![0; 32 * 1024]);
            while let Ok(length @ 1..) = output.read(&mut piece).await {
                let _ = handle.data(channel, piece[..length].to_vec()).await;
            }
            let mut complaint = Vec::new();
            let _ = child.stderr.take().expect("piped").read_to_end(&mut complaint).await;
            if !complaint.is_empty() {
                let _ = handle.extended_data(channel, 1, complaint).await;
            }
            let _ = handle.eof(channel).await;
            let _ = handle.close(channel).await;
        });
        Ok(())
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], _session: &mut Session) -> Result<(), Self::Error> {
        if let Some(input) = self.inputs.get_mut(&channel) {
            let _ = input.write_all(data).await;
        }
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Self::Error> {
        self.inputs.remove(&channel);
        Ok(())
    }
}
