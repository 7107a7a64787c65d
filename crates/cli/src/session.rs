//! A server to talk to: which one, who one is there, and what is kept of it between commands.

mod client;
mod config;
mod flags;
mod options;

pub(crate) use client::{Api, Reached, part};
pub(crate) use config::{Config, Context, ServerEntry, UserEntry};
pub(crate) use flags::ServerFlags;

use crate::connection::Connection;
use crate::failure::Failure;
use std::path::PathBuf;

impl ServerFlags {
    /// Where logins are kept.
    pub(crate) fn config_path(&self) -> Result<PathBuf, Failure> {
        config::path(self.config.as_deref())
    }

    /// These flags, with those of `ARGOCD_OPTS` in the places of what was not said.
    pub(crate) fn with_options(&self) -> Result<Self, Failure> {
        match std::env::var(options::VARIABLE) {
            Ok(text) => options::filled(self, &text),
            Err(_) => Ok(self.clone()),
        }
    }

    /// A client of the server that is meant; `None` where a cluster is meant, which a kubeconfig names.
    pub(crate) fn api(&self, connection: &Connection) -> Result<Option<Api>, Failure> {
        self.with_options()?.api_of(connection)
    }

    fn api_of(&self, connection: &Connection) -> Result<Option<Api>, Failure> {
        let named_cluster = connection.kubeconfig.is_some() || connection.context.is_some();
        if self.core || (named_cluster && self.server.is_none()) {
            return Ok(None);
        }
        let config = Config::load(&self.config_path()?)?;
        let reached = match (&self.server, config.current(self.argocd_context.as_deref())?) {
            (Some(server), known) => {
                let known = known.filter(|known| known.server.server == *server);
                let flags = (self.plaintext, self.insecure);
                Some(Reached::named(server, flags, known.as_ref()))
            }
            (None, Some(known)) if known.server.core => None,
            (None, Some(known)) => {
                let flags = (self.plaintext, self.insecure);
                Some(Reached::named(&known.server.server, flags, Some(&known)))
            }
            (None, None) => None,
        };
        let Some(mut reached) = reached else { return Ok(None) };
        if let Some(token) = self.auth_token.as_ref().filter(|token| !token.is_empty()) {
            reached.token.clone_from(token);
        }
        Api::new(reached).map(Some)
    }

    /// A client of a server, which must be named.
    pub(crate) fn needed(&self, connection: &Connection) -> Result<Api, Failure> {
        let none =
            || Failure::new("Argo CD server address unspecified: sign in with `capstan login SERVER`, or use --server");
        self.api(connection)?.ok_or_else(none)
    }
}
