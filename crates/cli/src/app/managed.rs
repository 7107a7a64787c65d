//! What an application manages, desired and live, judged by the same code that the controller judges with.

use super::desired;
use super::destination::{There, settings, there};
use super::store::{Found, Store, explain};
use crate::failure::Failure;
use api::names::{API_VERSION, APP_PROJECT};
use api::{AppProject, Application, ProjectRules};
use applications::plan::assess::{Assessment, Ground};
use applications::plan::gate::{Gate, gate};
use applications::{AppKey, Declared, Observed, Settings};
use cluster::{ClusterClient, Served};
use compare::{CompareError, Comparison, Pair, Targets};
use jiff::Timestamp;
use object::{Fetched, Gvk, Key, Object};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One application, its rules, and the cluster it goes to.
pub(crate) struct Managed<'s> {
    store: &'s Store,
    /// Of the cluster it goes to.
    client: ClusterClient,
    app: Application,
    rules: Arc<ProjectRules>,
    served: Arc<Served>,
    observed: Observed,
}

impl<'s> Managed<'s> {
    /// Reads what the application is judged by.
    ///
    /// Guarantees: an application that its project does not permit is refused, as the controller refuses it.
    pub(crate) async fn read(store: &'s Store, found: Found) -> Result<Self, Failure> {
        let Found { object, app } = found;
        let mut observed = observation(&object, &app, settings(store).await?, store.client.clock().now());
        let There { destination, client } = there(store, &observed.settings.namespace, &app.spec.destination).await?;
        observed.destination = Ok(Arc::new(destination));
        let served = client.served().await.map_err(|error| explain(error, "read which kinds there are"))?;
        observed.project = project(store, &observed.settings.namespace, app.spec.project_name()).await;
        observed.served = Fetched::Known(Arc::clone(&served));
        let rules = match gate(&observed, &app) {
            Gate::Open(rules) => rules,
            Gate::Closed(conditions) => {
                let messages: Vec<&str> = conditions.iter().map(|condition| condition.message.as_str()).collect();
                return Err(Failure::new(messages.join("; ")));
            }
            Gate::NoDefaultProject => {
                return Err(Failure::new(
                    "the AppProject \"default\" does not exist yet: the controllers make it, start them with `capstan run`",
                ));
            }
            Gate::Wait(cause) => return Err(Failure::new(cause)),
        };
        Ok(Managed { store, client, app, rules, served, observed })
    }

    /// What is desired, made ready to be applied.
    pub(crate) async fn targets(&self, revision: Option<&str>) -> Result<Targets, Failure> {
        let namespace = &self.observed.settings.namespace;
        let clients = desired::Clients { home: &self.store.client, there: &self.client };
        let manifests = desired::manifests(&clients, namespace, &self.app, revision).await?;
        Ok(self.ground().targets(manifests))
    }

    /// Reads what is live and puts it beside what is desired.
    pub(crate) async fn assess(&mut self, targets: &Targets) -> Assessment {
        for lookup in self.ground().missing_lookups(targets) {
            let live = self.fetch(&lookup.key, &lookup.version).await;
            self.observed.looked_up.insert(lookup.key, live);
        }
        let mut tracked = BTreeMap::new();
        for one in &self.app.status.resources {
            let namespace = Some(one.namespace.as_str()).filter(|namespace| !namespace.is_empty());
            let key = Key::new(&one.group, &one.kind, namespace, &one.name);
            if !self.observed.looked_up.contains_key(&key) {
                let live = self.fetch(&key, &one.version).await;
                tracked.insert(key, live);
            }
        }
        self.ground().assess(targets, &tracked)
    }

    /// One pair with the values its verdict is made of.
    pub(crate) fn compare(&self, pair: &Pair) -> Result<Comparison, CompareError> {
        self.ground().compare(pair)
    }

    async fn fetch(&self, key: &Key, version: &str) -> Fetched<Object> {
        let gvk = Gvk::new(&key.group, version, &key.kind);
        match self.served.resource(&gvk) {
            // A kind that is not served has no objects.
            Fetched::Absent => Fetched::Absent,
            _ => self.client.fetch(&gvk, key.namespace.as_deref(), &key.name).await,
        }
    }

    fn ground(&self) -> Ground<'_> {
        Ground { application: &self.app, rules: &self.rules, served: &self.served, observed: &self.observed }
    }
}

fn observation(object: &Object, app: &Application, settings: Settings, now: Timestamp) -> Observed {
    let declared = Declared { object: object.clone(), application: Ok(Arc::new(app.clone())) };
    let (key, settings) = (AppKey::of(object), Arc::new(settings));
    Observed { now, ..Observed::new(key, applications::level::CHANGED, settings, Fetched::Known(declared)) }
}

async fn project(store: &Store, namespace: &str, name: &str) -> Fetched<Result<Arc<ProjectRules>, String>> {
    let gvk = Gvk::from_api_version(API_VERSION, APP_PROJECT);
    match store.client.fetch(&gvk, Some(namespace), name).await {
        Fetched::Known(object) => match AppProject::read(&object) {
            Ok(project) => Fetched::Known(Ok(Arc::new(ProjectRules::new(&project)))),
            Err(error) => Fetched::Known(Err(error.to_string())),
        },
        Fetched::Absent => Fetched::Absent,
        Fetched::Unknown(cause) => Fetched::Unknown(cause),
    }
}

/// Takes away what nobody may or wants to see: the values of Secrets, and who set which field.
pub(crate) fn veil(group: &str, kind: &str, desired: Option<&mut Value>, live: Option<&mut Value>) {
    let mut sides = [desired, live];
    for side in sides.iter_mut().flatten() {
        if let Some(metadata) = side.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
    }
    let [desired, live] = sides;
    if (group, kind) == ("", "Secret") {
        compare::mask_secret(desired, live, &BTreeSet::new());
    }
}
