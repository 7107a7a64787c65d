//! Asking over ssh: one channel that runs `git-upload-pack` or `git-receive-pack` at the other end.

use crate::error::Problem;
use crate::wire::pkt::{Answer, Pace, PktReader, printable};
use crate::wire::service::Service;
use bytes::Bytes;
use futures::Stream;
use russh::client::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::io::StreamReader;

/// The most of the server's complaints that is kept: enough for its last words.
const COMPLAINTS_BYTES_MAX: usize = 4096;

/// ssh's number for the stream of complaints.
const STDERR: u32 = 1;

/// The asking side of a conversation over ssh.
pub(super) struct SshAsk {
    writer: ChannelWriteHalf<Msg>,
    pub(super) reader: PktReader<Answer>,
    complaints: Complaints,
}

/// What the server says beside the protocol.
#[derive(Clone, Default)]
struct Complaints(Arc<Mutex<Vec<u8>>>);

impl SshAsk {
    /// Runs the service for the repository at `path` in a fresh channel.
    pub(super) async fn start(
        channel: Channel<Msg>,
        service: Service,
        path: &str,
        pace: Pace,
    ) -> Result<Self, Problem> {
        let complaints = Complaints::default();
        let (reader, writer) = channel.split();
        // Servers that do not allow the variable speak version 0, which is understood too.
        if let Some(version) = service.protocol() {
            writer.set_env(false, "GIT_PROTOCOL", version).await.map_err(broken)?;
        }
        writer.exec(true, format!("{} {}", service.name(), quoted(path))).await.map_err(broken)?;
        let stream: Answer = Box::pin(StreamReader::new(Box::pin(output(reader, complaints.clone()))));
        Ok(SshAsk { writer, reader: PktReader::new(stream, pace), complaints })
    }

    pub(super) async fn ask(&mut self, request: Vec<u8>, pace: Pace) -> Result<&mut PktReader<Answer>, Problem> {
        self.reader.set_pace(pace);
        let sent = tokio::time::timeout(pace.idle, self.writer.data_bytes(Bytes::from(request))).await;
        let sent = sent.map_err(|_| Problem::Timeout { doing: "waiting for the server", limit: pace.idle })?;
        sent.map_err(broken)?;
        Ok(&mut self.reader)
    }

    /// Says goodbye and closes the channel; a server that is gone already is none of our trouble.
    pub(super) async fn finish(self) {
        let _ = self.writer.data_bytes(Bytes::from_static(b"0000")).await;
        let _ = self.writer.close().await;
    }

    /// Where the protocol broke off, the server's complaint is the reason.
    pub(super) fn explain(&self, problem: Problem) -> Problem {
        let said = self.complaints.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if said.is_empty() || !matches!(problem, Problem::Unreachable { .. } | Problem::Protocol { .. }) {
            return problem;
        }
        of_complaint(&printable(&said))
    }
}

/// Compat: ssh servers tell a missing repository from a forbidden one only in words; these are the words of git, GitHub,
/// GitLab, Gitea and Bitbucket.
fn of_complaint(said: &str) -> Problem {
    let lower = said.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if any(&["not found", "does not appear to be a git repository", "does not exist", "could not be found"]) {
        Problem::NotFound
    } else if any(&["permission denied", "access denied", "not allowed", "unauthorized", "forbidden"]) {
        Problem::Unauthorised { detail: said.to_owned() }
    } else {
        Problem::Refused { message: said.to_owned() }
    }
}

/// The channel's output as a stream; complaints are set aside.
fn output(reader: ChannelReadHalf, complaints: Complaints) -> impl Stream<Item = std::io::Result<Bytes>> + Send {
    futures::stream::unfold((reader, complaints), |(mut reader, complaints)| async move {
        loop {
            match reader.wait().await {
                Some(ChannelMsg::Data { data }) => return Some((Ok(data), (reader, complaints))),
                Some(ChannelMsg::ExtendedData { data, ext: STDERR }) => complaints.add(&data),
                Some(ChannelMsg::Failure) => complaints.add(b"the server does not run what Git needs"),
                Some(_) => {}
                None => return None,
            }
        }
    })
}

impl Complaints {
    fn add(&self, words: &[u8]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = COMPLAINTS_BYTES_MAX.saturating_sub(all.len());
        all.extend_from_slice(&words[..words.len().min(room)]);
    }
}

/// One word for a shell at the other end.
fn quoted(path: &str) -> String {
    format!("'{}'", path.replace('\'', r"'\''"))
}

pub(super) fn broken(error: russh::Error) -> Problem {
    Problem::Unreachable { detail: format!("ssh: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_one_word() {
        assert_eq!(quoted("/srv/it's; rm -rf /"), r"'/srv/it'\''s; rm -rf /'");
    }

    #[test]
    fn complaints_are_understood() {
        assert_eq!(of_complaint("ERROR: Repository not found."), Problem::NotFound);
        assert_eq!(of_complaint("fatal: '/x' does not appear to be a git repository"), Problem::NotFound);
        let denied = of_complaint("remote: Permission denied to you");
        assert!(matches!(denied, Problem::Unauthorised { .. }), "{denied}");
        assert_eq!(of_complaint("maintenance"), Problem::Refused { message: "maintenance".into() });
    }
}
