//! Configurations: read once for each version of their ConfigMap and Secret.

use crate::self_service::SelfService;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cluster::{Cache, ClusterClient, ClusterScoped, Followed, GroupKind, Instance, Keep, Ownership, Selection};
use notifications::{Config, Owner, Product, Secrets, Source};
use notifiers::Authorities;
use object::{Fetched, Key, Meta, Object};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Authorities by host, as PEM.
const TLS_CERTS: &str = "argocd-tls-certs-cm";

/// A cache of the ConfigMaps and Secrets that configuration is in: those of these namespaces, or of all when there are none.
///
/// Assumption: called inside a Tokio runtime.
#[must_use]
pub fn start_settings_cache(client: ClusterClient, namespaces: &[&str]) -> Cache {
    let followed = |kind| Followed { kind: GroupKind::new("", kind), labels: None };
    let selection = Selection {
        namespaces: namespaces.iter().map(|namespace| (*namespace).into()).collect(),
        cluster_scoped: ClusterScoped::LeftOut,
        only: vec![followed("ConfigMap"), followed("Secret")],
        ..Selection::default()
    };
    Cache::start(client, selection, Arc::new(OnlyOwn))
}

/// The authorities that Argo CD's `argocd-tls-certs-cm` of this namespace names for hosts.
#[must_use]
pub fn authorities(settings: &Cache, namespace: &str) -> Authorities {
    let (settings, key) = (settings.clone(), Key::new("", "ConfigMap", Some(namespace), TLS_CERTS));
    Authorities::new(move |host| {
        let map = settings.get(&key).into_known()?.object.get("/data")?;
        map.get(host)?.as_str().map(Into::into)
    })
}

/// Of what is not configuration only the name is kept.
struct OnlyOwn;

impl Ownership for OnlyOwn {
    fn instance_of(&self, _: &Meta) -> Option<Instance> {
        None
    }

    fn keep(&self, meta: &Meta) -> Keep {
        if is_configuration(&meta.name) { Keep::WithoutManagedFields } else { Keep::Metadata }
    }
}

/// Whether an object of this name holds configuration.
pub(crate) fn is_configuration(name: &str) -> bool {
    let of = |product: Product| name == product.config_map() || name == product.secret();
    of(Product::Applications) || of(Product::Rollouts) || name == TLS_CERTS
}

/// Configurations by namespace, with the versions they were read from.
#[derive(Clone)]
pub(crate) struct Configs {
    cache: Cache,
    product: Product,
    namespace: Box<str>,
    read: Arc<Mutex<BTreeMap<Box<str>, Read>>>,
}

type Versions = (Option<Box<str>>, Option<Box<str>>);

/// A configuration, and what it was read from.
type Read = (Versions, Arc<Config>);

impl Configs {
    pub(crate) fn new(cache: Cache, product: Product, namespace: &str) -> Self {
        Configs { cache, product, namespace: namespace.into(), read: Arc::default() }
    }

    /// The configuration of the control plane.
    pub(crate) fn own(&self) -> Result<Arc<Config>, String> {
        self.of(&self.namespace, Owner::ControlPlane)
    }

    /// That of a namespace, if it has one of its own.
    pub(crate) fn of_team(&self, namespace: &str) -> Result<Option<Arc<Config>>, String> {
        let is_there = *namespace != *self.namespace && self.get("ConfigMap", namespace)?.is_some();
        if is_there { self.of(namespace, Owner::Team).map(Some) } else { Ok(None) }
    }

    /// All that hold for objects of a namespace.
    pub(crate) fn all(&self, namespace: &str, self_service: SelfService) -> Result<Vec<Arc<Config>>, String> {
        let mut all = vec![self.own()?];
        if self_service == SelfService::On {
            all.extend(self.of_team(namespace)?);
        }
        Ok(all)
    }

    /// The triggers that somebody is subscribed to for a Rollout; `None` while the configuration is not known.
    pub(crate) fn triggers(&self, rollout: &Object, self_service: SelfService) -> Option<BTreeSet<String>> {
        let meta = rollout.meta();
        let all = self.all(rollout.namespace().unwrap_or_default(), self_service).ok()?;
        let mut triggers = BTreeSet::new();
        for config in all {
            let (destinations, _) = config.destinations(&meta.annotations, &meta.labels, None);
            triggers.extend(destinations.iter().map(|(name, _)| name.to_owned()));
        }
        Some(triggers)
    }

    fn get(&self, kind: &str, namespace: &str) -> Result<Option<Object>, String> {
        let name = if kind == "Secret" { self.product.secret() } else { self.product.config_map() };
        match self.cache.get(&Key::new("", kind, Some(namespace), name)) {
            Fetched::Known(cached) => Ok(Some(cached.object)),
            Fetched::Absent => Ok(None),
            Fetched::Unknown(cause) => Err(format!("{kind} {namespace}/{name} cannot be read: {cause}")),
        }
    }

    fn of(&self, namespace: &str, owner: Owner) -> Result<Arc<Config>, String> {
        let (map, secret) = (self.get("ConfigMap", namespace)?, self.get("Secret", namespace)?);
        let version = |object: &Option<Object>| object.as_ref().map(|object| object.meta().resource_version.clone());
        let versions = (version(&map), version(&secret));
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, config)) = read.get(namespace).filter(|(known, _)| *known == versions) {
            let _ = known;
            return Ok(Arc::clone(config));
        }
        let data = map.map(|map| texts(&map)).unwrap_or_default();
        let secrets = Secrets::new(secret.map(|secret| values(&secret)).unwrap_or_default());
        let source = Source { product: self.product, namespace, data: &data, secrets, owner };
        let config = Arc::new(Config::read(source));
        read.insert(namespace.into(), (versions, Arc::clone(&config)));
        Ok(config)
    }
}

fn texts(map: &Object) -> BTreeMap<String, String> {
    let data = map.get("/data").unwrap_or_default();
    let entries = data.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn values(secret: &Object) -> BTreeMap<String, Vec<u8>> {
    let data = secret.get("/data").unwrap_or_default();
    let entries = data.as_object().into_iter().flatten();
    let decoded = entries
        .filter_map(|(key, value): (&String, &Json)| Some((key.clone(), STANDARD.decode(value.as_str()?).ok()?)));
    decoded.collect()
}
