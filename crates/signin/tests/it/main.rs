//! Signing in: passwords and tokens of our own, and a provider of OpenID Connect that is wrong in every way one can be.

mod browser;
mod discovery;
mod id_tokens;
mod own_tokens;
mod passwords;
mod provider;
mod returns;
mod signing;
mod user_info;

use accounts::Settings;
use clock::{Clock, Offload};
use jiff::Timestamp;
use signin::{Parts, SignIn};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// When every test begins: 2027-01-15T08:00:00Z.
const START: i64 = 1_800_000_000;
/// What our own tokens are signed with.
const KEY: &str = "the server's own key";

fn clock() -> Clock {
    Clock::simulated(Timestamp::from_second(START).expect("a time"), 7)
}

fn sign_in(config: &[(&str, &str)], secret: &[(&str, &str)]) -> SignIn {
    let clients = Arc::new(web::Clients::new("capstan-tests", Duration::from_secs(60)));
    let parts = Parts { clock: clock(), offload: Offload::Inline, limits: accounts::AttemptLimits::default(), clients };
    let sign_in = SignIn::new(parts);
    sign_in.configure(settings(config, secret));
    sign_in
}

fn settings(config: &[(&str, &str)], secret: &[(&str, &str)]) -> Settings {
    let config = config.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    let mut kept: BTreeMap<String, Vec<u8>> =
        secret.iter().map(|(key, text)| ((*key).to_owned(), text.as_bytes().to_vec())).collect();
    kept.entry("server.secretkey".to_owned()).or_insert_with(|| KEY.as_bytes().to_vec());
    let (settings, problems) = Settings::read(&config, &kept, |_| None);
    assert_eq!(problems, []);
    settings
}

/// Lets so much time pass at once, where sockets keep the clock going.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// Lets so much time pass at once, where nothing else moves the clock.
async fn later(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}
