//! What all requests share: the store, the clock, chance, the registry and the hooks. State only; what is done with
//! it is in `pipeline` and `http`.

use crate::addresses::Addresses;
use crate::admission::Admission;
use crate::faults::Faults;
use crate::registry::Registry;
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::token_key::TokenKey;
use clock::{Clock, Random};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::watch;

/// The state behind every handle and service.
pub struct Shared {
    pub store: Arc<Store>,
    pub clock: Clock,
    pub registry: Registry,
    pub addresses: Mutex<Addresses>,
    chance: Mutex<BTreeMap<&'static str, Random>>,
    admission: RwLock<Vec<Arc<dyn Admission>>>,
    faults: RwLock<Option<Arc<dyn Faults>>>,
    token_key: RwLock<Option<TokenKey>>,
    /// Counts the restarts that clients were shown.
    interrupts: watch::Sender<u64>,
}

impl Shared {
    pub fn new(store: Store, clock: Clock) -> Self {
        Shared {
            store: Arc::new(store),
            clock,
            registry: Registry::default(),
            addresses: Mutex::default(),
            chance: Mutex::default(),
            admission: RwLock::default(),
            faults: RwLock::default(),
            token_key: RwLock::default(),
            interrupts: watch::Sender::new(0),
        }
    }

    /// Draws from the random stream of that name, which goes on where it was left.
    pub fn draw<T>(&self, stream: &'static str, draw: impl FnOnce(&mut Random) -> T) -> T {
        let mut streams = self.chance.lock().unwrap_or_else(PoisonError::into_inner);
        draw(streams.entry(stream).or_insert_with(|| self.clock.random(stream)))
    }

    /// Everything there is, as of one revision.
    pub fn snapshot(&self) -> Snapshot {
        let (revision, objects) = self.store.everything();
        Snapshot { revision, objects }
    }

    /// The time as Kubernetes writes it: RFC 3339, whole seconds, UTC.
    pub fn now_text(&self) -> String {
        time_text(self.clock.now())
    }

    pub fn add_admission(&self, admission: Arc<dyn Admission>) {
        self.admission.write().unwrap_or_else(PoisonError::into_inner).push(admission);
    }

    pub fn admission(&self) -> Vec<Arc<dyn Admission>> {
        self.admission.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Signs tokens with the key that a secret determines, from now on.
    pub fn set_token_secret(&self, secret: &[u8]) {
        *self.token_key.write().unwrap_or_else(PoisonError::into_inner) = Some(TokenKey::of(secret));
    }

    /// The key that signs tokens. Without a secret it is drawn: good enough where nobody outside the process asks.
    pub fn token_key(&self) -> TokenKey {
        let mut key = self.token_key.write().unwrap_or_else(PoisonError::into_inner);
        let drawn = || TokenKey::of(self.draw("token-key", clock::Random::uuid).as_bytes());
        key.get_or_insert_with(drawn).clone()
    }

    /// Breaks all watches and forgets the past.
    pub fn interrupt(&self) {
        self.store.compact();
        self.interrupts.send_modify(|count| *count += 1);
    }

    /// Tells of the next interruption.
    pub fn interruptions(&self) -> watch::Receiver<u64> {
        self.interrupts.subscribe()
    }

    pub fn set_faults(&self, faults: Option<Arc<dyn Faults>>) {
        *self.faults.write().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    pub fn faults(&self) -> Option<Arc<dyn Faults>> {
        self.faults.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A time as Kubernetes writes it.
pub fn time_text(time: jiff::Timestamp) -> String {
    let whole = jiff::Timestamp::from_second(time.as_second()).unwrap_or(time);
    whole.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
