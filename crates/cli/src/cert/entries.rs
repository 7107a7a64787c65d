//! What the ConfigMaps hold, as one list.

use super::known_hosts::{Line, lines};
use super::tls::{blocks, look};
use crate::control_plane::ControlPlane;
use crate::failure::Failure;
use crate::trusted::Trusted;
use api::Glob;
use applications::sources::{KNOWN_HOSTS, TLS_CERTS};
use clap::ValueEnum;
use serde_json::{Map, Value, json};

/// The key of the known hosts.
const HOSTS_KEY: &str = "ssh_known_hosts";

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Kind {
    Https,
    Ssh,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Https => "https",
            Kind::Ssh => "ssh",
        }
    }
}

/// One certificate or host key.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub server: String,
    pub kind: Kind,
    pub sub_type: String,
    pub info: String,
}

impl Entry {
    /// As upstream's API gives it.
    pub(super) fn shown(&self) -> Value {
        json!({
            "serverName": self.server, "certType": self.kind.name(), "certSubType": self.sub_type,
            "certData": null, "certInfo": self.info,
        })
    }
}

/// Which of them are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selector<'s> {
    /// A glob; empty means all.
    pub pattern: &'s str,
    pub kind: Option<Kind>,
    pub sub_type: &'s str,
}

impl Selector<'_> {
    fn means(&self, kind: Kind, server: &str, sub_type: &str) -> bool {
        // Compat: the brackets around a host with a port are taken literally.
        let pattern = self.pattern.replace('[', "\\[").replace(']', "\\]");
        (self.pattern.is_empty() || Glob::shell(&pattern).matches(server))
            && self.kind.is_none_or(|own| own == kind)
            && (kind == Kind::Https || self.sub_type.is_empty() || self.sub_type == sub_type)
    }
}

/// Both ConfigMaps.
pub(super) struct Entries<'c> {
    hosts: Trusted<'c>,
    certificates: Trusted<'c>,
}

impl<'c> Entries<'c> {
    pub(super) async fn read(control_plane: &'c ControlPlane) -> Result<Self, Failure> {
        let hosts = Trusted::read(control_plane, KNOWN_HOSTS).await?;
        Ok(Entries { hosts, certificates: Trusted::read(control_plane, TLS_CERTS).await? })
    }

    fn lines(&self) -> Vec<Line> {
        lines(self.hosts.data.get(HOSTS_KEY).map_or("", String::as_str))
    }

    /// Those that are meant.
    pub(super) fn list(&self, selector: &Selector<'_>) -> Vec<Entry> {
        let mut found = Vec::new();
        for line in self.lines().into_iter().filter(|line| selector.means(Kind::Ssh, &line.host, &line.kind)) {
            let info = line.fingerprint();
            found.push(Entry { server: line.host, kind: Kind::Ssh, sub_type: line.kind, info });
        }
        for (server, text) in &self.certificates.data {
            if !selector.means(Kind::Https, server, "") {
                continue;
            }
            for block in blocks(text) {
                let (sub_type, info) = match look(&block) {
                    Ok(told) => (told.kind, told.subject),
                    Err(why) => ("invalid".to_owned(), why),
                };
                found.push(Entry { server: server.clone(), kind: Kind::Https, sub_type, info });
            }
        }
        found
    }

    /// Adds host keys; gives how many are new or changed.
    pub(super) async fn add_hosts(&self, new: &[Line], upsert: bool) -> Result<usize, Failure> {
        let mut all = self.lines();
        let mut created = 0;
        for line in new {
            match all.iter_mut().find(|own| own.host == line.host && own.kind == line.kind) {
                Some(own) if own.key == line.key => {}
                Some(own) if upsert => {
                    own.key.clone_from(&line.key);
                    created += 1;
                }
                Some(own) => {
                    let (host, kind) = (&own.host, &own.kind);
                    return Err(Failure::new(format!(
                        "key for '{host}' (subtype: '{kind}') already exists, and upsert was not specified"
                    )));
                }
                None => {
                    all.push(line.clone());
                    created += 1;
                }
            }
        }
        if created > 0 {
            self.put_hosts(&all).await?;
        }
        Ok(created)
    }

    async fn put_hosts(&self, all: &[Line]) -> Result<(), Failure> {
        let text: String = all.iter().map(|line| line.text() + "\n").collect();
        self.hosts.change(json!({HOSTS_KEY: text})).await
    }

    /// Puts the certificates of a server in place.
    pub(super) async fn add_certificate(&self, server: &str, text: &str, upsert: bool) -> Result<(), Failure> {
        let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !server.split('.').all(is_name) {
            return Err(Failure::new(format!("invalid hostname in request: {server}")));
        }
        match self.certificates.data.get(server) {
            Some(known) if known == text => return Ok(()),
            Some(_) if !upsert => {
                return Err(Failure::new(format!(
                    "TLS certificate for server '{server}' already exists, and upsert was not specified"
                )));
            }
            _ => {}
        }
        self.certificates.change(json!({server: text})).await
    }

    /// Takes those away that are meant; gives them.
    pub(super) async fn remove(&self, selector: &Selector<'_>) -> Result<Vec<Entry>, Failure> {
        let removed = self.list(selector);
        let all = self.lines();
        let stay: Vec<Line> =
            all.iter().filter(|line| !selector.means(Kind::Ssh, &line.host, &line.kind)).cloned().collect();
        if stay.len() < all.len() {
            self.put_hosts(&stay).await?;
        }
        let gone: Map<String, Value> =
            removed.iter().filter(|own| own.kind == Kind::Https).map(|own| (own.server.clone(), Value::Null)).collect();
        if !gone.is_empty() {
            self.certificates.change(Value::Object(gone)).await?;
        }
        Ok(removed)
    }
}
