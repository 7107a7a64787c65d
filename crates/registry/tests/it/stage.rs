//! A registry, and who asks it.

use clock::Clock;
use images::{ImageReference, Registries};
use ociserver::Server;
use registry::{Client, Limits, Login, Options, Registry, Repository, Timeouts};
use std::sync::Arc;
use std::time::Duration;
use web::Reach;

/// When images were built.
pub const DAYS: [&str; 3] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"];

pub async fn server() -> Server {
    Server::start().await.expect("a port")
}

pub fn client() -> Client {
    Client::new(Options::default(), &Clock::system())
}

/// A client that loses patience soon, and takes little.
pub fn impatient() -> Client {
    let timeouts =
        Timeouts { idle: Duration::from_millis(300), total: Duration::from_millis(900), ..Timeouts::default() };
    let limits = Limits { answer_bytes_max: 1 << 20, tags_max: 150_000, pages_max: 200, ..Limits::default() };
    Client::new(Options { limits, timeouts }, &Clock::system())
}

pub fn repository(server: &Server, name: &str, login: Login) -> Repository {
    let image = ImageReference::parse(&format!("{}/{name}", server.host())).expect("an image");
    let configured = Registries::default().of(&image);
    let registry = Registry::new(&configured, login, Reach::Anywhere).expect("a registry");
    // Tests ask faster than upstream's pace.
    let registry = Registry { requests_per_second: 100_000, ..registry };
    Repository::new(Arc::new(registry), &image)
}

pub fn anonymous(server: &Server, name: &str) -> Repository {
    repository(server, name, Login::Anonymous)
}

pub fn me() -> Login {
    Login::Basic { username: "me".into(), password: "secret".into() }
}
