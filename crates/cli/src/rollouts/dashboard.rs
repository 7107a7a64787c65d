//! `dashboard`: serves it, or says where Capstan serves it already.

mod asking;

use super::arguments::port;
use super::ending::failed;
use super::flags::Flags;
use super::session::Session;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::{signals, terminal};
use asking::Answer;
use clap::Args;
use clock::Clock;
use dashboard::{Bound, DEFAULT_ROOT, Options, ServeError, Token};
use std::net::{IpAddr, SocketAddr};

/// Whence the token comes that others must know, when it is not to be made up.
const TOKEN_VARIABLE: &str = "CAPSTAN_DASHBOARD_TOKEN";

/// The flags of `dashboard`.
#[derive(Debug, Args)]
pub(super) struct Dashboard {
    /// Port to listen on
    #[arg(short, long, default_value = "3100", value_parser = port)]
    port: u16,
    /// Root path of the dashboard
    #[arg(long, default_value = DEFAULT_ROOT)]
    root_path: String,
    /// Address to listen on; one that others can reach needs a token, which is made up and printed, or taken from
    /// CAPSTAN_DASHBOARD_TOKEN
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    address: IpAddr,
}

impl Dashboard {
    pub(super) async fn run(&self, connection: &Connection, flags: &Flags, clock: &Clock) -> Result<(), Failure> {
        let address = SocketAddr::new(self.address, self.port);
        match asking::ask(address).await {
            Answer::Capstan { path } => {
                return terminal::print(&format!("Capstan answers already: http://{address}{path}\n"));
            }
            Answer::SomebodyElse => {
                return Err(failed(format!("somebody else answers on {address}; choose another port with --port")));
            }
            Answer::Nobody => {}
        }
        let session = Session::open(connection, flags, clock).await?;
        let token = self.token()?;
        let options =
            Options { root: self.root_path.clone(), token: token.clone(), ..Options::new(&session.namespace) };
        let bound = Bound::take(address, options).await.map_err(|error| refused(&error))?;
        let served = bound.serve(session.client.clone(), clock).map_err(|error| refused(&error))?;
        let token = token.map(|token| format!("?token={}", token.text())).unwrap_or_default();
        terminal::print(&format!("Argo Rollouts Dashboard is now available at {}{token}\n", served.url()))?;
        signals::stop().await.map_err(|error| failed(error.message))
    }

    /// What others must know; nothing where no other can ask.
    fn token(&self) -> Result<Option<Token>, Failure> {
        if self.address.is_loopback() {
            return Ok(None);
        }
        let token = match std::env::var(TOKEN_VARIABLE) {
            Ok(text) => Token::chosen(&text).ok_or_else(|| {
                failed(format!("{TOKEN_VARIABLE} is no token: at least 16 letters, digits or any of `-._~`"))
            })?,
            Err(_) => Token::random().ok_or_else(|| refused(&ServeError::NoChance))?,
        };
        Ok(Some(token))
    }
}

fn refused(error: &ServeError) -> Failure {
    let next = match error {
        ServeError::Bind { .. } => "; choose another port with --port",
        _ => "",
    };
    failed(format!("{error}{next}"))
}
