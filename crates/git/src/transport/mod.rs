//! Conversations with servers: https, http and ssh behind one [`Session`].

mod host_key;
mod http;
mod http_ask;
mod http_client;
mod http_error;
mod known_hosts;
mod session;
mod ssh;
mod ssh_ask;

pub(crate) use session::{Greet, Session};

use crate::error::Problem;
use crate::options::{GitLimits, Timeouts};
use crate::remote::Remote;
use crate::repo_url::Place;
use crate::wire::service::Service;

/// Opens conversations and keeps connections for the next one.
pub(crate) struct Transports {
    http: http::HttpPool,
    ssh: ssh::SshPool,
}

impl Transports {
    pub(crate) fn new(timeouts: Timeouts, limits: GitLimits) -> Self {
        Transports { http: http::HttpPool::new(timeouts, limits), ssh: ssh::SshPool::new(timeouts, limits) }
    }

    /// Begins a conversation with the server of `remote`.
    pub(crate) async fn open(&self, remote: &Remote, greet: Greet) -> Result<Session, Problem> {
        match remote.url.place() {
            Place::Https(_) | Place::Http(_) => self.http.open(remote, greet).await,
            Place::Ssh(place) => self.ssh.open(remote, place, Service::UploadPack).await,
            Place::Local(_) => Err(Problem::Unsupported { what: "talking to a local repository".into() }),
        }
    }

    /// Begins a conversation that pushes to the server of `remote`.
    pub(crate) async fn open_push(&self, remote: &Remote) -> Result<Session, Problem> {
        match remote.url.place() {
            Place::Https(_) | Place::Http(_) => self.http.open_push(remote).await,
            Place::Ssh(place) => self.ssh.open(remote, place, Service::ReceivePack).await,
            Place::Local(_) => Err(Problem::Unsupported { what: "talking to a local repository".into() }),
        }
    }
}
