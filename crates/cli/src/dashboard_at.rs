//! The Rollouts dashboard of a cluster in this process: where it is served, and what is said when it cannot be.

use crate::failure::Failure;
use crate::terminal;
use clock::Clock;
use cluster::ClusterClient;
use dashboard::{Bound, DEFAULT_PORT, Dashboard, Options, ServeError, Token};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// The namespace that is shown first.
const NAMESPACE: &str = "default";

/// Where the dashboard is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DashboardAt {
    /// Nowhere.
    Off,
    /// On this address.
    Address(SocketAddr),
}

impl DashboardAt {
    /// Where people look for it.
    pub(crate) fn usual() -> Self {
        DashboardAt::Address((Ipv4Addr::LOCALHOST, DEFAULT_PORT).into())
    }

    /// Takes the address, before anything else is begun.
    pub(crate) async fn take(self) -> Result<Option<Bound>, Failure> {
        let DashboardAt::Address(address) = self else { return Ok(None) };
        let token = if address.ip().is_loopback() { None } else { Token::random() };
        let options = Options { token, ..Options::new(NAMESPACE) };
        Bound::take(address, options).await.map(Some).map_err(|error| refused(&error))
    }
}

impl FromStr for DashboardAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(DashboardAt::Off);
        }
        let wrong = |_| "expected an address such as 127.0.0.1:3100, or off".to_owned();
        text.parse().map(DashboardAt::Address).map_err(wrong)
    }
}

impl fmt::Display for DashboardAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DashboardAt::Off => f.write_str("off"),
            DashboardAt::Address(address) => address.fmt(f),
        }
    }
}

/// Serves it, and says where.
pub(crate) fn serve(bound: Option<Bound>, client: &ClusterClient, clock: &Clock) -> Result<Option<Dashboard>, Failure> {
    let Some(bound) = bound else { return Ok(None) };
    let token = bound.token().map(|token| format!("?token={}", token.text())).unwrap_or_default();
    let served = bound.serve(client.clone(), clock).map_err(|error| refused(&error))?;
    terminal::note(&format!("Rollouts dashboard on {}{token}", served.url()));
    Ok(Some(served))
}

fn refused(error: &ServeError) -> Failure {
    let next = match error {
        ServeError::Bind { .. } => "; --dashboard 127.0.0.1:0 takes a free port, --dashboard off goes without",
        _ => "",
    };
    Failure::with_code(1, format!("{error}{next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_off() {
        let parsed = |text: &str| text.parse::<DashboardAt>();
        assert_eq!(parsed("off"), Ok(DashboardAt::Off));
        assert_eq!(parsed("127.0.0.1:3100"), Ok(DashboardAt::usual()));
        assert!(parsed("3100").is_err());
        for at in [DashboardAt::Off, DashboardAt::usual()] {
            assert_eq!(parsed(&at.to_string()), Ok(at));
        }
    }
}
