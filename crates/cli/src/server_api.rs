//! The server of this process: where it is served, what it is put together from, and what the cluster shows of it.

mod objects;
mod ports;
mod rendering;

use crate::controllers::Controllers;
use crate::failure::Failure;
use crate::metrics_server;
use crate::terminal;
use clock::{Clock, Offload};
use cluster::ClusterClient;
use rendering::Rendering;
use server::{Bound, Door, Options, Scheme, ServeError, Served, Site};
use signin::{Parts, SignIn, Store};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// The port that upstream's server has.
pub(crate) const PORT: u16 = 8080;

/// How long a provider of single sign-on may take to be connected to.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// Where the server is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerAt {
    /// Nowhere.
    Off,
    /// On this address.
    Address(SocketAddr),
}

/// How it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// From this machine, without encryption.
    Locally,
    /// From everywhere, encrypted.
    Everywhere,
}

impl ServerAt {
    /// Where people look for it on their own machine.
    pub(crate) fn local() -> Self {
        ServerAt::Address((Ipv4Addr::LOCALHOST, PORT).into())
    }

    /// Where a Service finds it.
    pub(crate) fn everywhere() -> Self {
        ServerAt::Address((Ipv4Addr::UNSPECIFIED, PORT).into())
    }

    /// Takes the address, before anything else is begun.
    pub(crate) async fn take(self) -> Result<Option<Bound>, Failure> {
        match self {
            ServerAt::Off => Ok(None),
            ServerAt::Address(address) => Bound::take(address).await.map(Some).map_err(|error| refused(&error)),
        }
    }
}

impl FromStr for ServerAt {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(ServerAt::Off);
        }
        let wrong = |_| "expected an address such as 127.0.0.1:8080, or off".to_owned();
        text.parse().map(ServerAt::Address).map_err(wrong)
    }
}

impl fmt::Display for ServerAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServerAt::Off => f.write_str("off"),
            ServerAt::Address(address) => address.fmt(f),
        }
    }
}

/// Serves it, and says where. `None` where it is off, or this process has no applications to tell of.
pub(crate) async fn serve(
    bound: Option<Bound>,
    client: &ClusterClient,
    clock: &Clock,
    (controllers, namespace, reached): (&Controllers, &str, Reached),
) -> Result<Option<Served>, Failure> {
    let (Some(bound), Some(clusters)) = (bound, &controllers.clusters) else { return Ok(None) };
    let offload = Offload::pool(1);
    let store = Store { client: client.clone(), namespace: namespace.to_owned() };
    store.ensure(clock, &offload).await.map_err(|error| Failure::new(format!("cannot prepare signing in: {error}")))?;
    let limits = accounts::AttemptLimits::from_variables(|name| std::env::var(name).ok());
    let clients = Arc::new(web::Clients::new(concat!("capstan/", env!("CARGO_PKG_VERSION")), CONNECT_WITHIN));
    let signin = SignIn::new(Parts { clock: clock.clone(), offload, limits, clients });
    let scheme = if reached == Reached::Locally { Scheme::Plain } else { Scheme::Encrypted };
    let site = Site::new(Options {
        namespace: namespace.to_owned(),
        clusters: clusters.clone(),
        clock: clock.clone(),
        version: concat!("v", env!("CARGO_PKG_VERSION")).to_owned(),
        door: Arc::new(Door::new(signin, store, clock.clone())),
        tools: Some(Arc::new(Rendering { client: client.clone() })),
        rendered: controllers.reads.clone().map(last_renders),
        scheme,
        exposition: Some(metrics_server::exposition(controllers)),
        pushed: controllers.images.as_ref().map(|(handle, _)| crate::image_updates::pushed(handle)),
    })
    .map_err(|error| Failure::new(error.to_string()))?;
    let address = bound.address;
    let pages = ui::pages(&site).map_err(|problem| Failure::new(problem.message))?;
    let bound = bound.beside(pages);
    let served = match reached {
        Reached::Locally => bound.serve_plain(&site).map_err(|error| refused(&error))?,
        Reached::Everywhere => {
            let tls = server::certificate::certificate(client, namespace).await;
            bound.serve_encrypted(&site, tls.map_err(|error| Failure::new(error.to_string()))?)
        }
    };
    let word = if reached == Reached::Locally { "http" } else { "https" };
    terminal::note(&format!(
        "web page and API on {word}://{address}, user admin, password in Secret {namespace}/argocd-initial-admin-secret"
    ));
    Ok(Some(served))
}

/// Shows the server of this process in an embedded cluster, where `kubectl` looks for it and forwards ports to it.
pub(crate) async fn show(
    cluster: &embedded::Cluster,
    client: &ClusterClient,
    namespace: &str,
    served: &Served,
) -> Result<(), Failure> {
    let tls = server::certificate::certificate(client, namespace).await;
    let either = served.either(tls.map_err(|error| Failure::new(error.to_string()))?);
    let port = served.address.port();
    cluster.answer_ports(Arc::new(ports::OwnPod { namespace: namespace.to_owned(), port, either }));
    crate::install::apply(client, &objects::shown(namespace, port)).await
}

/// What the controller's last render of a source has read, as webhooks want to know it.
fn last_renders(reads: applications::ReadSets) -> server::tools::LastRenders {
    Arc::new(move |namespace, name, source| {
        let (revision, reads) = reads.of(&applications::AppKey::new(namespace, name), source)?;
        Some(Arc::new(server::tools::Rendered { revision, reads }))
    })
}

fn refused(error: &ServeError) -> Failure {
    let next = match error {
        ServeError::Bind { .. } => "; --ui 127.0.0.1:0 takes a free port, --ui off goes without",
        ServeError::Plain(_) => "; `capstan run` serves it so",
    };
    Failure::with_code(1, format!("{error}{next}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_off() {
        let parsed = |text: &str| text.parse::<ServerAt>();
        assert_eq!(parsed("off"), Ok(ServerAt::Off));
        assert_eq!(parsed("127.0.0.1:8080"), Ok(ServerAt::local()));
        assert!(parsed("8080").is_err());
        for at in [ServerAt::Off, ServerAt::local(), ServerAt::everywhere()] {
            assert_eq!(parsed(&at.to_string()), Ok(at));
        }
    }
}
