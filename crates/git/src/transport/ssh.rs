//! Git over ssh, with a client of our own: no `ssh` program, no agent, no configuration files.
//!
//! A connection is kept while it is used, so that the next listing costs a channel and not a login.

use super::host_key::{check, preferred_kinds};
use super::session::{Carrier, Session};
use super::ssh_ask::{SshAsk, broken};
use crate::error::Problem;
use crate::options::{GitLimits, Timeouts};
use crate::remote::{Credentials, HostKeys, Remote};
use crate::repo_url::SshPlace;
use crate::wire::greeting;
use crate::wire::pkt::Pace;
use crate::wire::service::Service;
use russh::client::{self, AuthResult, Handle, Msg};
use russh::keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{Channel, Preferred};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many remotes may keep a connection; beyond that the first in order loses its own.
const CONNECTIONS_MAX: usize = 256;

/// How long an unused connection stays open.
const CONNECTION_IDLE: Duration = Duration::from_secs(300);

pub(super) struct SshPool {
    timeouts: Timeouts,
    limits: GitLimits,
    connections: Mutex<BTreeMap<Remote, Slot>>,
}

/// One remote's connection; the lock lets only one login run at a time.
type Slot = Arc<tokio::sync::Mutex<Option<Handle<Doorman>>>>;

impl SshPool {
    pub(super) fn new(timeouts: Timeouts, limits: GitLimits) -> Self {
        SshPool { timeouts, limits, connections: Mutex::default() }
    }

    pub(super) async fn open(&self, remote: &Remote, place: &SshPlace, service: Service) -> Result<Session, Problem> {
        let limit = self.timeouts.connect;
        let channel = tokio::time::timeout(limit, self.channel(remote, place)).await;
        let channel = channel.map_err(|_| Problem::Timeout { doing: "connecting", limit })??;
        let pace = Pace {
            idle: self.timeouts.idle,
            bytes_max: self.limits.listing_bytes_max,
            what: "the listing of refs in bytes",
        };
        let mut ask = SshAsk::start(channel, service, &place.path, pace).await?;
        match greeting::read(&mut ask.reader, service, self.limits.refs_max).await {
            Ok(greeting) => Ok(Session { greeting, remembered: false, carrier: Carrier::Ssh(ask) }),
            Err(problem) => Err(ask.explain(problem)),
        }
    }

    async fn channel(&self, remote: &Remote, place: &SshPlace) -> Result<Channel<Msg>, Problem> {
        let slot = self.slot(remote);
        let mut connection = slot.lock().await;
        if let Some(handle) = connection.as_ref().filter(|handle| !handle.is_closed())
            && let Ok(channel) = handle.channel_open_session().await
        {
            return Ok(channel);
        }
        let handle = log_in(remote, place).await?;
        let channel = handle.channel_open_session().await.map_err(broken)?;
        *connection = Some(handle);
        Ok(channel)
    }

    fn slot(&self, remote: &Remote) -> Slot {
        let mut all = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CONNECTIONS_MAX && !all.contains_key(remote) {
            all.pop_first();
        }
        Arc::clone(all.entry(remote.clone()).or_default())
    }
}

async fn log_in(remote: &Remote, place: &SshPlace) -> Result<Handle<Doorman>, Problem> {
    let key = private_key(&remote.credentials)?;
    let config = client::Config {
        inactivity_timeout: Some(CONNECTION_IDLE),
        preferred: preferred(place, &remote.trust.host_keys),
        nodelay: true,
        ..client::Config::default()
    };
    let doorman = Doorman { place: place.clone(), known: remote.trust.host_keys.clone() };
    let addresses = web::addresses(&place.host, place.port, remote.reach).await.map_err(|error| unresolved(&error))?;
    let mut handle = client::connect(Arc::new(config), &addresses[..], doorman).await.map_err(|refusal| refusal.0)?;
    let hash = match key.algorithm() {
        Algorithm::Rsa { .. } => {
            handle.best_supported_rsa_hash().await.map_err(broken)?.flatten().or(Some(HashAlg::Sha512))
        }
        _ => None,
    };
    let offered = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    match handle.authenticate_publickey(place.user.as_str(), offered).await.map_err(broken)? {
        AuthResult::Success => Ok(handle),
        AuthResult::Failure { .. } => Err(Problem::Unauthorised {
            detail: format!("the ssh server does not accept this key for user '{}'", place.user),
        }),
    }
}

/// A name without an address that may be asked.
fn unresolved(error: &std::io::Error) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<web::Refused>()) {
        Some(web::Refused(host)) => Problem::AddressRefused { host: host.clone() },
        None => Problem::Unreachable { detail: error.to_string() },
    }
}

fn private_key(credentials: &Credentials) -> Result<PrivateKey, Problem> {
    let bad = |why: String| Problem::BadCredentials { why };
    let Credentials::SshKey { private_key, passphrase } = credentials else {
        return Err(bad("an ssh URL needs a private key (sshPrivateKey)".into()));
    };
    let passphrase = passphrase.as_ref().map(web::Secret::reveal);
    // Keys pasted into YAML lose their last line feed, which the format asks for.
    let text = format!("{}\n", private_key.reveal().trim());
    russh::keys::decode_secret_key(&text, passphrase)
        .map_err(|error| bad(format!("the ssh private key cannot be read: {error}")))
}

/// Asks for a host key of a kind that is known, if any is.
fn preferred(place: &SshPlace, known: &HostKeys) -> Preferred {
    let kinds = preferred_kinds(place, known);
    let mut key = Preferred::DEFAULT.key.into_owned();
    let same_kind = |offered: &Algorithm| match offered {
        Algorithm::Rsa { .. } => kinds.iter().any(|kind| matches!(kind, Algorithm::Rsa { .. })),
        other => kinds.contains(other),
    };
    key.sort_by_key(|offered| !same_kind(offered));
    Preferred { key: Cow::Owned(key), ..Preferred::DEFAULT }
}

/// Looks at the server's key.
struct Doorman {
    place: SshPlace,
    known: HostKeys,
}

/// What russh hands back when the doorman refuses or the connection fails.
#[derive(Debug)]
struct Refusal(Problem);

impl From<russh::Error> for Refusal {
    fn from(error: russh::Error) -> Self {
        Refusal(broken(error))
    }
}

impl client::Handler for Doorman {
    type Error = Refusal;

    async fn check_server_key(&mut self, offered: &PublicKeyOrCertificate) -> Result<bool, Refusal> {
        check(offered, &self.place, &self.known).map(|()| true).map_err(Refusal)
    }
}
